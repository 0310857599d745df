"""Turtle to plain nouns: the vocabulary that an evaluation needs, with every number exact.

Reading is strict. What is missing, misspelt, given twice or pointing nowhere is told with file, line and the nearest
valid word, everything at once, and nothing of the ontology is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from sjogren.errors import KnowledgeError
from sjogren.model.vocabulary import SIDES, Choice, EndpointDef, FactDef, Term, Vocabulary, fold_label
from sjogren.ontology.evidence import scopes, trial_findings
from sjogren.ontology.graph import RDFS, SJD, SKOS, Asker, local, parse, turtle_files
from sjogren.ontology.places import Places
from sjogren.ontology.procedures import procedures

_NO_VOCABULARY = frozenset(
    {
        "shapes.ttl",
        "source.ttl",
        "axioms.ttl",
        "statement.ttl",
        "recommendation.ttl",
        "drug.ttl",
        "conflict.ttl",
    }
)
"""Files that say nothing an evaluation needs; any other Turtle file of the folder is read."""

STATUS = ("published", "consensus", "operationalisation")
_LABELS = ("prefLabel", "altLabel", "hiddenLabel", "deprecatedLabel", "ambiguousLabel")
_NEEDS: Mapping[str, str] = {
    "boolean": "",
    "number": "quantity",
    "count": "quantity",
    "level": "levels",
    "code": "codes",
    "term": "",
    "text": "",
    "texts": "",
    "codes": "codes",
    "diseases": "codesOf",
    "treatments": "codes",
    "mapping": "members",
}
"""Every value type, and the property without which it means nothing."""


def read_vocabulary(folder: Path) -> Vocabulary:
    """Facts, terms, labels, diseases, policies, assumptions and level values of an ontology folder.

    Facts come in the order of their file. Raises `KnowledgeError` with every fault that was found.
    """
    files = [file for file in turtle_files(folder) if file.name not in _NO_VOCABULARY]
    return _Reader(parse(files), Places(files)).vocabulary()


class _Reader(Asker):
    """One reading of one graph."""

    def vocabulary(self) -> Vocabulary:
        """Everything, or every fault."""
        self.check_words()
        assumptions = self.choices(SJD + "Assumption")
        terms = {term.id: term for term in self.terms()}
        diseases = self.diseases(terms)
        facts = {fact.name: fact for fact in self.facts(diseases)}
        vocabulary = Vocabulary(
            facts=facts,
            terms=terms,
            term_of_label=self.term_of_label(terms),
            associating_diseases=tuple(diseases),
            policies=self.choices(SJD + "Policy"),
            assumptions=assumptions,
            level_values=self.level_values(),
            endpoints={endpoint.id: endpoint for endpoint in self.endpoints()},
            trial_findings={each.id: each for each in trial_findings(self, self.subjects(SJD + "Endpoint"))},
            evidence_scopes=scopes(self),
            procedures={each.id: each for each in procedures(self, facts)},
        )
        if self.findings:
            raise KnowledgeError(sorted(set(self.findings)))
        return vocabulary

    def choices(self, kind: str) -> dict[str, Choice]:
        """The policies or the assumptions, by name."""
        found = {}
        for iri in self.subjects(kind):
            values = self.words(iri, SJD + "allowedValues")
            if not values:
                self.fail("O103", iri, SJD + "allowedValues", "is missing")
            default = self.chosen(iri, SJD + "defaultValue", values)
            found[local(iri)] = Choice(local(iri), self.text(iri, SKOS + "prefLabel", needed=True), values, default)
        return found

    def level_values(self) -> dict[str, int]:
        """What each level word counts, least first."""
        found = {}
        for iri in self.subjects(SKOS + "Concept"):
            value = self.whole(iri, SJD + "levelValue")
            if value is not None:
                found[self.text(iri, SKOS + "notation", needed=True)] = value
        return dict(sorted(found.items(), key=lambda pair: pair[1]))

    def endpoints(self) -> Iterator[EndpointDef]:
        """Every endpoint, in the order of its file."""
        endpoints = self.subjects(SJD + "Endpoint")
        for iri in endpoints:
            if not self.nodes(self.iri(iri), SJD + "timepointWeeks"):
                self.fail("O103", iri, SJD + "timepointWeeks", "is missing")
            weeks = self.whole(iri, SJD + "timepointWeeks", 1)
            yield EndpointDef(
                local(iri),
                self.text(iri, SKOS + "prefLabel", needed=True),
                weeks or 0,
                self.text(iri, SJD + "responder"),
                self.chosen(iri, SJD + "status", STATUS, needed=True),
                self.text(iri, SJD + "verification", needed=True),
                self.text(iri, SJD + "patientPrioritised", needed=True) == "true",
                self.text(iri, SJD + "notValidatedInChildren", needed=True) == "true",
                self.references(iri, SJD + "alsoReadFrom", endpoints),
            )

    # ------------------------------------------------------------------ terms

    def terms(self) -> Iterator[Term]:
        """Every concept, with all that is broader."""
        concepts = self.subjects(SKOS + "Concept")
        wider: dict[str, list[str]] = {}
        for iri in concepts:
            for target in self.texts(iri, SKOS + "broader"):
                self.reference(iri, SKOS + "broader", target, concepts)
            parents = {*self.texts(iri, SKOS + "broader"), *self.texts(iri, RDFS + "subClassOf")}
            wider[iri] = sorted(parents & set(concepts))
        for iri in concepts:
            label = self.text(iri, SKOS + "prefLabel", needed=True)
            labels = [text for kind in _LABELS for text in self.texts(iri, _label(kind))]
            broader, rest = [iri], [iri]
            while rest:
                for parent in wider[rest.pop(0)]:
                    if parent not in broader:
                        broader.append(parent)
                        rest.append(parent)
            yield Term(local(iri), label, tuple(dict.fromkeys(labels)), tuple(local(each) for each in broader))

    def term_of_label(self, terms: Mapping[str, Term]) -> dict[str, str]:
        """Every label that names one thing only; one that is flagged ambiguous anywhere names more."""
        flagged = {fold_label(str(text)) for text in self.graph.objects(None, self.iri(_label("ambiguousLabel")))}
        owners: dict[str, set[str]] = {}
        for term in terms.values():
            for text in term.labels:
                owners.setdefault(fold_label(text), set()).add(term.id)
        return {text: min(ids) for text, ids in owners.items() if len(ids) == 1 and text not in flagged}

    def diseases(self, terms: Mapping[str, Term]) -> dict[str, str]:
        """Code to label of each disease that makes Sjögren disease associated, in the order of the codes."""
        found = {}
        for iri in self.subjects(SJD + "AssociatingDisease"):
            code = self.text(iri, SKOS + "notation", needed=True)
            if local(iri) not in terms:
                self.fail("O103", iri, "", "an associating disease is to be a skos:Concept too")
            elif code in found:
                self.fail("O107", iri, SKOS + "notation", f"{code!r} belongs to another disease already")
            elif code:
                found[code] = terms[local(iri)].label
        return dict(sorted(found.items()))

    # ------------------------------------------------------------------ facts

    def facts(self, diseases: Mapping[str, str]) -> Iterator[FactDef]:
        """Every fact; the members of a list of diseases come just before it."""
        facts = self.subjects(SJD + "Fact")
        narrower: dict[str, list[str]] = {}
        for iri in facts:
            for target in self.texts(iri, SJD + "implies"):
                self.reference(iri, SJD + "implies", target, facts)
                narrower.setdefault(target, []).append(local(iri))
        for iri in facts:
            fact = self.fact(iri, facts, tuple(narrower.get(iri, ())))
            if fact.type == "diseases":
                fact = fact._replace(codes=tuple(diseases), members=tuple(diseases))
                for code, label in diseases.items():
                    name = f"{fact.name}.{code}"
                    yield FactDef(name, label, fact.group, "boolean", valid_days=fact.valid_days)
            yield fact

    def fact(self, iri: str, facts: Sequence[str], narrower: tuple[str, ...]) -> FactDef:
        """One fact of its own node."""
        kind = self.chosen(iri, SJD + "valueType", list(_NEEDS), needed=True)
        needs = _NEEDS.get(kind, "")
        if needs and not self.nodes(self.iri(iri), SJD + needs):
            self.fail("O103", iri, SJD + needs, f"is missing: a {kind} needs it")
        low, high = (self.number(self.iri(iri), SJD + end, iri) for end in ("minimum", "maximum"))
        if low is not None and high is not None and low > high:
            self.fail("O104", iri, SJD + "minimum", f"{low} is above the maximum {high}")
        unit, units, hints = self.quantity(iri)
        codes = self.words(iri, SJD + "codes")
        parts = self.words(iri, SJD + "members")
        for part in parts:
            self.reference(iri, SJD + "members", part, facts)
        return FactDef(
            name=local(iri),
            label=self.text(iri, SKOS + "prefLabel", needed=True),
            group=self.text(iri, SJD + "group", needed=True),
            type=kind,
            unit=unit,
            units=units,
            minimum=low,
            maximum=high,
            laterality=self.chosen(iri, SJD + "laterality", list(SIDES)),
            valid_days=self.valid_days(iri),
            levels=self.words(iri, SJD + "levels"),
            codes=codes,
            members=codes if kind == "codes" else tuple(local(part).rpartition(".")[2] for part in parts),
            abnormal=self.abnormal(iri),
            assumption=self.assumption(iri),
            not_assumed_if=self.references(iri, SJD + "notAssumedIf", facts),
            narrower=narrower,
            unit_hints=hints,
            assumed_as=self.chosen(iri, SJD + "assumedAs", codes) if codes else "",
        )

    def references(self, iri: str, predicate: str, existing: Sequence[str]) -> tuple[str, ...]:
        """All targets of a property."""
        return tuple(self.reference(iri, predicate, target, existing) for target in self.texts(iri, predicate))

    def assumption(self, iri: str) -> str:
        """The assumption that may stand in for a missing value."""
        target = self.text(iri, SJD + "assumption")
        return self.reference(iri, SJD + "assumption", target, self.subjects(SJD + "Assumption")) if target else ""

    def valid_days(self, iri: str) -> int | None:
        """For how many days a value counts; None: for ever."""
        period = self.text(iri, SJD + "validity", needed=True)
        if not period or not self.reference(iri, SJD + "validity", period, self.subjects(SJD + "ValidityPeriod")):
            return None
        return self.whole(period, SJD + "validDays", 1)

    def quantity(self, iri: str) -> tuple[str, dict[str, Fraction], dict[str, str]]:
        """Canonical unit, factor of every accepted unit, hint for every frequent wrong one."""
        target = self.text(iri, SJD + "quantity")
        if not target or not self.reference(iri, SJD + "quantity", target, self.subjects(SJD + "Quantity")):
            return "", {}, {}
        unit = self.text(target, SJD + "unit", needed=True)
        units = {unit: Fraction(1)}
        for node in self.nodes(self.iri(target), SJD + "acceptedUnit"):
            factor = self.number(node, SJD + "factor", target)
            if factor is None or factor <= 0:
                self.fail("O104", target, SJD + "factor", "must be an exact number above zero")
            else:
                units[self.inner(node, SJD + "unitCode")] = factor
        hints = {
            self.inner(node, SJD + "unitCode"): self.inner(node, RDFS + "comment")
            for node in self.nodes(self.iri(target), SJD + "unitHint")
        }
        return unit, dict(sorted(units.items())), dict(sorted(hints.items()))

    def abnormal(self, iri: str) -> tuple[str, Fraction] | None:
        """The published threshold behind the word abnormal."""
        found = []
        for node in self.nodes(self.iri(iri), SJD + "abnormal"):
            for word, name in (("at_most", "atMost"), ("at_least", "atLeast")):
                value = self.number(node, SJD + name, iri)
                if value is not None:
                    found.append((word, value))
        if len(found) > 1:
            self.fail("O107", iri, SJD + "abnormal", "is given more than once")
        return found[0] if found else None


def _label(kind: str) -> str:
    return (SJD if kind in {"deprecatedLabel", "ambiguousLabel"} else SKOS) + kind
