"""sjogren-kb: Sjögren disease (SjD) terminology and criteria as data, evaluated for one patient with reasons.

It classifies for research, guideline work and case review; it does not diagnose.

>>> import sjogren
>>> kb = sjogren.open()
>>> result = kb.assess({"id": "example", "age": 52, "facts": {"anti_ssa_ro": "positive", "focus_score": "not_done"}})
>>> result.verdict("acr-eular-2016")
'undetermined'
>>> result.conclusions()["classification/acr-eular-2016"]["score"]
{'low': 3, 'high': 9, 'needed': 4}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sjogren.assess.knowledge_base import VERSION as __version__
    from sjogren.assess.knowledge_base import Assessment, KnowledgeBase
    from sjogren.assess.knowledge_base import open_knowledge_base as open
    from sjogren.errors import InputError, InternalFault, KnowledgeError, MissingExtra, SjogrenError
    from sjogren.model.case import Case
    from sjogren.model.rule import Rule

__all__ = [
    "Assessment",
    "Case",
    "InputError",
    "InternalFault",
    "KnowledgeBase",
    "KnowledgeError",
    "MissingExtra",
    "Rule",
    "SjogrenError",
    "__version__",
    "open",
]

_WHERE = {
    "Assessment": ("sjogren.assess.knowledge_base", "Assessment"),
    "Case": ("sjogren.model.case", "Case"),
    "KnowledgeBase": ("sjogren.assess.knowledge_base", "KnowledgeBase"),
    "Rule": ("sjogren.model.rule", "Rule"),
    "__version__": ("sjogren.assess.knowledge_base", "VERSION"),
    "open": ("sjogren.assess.knowledge_base", "open_knowledge_base"),
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that ``import sjogren`` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'sjogren' has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _WHERE.get(name, ("sjogren.errors", name))
    return getattr(import_module(module), attribute)
