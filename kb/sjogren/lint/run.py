"""All proofs about some rules, with what was covered."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from sjogren.compare.diagrams import TooLarge
from sjogren.compare.space import Uncountable
from sjogren.lint.accepted import accept, read_accepted
from sjogren.lint.criteria import addends_of, items_of, responses_of, steps_of
from sjogren.lint.examples import Examples
from sjogren.lint.fault import Extent, Fault, Report, Unfinished
from sjogren.lint.ground import TOO_MANY, Grounds, own_nodes
from sjogren.lint.opposites import opposites
from sjogren.lint.outcomes import LACKING, gaps, overlaps, unused
from sjogren.lint.probes import Probes
from sjogren.lint.statements import Desk, cases_of, conditions_of
from sjogren.model.rule import Place
from sjogren.ontology.places import Places
from sjogren.program.store import Knowledge
from sjogren.rules.timed import longitudinal

FACT = "https://w3id.org/sjd/fact/"


def lint(
    knowledge: Knowledge,
    rules: Path,
    ontology: Path,
    names: Collection[str] = (),
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Report:
    """Prove what can be proved of some rules and all their parts (none named: of all rules).

    progress
        told how many rules are done, and of how many.

    Raises `KnowledgeError` when the list of accepted findings cannot be read.
    """
    written = knowledge.rules.rules
    listed = read_accepted(rules, written)
    chosen = {
        name for name in written if not names or any(name == each or name.startswith(f"{each}/") for each in names)
    }
    timed = longitudinal(written) & chosen
    own = [name for name in knowledge.sequence if name in chosen]
    probes = Probes(knowledge, own)
    examples = Examples(knowledge)
    places = Places(sorted(ontology.glob("*.ttl")))
    faults: list[Fault] = []
    open_: list[Unfinished] = []
    grounds: dict[str, Grounds] = {}
    blamed: frozenset[str] = frozenset()
    statements = largest = unknowns = 0
    of = ""
    for done, name in enumerate(own):
        progress(done, len(own))
        rule = written[name]
        statements += len(probes.belonging(rule)) + len(rule.cases) + len(own_nodes(rule))
        try:
            ground = Grounds(rule, probes, knowledge.vocabulary)
            desk = Desk(ground, probes, knowledge.vocabulary, examples, lambda fact: _place(places, fact), blamed)
            found = _of_rule(desk)
        except (TooLarge, Uncountable) as reason:
            open_.append(Unfinished(name, str(reason) or TOO_MANY, partial=False))
            continue
        faults += found
        blamed |= {name} if any(fault.code in LACKING for fault in found) else set()
        grounds[name] = ground
        number = ground.complete[0].diagrams.count(ground.complete[0].world.possible)
        largest, of = max((largest, of), (number, name))
        if ground.partial is None:
            open_.append(Unfinished(name, ground.reason, partial=True))
        else:
            unknowns += 1
    progress(len(own), len(own))
    for name in sorted(timed):
        if written[name].kind == "Response":
            faults += responses_of(written[name], written)
    opposed, pairs, beside = opposites(grounds, probes, examples)
    open_ += beside
    unread = {each.rule for each in open_ if not each.partial} | timed
    order = {name: position for position, name in enumerate(written)}
    faults = accept(sorted([*faults, *opposed], key=lambda fault: order[fault.subject]), listed, chosen - unread)
    extent = Extent(len(own), statements, largest, of, len(timed), unknowns, tuple(open_), pairs)
    return Report(tuple(faults), extent)


def _of_rule(desk: Desk) -> list[Fault]:
    faults = [
        *conditions_of(desk),
        *cases_of(desk),
        *items_of(desk),
        *addends_of(desk),
        *steps_of(desk),
        *gaps(desk),
        *overlaps(desk),
    ]
    return [*faults, *unused(desk, faults)]


def _place(places: Places, fact: str) -> Place:
    """Where a fact stands in the ontology; of a member its whole where it has no entry of its own."""
    for name in (fact, fact.partition(".")[0]):
        file, line = places.of(f"{FACT}{name}")
        if file:
            return Place(f"ontology/{file}", line)
    return Place("ontology/facts.ttl", 0)
