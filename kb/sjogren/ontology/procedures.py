"""Procedures: which test yields which facts, and how burdensome it is."""

from __future__ import annotations

from collections.abc import Mapping

from sjogren.model.vocabulary import FactDef, ProcedureDef
from sjogren.ontology.graph import SJD, SKOS, Asker, local

_WHOLES = ("mapping", "codes")
"""Types of facts that consist of facts of their own; a procedure names those."""


def procedures(asker: Asker, facts: Mapping[str, FactDef]) -> tuple[ProcedureDef, ...]:
    """Every procedure, least burden first and then by label.

    What points nowhere, is said twice or is missing goes to the asker's findings. That no fact is left out is a promise
    of ``check/``, so that an ontology may do without procedures.
    """
    burdens = _burdens(asker)
    known = [f"{SJD}fact/{name}" for name in facts]
    owners: dict[str, str] = {}
    found = []
    for iri in asker.subjects(SJD + "Procedure"):
        label = asker.text(iri, SKOS + "prefLabel", needed=True)
        burden = asker.text(iri, SJD + "burden", needed=True)
        if burden:
            asker.reference(iri, SJD + "burden", burden, list(burdens))
        named = {
            name for target in asker.texts(iri, SJD + "yields") if (name := _yielded(asker, iri, target, facts, known))
        }
        if not named:
            asker.fail("O103", iri, SJD + "yields", "is missing: a procedure finds something out")
        for name in sorted(named):
            if name in owners:
                asker.fail("O107", iri, SJD + "yields", f"has fact:{name}, which {owners[name]} yields already")
            owners.setdefault(name, local(iri))
        words, rank = burdens.get(burden, ("", 0))
        yields = tuple(
            name
            for name, fact in facts.items()
            if fact.type != "diseases" and (name in named or name.rpartition(".")[0] in named)
        )
        found.append(ProcedureDef(local(iri), label, local(burden), words, rank, yields))
    return tuple(sorted(found, key=lambda each: (each.burden_rank, each.label.casefold(), each.id)))


def _yielded(asker: Asker, iri: str, target: str, facts: Mapping[str, FactDef], known: list[str]) -> str:
    """The name of a fact that a procedure yields; empty, and a fault, when it is none, or a whole of members."""
    name = asker.reference(iri, SJD + "yields", target, known)
    if name and facts[name].type in _WHOLES:
        members = ", ".join(f"fact:{name}.{member}" for member in facts[name].members)
        asker.fail("O105", iri, SJD + "yields", f"has fact:{name}, which is a whole: name its members ({members})")
        return ""
    return name


def _burdens(asker: Asker) -> dict[str, tuple[str, int]]:
    """Each class of burden by IRI: its label, and its place in the order."""
    found: dict[str, tuple[str, int]] = {}
    places: dict[int, str] = {}
    for iri in asker.subjects(SJD + "BurdenClass"):
        if not asker.nodes(asker.iri(iri), SJD + "burdenRank"):
            asker.fail("O103", iri, SJD + "burdenRank", "is missing")
        rank = asker.whole(iri, SJD + "burdenRank", 1) or 0
        if rank and rank in places:
            asker.fail("O107", iri, SJD + "burdenRank", f"is {rank}, the place of {places[rank]} already")
        places.setdefault(rank, local(iri))
        found[iri] = (asker.text(iri, SKOS + "prefLabel", needed=True), rank)
    return found
