"""The one gate for patient values: reads a case, and chooses the value of each fact that counts at a visit."""

from sjogren.facts._digest import digest
from sjogren.facts.casefile import read_case, read_case_file
from sjogren.facts.resolve import Chosen, PassedOver, Resolved, resolve
from sjogren.facts.template import case_template

__all__ = ["Chosen", "PassedOver", "Resolved", "case_template", "digest", "read_case", "read_case_file", "resolve"]
