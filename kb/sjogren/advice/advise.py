"""The advice about the last visit of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sjogren.advice.family import NONE, Families
from sjogren.advice.findings import Teller, gathered
from sjogren.advice.kept import Fields, fields_of
from sjogren.advice.nouns import Advice, Change, LeftOut, Unsettled
from sjogren.advice.open_facts import Behind, Open, lacking
from sjogren.advice.patient import Patient
from sjogren.advice.ranking import ranked
from sjogren.assess.assessor import Derived
from sjogren.assess.knowledge_base import Assessment, KnowledgeBase, uncollected
from sjogren.compare.answers import TABLES, UNDETERMINED, answer, nodes_of
from sjogren.model.case import Case
from sjogren.model.rule import Rule
from sjogren.program.ir import FALSE, TRUE
from sjogren.proof.words import list_words
from sjogren.rules.english import fact_label

MOST = 8
"""Sets that are listed for one change; the others are counted."""
VERDICTS = {"CriteriaSet", "Finding", *TABLES}
NUMBERS = "Score"
"""The kind of rule whose conclusion is a number, which no set makes met or not met."""
BETWEEN = "it compares visits"
ODD = "what is recorded here is not worked out by this way of reading the rules"


def advise(knowledge_base: KnowledgeBase, case: Case, assessment: Assessment | None = None) -> Advice:
    """What would change the conclusions of the last visit, and what to find out next.

    An assessment that is at hand may be given; one of another case raises `ValueError`. Raises `InputError` and
    `InternalFault` as assessing does.
    """
    if assessment is not None and assessment.case != case.id:
        raise ValueError(f"the assessment is of {assessment.case!r}, the case is {case.id!r}")
    with uncollected():
        return _Adviser(knowledge_base, case).advice()


class _Adviser:
    def __init__(self, knowledge_base: KnowledgeBase, case: Case) -> None:
        self.case, self.rules, self.vocabulary = case, knowledge_base.rules, knowledge_base.vocabulary
        self.fields: Fields = fields_of(knowledge_base)
        self.derived: Derived = knowledge_base.derived(case)[-1]
        self.behind = Behind(self.fields, case, self.derived, self.rules)
        self.undecided = {
            each.rule: next((shown.word for shown in each.shown if shown.word), UNDETERMINED)
            for each in self.derived.program.conclusions
        }
        first = {each.rule for each in knowledge_base.knowledge.program.conclusions}
        self.between = [name for name in self.undecided if name not in first]
        self.changes: list[Change] = []
        self.open: list[Open] = []
        self.left_out = [LeftOut(name, BETWEEN) for name in self.between]

    def advice(self) -> Advice:
        for name in self.undecided:
            if name not in self.between and self.rules[name].kind != NUMBERS:
                self._look(self.rules[name])
        tests, idle, behind = ranked(self.open, self.behind, self.derived, self.vocabulary)
        able = {name for test in tests for name in test.can_change}
        unsettled = [Unsettled(each.conclusion, self._why(each)) for each in self.open if each.conclusion not in able]
        return Advice(tuple(self.changes), tests, idle, tuple(unsettled), tuple(self.left_out), behind)

    def _look(self, rule: Rule) -> None:
        patient, reason = self._patient(rule)
        if patient is None:
            settled = _settled(rule, self.derived.result.truth)
            if rule.kind in VERDICTS or not settled:
                self.left_out.append(LeftOut(rule.id, reason))
            if not settled:
                self._undecided(rule, None)
            return
        if not patient.field.settled[patient.answer]:
            self._undecided(rule, patient)
        elif rule.kind not in VERDICTS:
            return
        if rule.kind != "Selection":
            self.changes += self._changes(rule, patient)

    def _patient(self, rule: Rule) -> tuple[Patient | None, str]:
        """The patient in the field of a rule, or why there is none."""
        field = self.fields.of(rule.id, self.case)
        patient = None if isinstance(field, str) else Patient(field, self.derived, self.rules)
        if patient is not None and patient.answer == patient.field.impossible:
            # A record that contradicts itself is answered all the same.
            field = self.fields.of(rule.id, self.case, anybody=True)
            patient = None if isinstance(field, str) else Patient(field, self.derived, self.rules)
        if isinstance(field, str) or patient is None:
            return None, str(field)
        if field.answers[patient.answer] != answer(rule, self.derived.result.truth):
            return None, ODD
        return patient, ""

    def _changes(self, rule: Rule, patient: Patient) -> list[Change]:
        """One change for each other answer that can be reached: by missing facts alone where the verdict is open.

        Where no missing fact settles an open verdict, what is recorded would have to be otherwise.
        """
        missing = not patient.field.settled[patient.answer]
        found = list(self._reached(rule, patient, missing=True)) if missing else []
        return found or list(self._reached(rule, patient, missing=False))

    def _reached(self, rule: Rule, patient: Patient, *, missing: bool) -> Iterator[Change]:
        teller = Teller(patient, self.vocabulary)
        now = self._named(rule, patient.field.answers[patient.answer])
        for number, words in enumerate(patient.field.answers):
            if number == patient.answer or not patient.field.settled[number]:
                continue
            families = Families()
            family = (patient.enough if missing else patient.fewest)(families, number)
            if family != NONE:
                products, more = gathered(families, family, patient, MOST)
                sets = tuple(teller.told(factors) for factors in products)
                yield Change(rule.id, now, self._named(rule, words), missing, sets, more)

    def _named(self, rule: Rule, words: str) -> str:
        """An answer as the assessment prints it."""
        if words == UNDETERMINED and rule.kind == "Grade":
            return f"{rule.levels[0]} to {rule.levels[-1]}"
        if words == UNDETERMINED:
            return self.undecided[rule.id]
        return {"met": "true", "not_met": "false"}[words] if rule.kind == "Finding" else words

    # -- what is open -------------------------------------------------------------------------------------------------

    def _undecided(self, rule: Rule, patient: Patient | None) -> None:
        lacks = lacking(rule, self.derived)
        repeated = tuple(dict.fromkeys(_fact(key) for key in lacks if key in self.derived.inputs))
        if patient is None:
            keys = [key for key in lacks if key not in self.derived.inputs]
        else:
            keys = [patient.field.variables[position].key for position in sorted(patient.mattering)]
        self.open.append(Open(rule.id, frozenset(self.behind.facts(map(_fact, keys))), patient, repeated))

    def _why(self, each: Open) -> str:
        """Why no test settles a conclusion."""
        if each.repeated:
            labels = list_words([fact_label(name, self.vocabulary) for name in each.repeated])
            return f"it rests on results that are recorded and do not count: {labels}"
        if each.facts:
            labels = list_words([fact_label(name, self.vocabulary) for name in sorted(each.facts)])
            return f"what it lacks is found out by no test: {labels}"
        return "what is recorded leaves it open, and no missing fact changes that"


def _fact(key: str) -> str:
    return key.partition("@")[0]


def _settled(rule: Rule, truth: Mapping[str, str]) -> bool:
    """Whether the answer of a rule leaves nothing open."""
    nodes = nodes_of(rule)
    if rule.kind in {"CriteriaSet", *TABLES}:
        return any(truth.get(node) == TRUE for node in nodes)
    return all(truth.get(node) in {TRUE, FALSE} for node in nodes)
