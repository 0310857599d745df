"""What would change a conclusion, and what to find out next: `advise`."""

from __future__ import annotations

from sjogren.advice.advise import advise
from sjogren.advice.nouns import Advice, Change, Finding, Idle, LeftOut, NextTest, Unsettled

__all__ = ["Advice", "Change", "Finding", "Idle", "LeftOut", "NextTest", "Unsettled", "advise"]
