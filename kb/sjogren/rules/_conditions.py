"""The conditions of a rule file: tests, connectives, caveats, and what an unknown condition is taken as."""

from __future__ import annotations

from fractions import Fraction

from sjogren._located import Mapping, Node
from sjogren.model.rule import (
    FACT,
    NUMERIC,
    NUMERIC_THAT_OF,
    POLICY,
    RULE,
    CaseOf,
    Caveat,
    Condition,
    Group,
    Reading,
    Subject,
    Test,
)
from sjogren.rules._pieces import Pieces
from sjogren.rules.schema import words

MAX_CONDITION_DEPTH = 5
"""A condition that nests deeper should name its parts as rules of their own."""

TESTS = ("is", "reaches", "only", *NUMERIC, *NUMERIC_THAT_OF)
CONNECTIVES = ("all_of", "any_of", "none_of", "any_known", "first_known")
ENDPOINT_LISTS = ("primary", "key_secondary", "supportive", "exploratory", "avoid_as_primary")


class Conditions(Pieces):
    """Reads the conditions of one file."""

    def cases(self, node: Mapping, key: str, here: str, *, levels: bool) -> tuple[CaseOf, ...]:
        found = []
        for index, entry in enumerate(self.mappings(node, key, "Case")):
            path = f"{here}{key}.{index}"
            answers = [word for word in ("level", "between", "value") if word in entry]
            allowed = ("level", "between") if levels else ("value",)
            if len(answers) != 1 or answers[0] not in allowed:
                self.report(entry.line, "K120", f"a case here gives its answer under {' or '.join(allowed)}, once.")
                continue
            if answers == ["between"]:
                ends = self.texts(entry, "between")
                low, high = ends if len(ends) == 2 else ("", "")
            else:
                low = high = self.text(entry, answers[0], "Case")
            when = self.condition(entry, "when", f"{path}.")
            if when:
                because = self.text(entry, "because", "Case")
                lists = tuple((key, self.texts(entry, key)) for key in ENDPOINT_LISTS if key in entry)
                place = self.place(entry.line, path)
                grounds = self.texts(entry, "grounds")
                label = self.text(entry, "label", "Case")
                found.append(CaseOf(low, high, when, because, place, self.sources(entry), lists, grounds, label))
        return tuple(found)

    def caveat(self, node: Mapping, here: str) -> Caveat | None:
        value = node.get("unreliable_if")
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.report(value.line, "K121", "'unreliable_if' has 'when' and 'because'.")
            return None
        self.keys(value, "Caveat")
        when = self.condition(value, "when", f"{here}unreliable_if.")
        place = self.place(value.line, f"{here}unreliable_if")
        return Caveat(when, self.text(value, "because", "Caveat"), place) if when else None

    def reading(self, node: Mapping, here: str) -> Reading | None:
        value = node.get("when_unknown")
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.report(value.line, "K121", "'when_unknown' has 'take_as', 'because' and perhaps 'provided'.")
            return None
        self.keys(value, "Reading")
        provided = self.condition(value, "provided", f"{here}when_unknown.") if "provided" in value else None
        return Reading(
            self.text(value, "take_as", "Reading"),
            provided,
            self.text(value, "because", "Reading"),
            self.place(value.line, f"{here}when_unknown"),
        )

    def condition(self, node: Mapping, key: str, here: str) -> Condition | None:
        value = node.get(key)
        return None if value is None else self.read_condition(value, here + key, 1)

    def read_condition(self, node: Node, path: str, depth: int) -> Condition | None:
        if not isinstance(node, Mapping):
            self.report(node.line, "K122", "a condition is a mapping such as {fact: anti_ssa_ro, is: present}.")
            return None
        if depth > MAX_CONDITION_DEPTH:
            self.report(
                node.line, "K123", f"this nests deeper than {MAX_CONDITION_DEPTH}; name a part as its own rule."
            )
            return None
        if any(key in node for key in (FACT, RULE, POLICY)):
            return self.read_test(node, path)
        return self.read_group(node, path, depth)

    def read_test(self, node: Mapping, path: str) -> Test:
        self.keys(node, "Test")
        tests = [key for key in TESTS if key in node]
        op = tests[0] if len(tests) == 1 else ""
        if not op and (tests or set(node.items) <= set(words("Test"))):
            found = " and ".join(tests) if tests else "none"
            self.report(
                node.line, "K124", f"a condition has exactly one test, found {found}.", f"Tests: {', '.join(TESTS)}."
            )
        value: Fraction | str | tuple[str, ...] | Subject = ""
        if op in NUMERIC:
            value = self.number(node.items[op], op)
        elif op in NUMERIC_THAT_OF:
            other = node.items[op]
            if isinstance(other, Mapping):
                self.keys(other, "RuleName")
                value = self.subject(other, "RuleName")
            else:
                self.report(other.line, "K125", f"{op!r} names a rule: {{rule: axis/systemic}}.")
        elif op == "only":
            value = tuple(sorted(self.texts(node, op)))
        elif op:
            value = self.text(node, op, "Test")
        return Test(
            self.subject(node, "Test"),
            self.text(node, "in", "Test"),
            op,
            value,
            self.text(node, "unit", "Test"),
            self.place(node.line, path),
            self.text(node, "change", "Test"),
        )

    def read_group(self, node: Mapping, path: str, depth: int) -> Group | None:
        self.keys(node, "Group")
        found = [key for key in CONNECTIVES if key in node]
        counted = "at_least" in node and "of" in node
        if len(found) + counted != 1:
            known = (*CONNECTIVES, "at_least … of")
            self.report(node.line, "K126", f"a condition is a test or one connective: {', '.join(known)}.")
            return None
        key = "of" if counted else found[0]
        parts = [
            part
            for index, entry in enumerate(self.listed(node, key))
            if (part := self.read_condition(entry, f"{path}.{key}.{index}", depth + 1)) is not None
        ]
        count = self.number(node.items["at_least"], "at_least") if counted else Fraction(0)
        if counted and not (count.denominator == 1 and 1 <= count <= len(parts)):
            self.report(node.line, "K127", f"at_least must be a whole number from 1 to {len(parts)}.")
        where = self.text(node, "in", "Group")
        return Group("at_least" if counted else found[0], tuple(parts), int(count), where, self.place(node.line, path))
