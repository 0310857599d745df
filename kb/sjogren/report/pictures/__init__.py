"""Pictures of a report, each with its equivalent in text; they show what is given to them, and nothing else."""

from __future__ import annotations

from sjogren.report.pictures.axes import Axis, axis_profile
from sjogren.report.pictures.domains import Dot, domains
from sjogren.report.pictures.strip import Verdict, strip
from sjogren.report.pictures.timeline import Bar, Curve, Point, timeline
from sjogren.report.pictures.tree import tree
from sjogren.report.pictures.waterfall import Share, waterfall

__all__ = [
    "Axis",
    "Bar",
    "Curve",
    "Dot",
    "Point",
    "Share",
    "Verdict",
    "axis_profile",
    "domains",
    "strip",
    "timeline",
    "tree",
    "waterfall",
]
