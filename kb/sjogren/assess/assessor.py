"""The assessment of one case: the conclusions, flags and justification of every visit, in the contract's shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeAlias

from sjogren.assess.inputs import Origin, Seen, see
from sjogren.assess.totals import Totals
from sjogren.assess.visits import view
from sjogren.engine.driver import DurableEngine
from sjogren.engine.knowledge import Known, Result
from sjogren.engine.reference import Reference, disagreements
from sjogren.errors import InternalFault
from sjogren.facts.measured import measured
from sjogren.facts.resolve import Resolved
from sjogren.model.case import Case
from sjogren.model.rule import FIRST, NOW, STOOD_EARLIER, STOOD_FIRST
from sjogren.program.ir import Program
from sjogren.program.later import compile_later
from sjogren.program.store import Knowledge
from sjogren.proof.graph import Binder
from sjogren.proof.lacks import Lacks
from sjogren.proof.printed import Bound
from sjogren.proof.skeleton import Prover
from sjogren.proof.visits import Teller
from sjogren.proof.words import NOTICE
from sjogren.rules.timed import named, visit_of

Json: TypeAlias = dict[str, Any]


class Derived(NamedTuple):
    """One visit before anything is printed.

    inputs, origins
        what is known, assumptions and policies of the case applied, and where each comes from.
    result
        what engine and reference derived from it.
    lacks
        for a node that is undecided, the keys of the inputs that could still decide it.
    program
        the rules as they were read at this visit.
    """

    inputs: Mapping[str, Known]
    origins: Mapping[str, Origin]
    result: Result
    lacks: Callable[[str], tuple[str, ...]]
    program: Program


class Assessor:
    """Holds one compiled engine and one reference; assesses one case at a time. One for each process and thread."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        rules = knowledge.rules.rules
        self.engine = DurableEngine(knowledge.program)
        self.reference = Reference(rules, [rules[name] for name in knowledge.sequence], knowledge.vocabulary)
        self.prover = Prover(knowledge.program, rules)
        self.binder = Binder(knowledge.program, rules, knowledge.vocabulary)
        self.totals = Totals(knowledge, self.reference)
        self.teller = Teller()
        self.read = frozenset(each.key for each in knowledge.program.inputs)
        looked_at = {
            each.name for rule in rules.values() for each in named(rule) if visit_of(each.name)[0] == STOOD_EARLIER
        }
        self.asked = [node.key for node in knowledge.program.nodes if f"{STOOD_EARLIER}/{node.rule}" in looked_at]

    @cached_property
    def later(self) -> Assessor:
        """The assessor of every visit after the first; made when a case has one."""
        knowledge = compile_later(self.knowledge)
        return self if knowledge is self.knowledge else Assessor(knowledge)

    def assess(self, case: Case) -> Json:
        """The assessment as JSON data.

        Raises `InputError` where a stated total contradicts its items, and `InternalFault` where engine and reference
        disagree: then no answer is given.
        """
        program = self.knowledge.program
        visits = [used.told(case, bound) for used, bound in self._visits(case)]
        return {
            "case": case.id,
            "knowledge_base": {"version": program.version, "content_hash": program.content_hash},
            "notice": NOTICE,
            "assume": dict(case.assume),
            "policy": dict(case.policy),
            "visits": visits,
        }

    def derived(self, case: Case) -> list[Derived]:
        """Each visit before anything is printed; raises as `assess` does."""
        return [
            Derived(
                bound.inputs,
                bound.origins,
                bound.result,
                partial(_lacks, used.prover.lacks, bound),
                used.knowledge.program,
            )
            for used, bound in self._visits(case)
        ]

    def results(self, case: Case) -> list[Result]:
        """What was derived at each visit."""
        return [bound.result for _, bound in self._visits(case)]

    def _visits(self, case: Case) -> list[tuple[Assessor, Bound]]:
        """Each visit with what is known and derived at it, and the assessor that derived it."""
        found: list[tuple[Assessor, Bound]] = []
        for index in range(len(case.visits)):
            resolved = self.totals.resolve(case, index)
            seen = see(case, resolved, self.knowledge.vocabulary)
            self.totals.check(case, seen)
            chosen, unused = resolved.chosen, resolved.unused
            used = self.later if index else self
            if used is not self:
                earlier = self._earlier(seen, [bound.result for _, bound in found])
                others = self._others(case, index, earlier)
                seen, chosen, unused = view(case, resolved, seen, others, self.knowledge.vocabulary, used.read)
            result = used.derive(seen)
            bound = Bound(seen.inputs, seen.origins, result, index, chosen, unused, case.policy)
            found.append((used, bound))
        return found

    def told(self, case: Case, bound: Bound) -> Json:
        """One visit as it is printed, with its proof."""
        skeleton = self.prover.skeleton(bound.result, bound.inputs)
        nodes, by_step = self.binder.graph(skeleton, bound)
        conclusions: Json = {}
        for (rule, key), step in skeleton.reports.items():
            conclusions.setdefault(rule, {})[key] = by_step[step]["concludes"]["value"]
        visit = case.visits[bound.visit]
        return {
            "date": visit.date.isoformat() if visit.date else None,
            "label": visit.label or None,
            "conclusions": conclusions,
            "flags": sorted(skeleton.flags),
            "justification": {"@graph": self.teller.told(nodes) if bound.visit else nodes},
        }

    def _earlier(self, seen: Seen, stood: list[Result]) -> int:
        """The visit that rules look back at: the first after the baseline that came to what this one comes to.

        Only what they ask of it counts. Without such a visit it is the one before; 0 when there is none between.
        """
        if len(stood) == 1:
            return 0
        own = self._asked(self.engine.run(seen.inputs))
        alike = (index for index in range(1, len(stood)) if self._asked(stood[index]) == own)
        return next(alike, len(stood) - 1)

    def _others(self, case: Case, index: int, earlier: int) -> dict[str, Resolved]:
        """What the rules of a later visit are given of other visits, and of this one without what is carried."""
        vocabulary = self.knowledge.vocabulary
        found = {
            FIRST: measured(case, 0, index, vocabulary),
            NOW: measured(case, index, index, vocabulary),
            STOOD_FIRST: self.totals.resolve(case, 0),
        }
        return {**found, STOOD_EARLIER: self.totals.resolve(case, earlier)} if earlier else found

    def _asked(self, result: Result) -> dict[str, str]:
        return {key: result.truth[key] for key in self.asked if key in result.truth}

    def derive(self, seen: Seen) -> Result:
        """Run the engine and hold the reference evaluator against it."""
        result = self.engine.run(seen.inputs)
        differing = disagreements(result, self.reference.run(seen.inputs))
        if differing:
            raise InternalFault(f"engine and reference evaluator disagree on {'; '.join(differing[:3])}")
        return result

    def close(self) -> None:
        """Free the engines."""
        self.engine.close()
        later = self.__dict__.get("later", self)
        if later is not self:
            later.close()


def _lacks(lacks: Lacks, bound: Bound, node: str) -> tuple[str, ...]:
    return lacks.of_node(node, bound.result, bound.inputs)
