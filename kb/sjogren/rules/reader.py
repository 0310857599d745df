"""YAML to `Rule`: the only reader of rule files. Everything wrong is told at once, with file, line and cure."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from sjogren._located import Mapping, Node, Scalar, Sequence, read_located
from sjogren.errors import Finding, KnowledgeError, did_you_mean
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
    Item,
    Mark,
    Place,
    Reading,
    Rule,
    RuleSet,
    Shown,
    Source,
    Subject,
    TermOf,
    Test,
)
from sjogren.rules.schema import KINDS, choices, required, words

MAX_CONDITION_DEPTH = 5
"""A condition that nests deeper should name its parts as rules of their own."""

TESTS = ("is", "reaches", "only", *NUMERIC, *NUMERIC_THAT_OF)
ENDPOINT_LISTS = ("primary", "key_secondary", "supportive", "exploratory", "avoid_as_primary")
CONNECTIVES = ("all_of", "any_of", "none_of", "any_known", "first_known")


def rule_files(folder: Path) -> list[Path]:
    """All rule files below a folder, in the order of their paths."""
    return sorted(folder.glob("*/**/*.yaml"))


def read_rules(folder: Path) -> RuleSet:
    """All rules below ``folder``; raises `KnowledgeError` with every finding."""
    findings: list[Finding] = []
    rules: dict[str, Rule] = {}
    digest = sha256()
    for path in rule_files(folder):
        name = path.relative_to(folder).as_posix()
        raw = path.read_bytes()
        digest.update(name.encode() + b"\0" + raw + b"\0")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            findings.append(Finding(f"rules/{name}", 0, "K101", f"this is not UTF-8 text ({error.reason})."))
            continue
        for rule in read_rule_file(text, name, findings):
            if rule.id in rules:
                first = rules[rule.id].place
                findings.append(
                    Finding(
                        rule.place.file,
                        rule.place.line,
                        "K105",
                        f"{rule.id!r} is declared twice; it stands at {first.file}:{first.line} too.",
                    )
                )
            rules[rule.id] = rule
    if findings:
        raise KnowledgeError(findings)
    return RuleSet(rules, digest.hexdigest())


def read_rule_file(text: str, name: str, findings: list[Finding]) -> list[Rule]:
    """The rules of one file (itself and its parts); ``name`` is its path below ``rules/``."""
    file = f"rules/{name}"
    root = read_located(text, file, findings.append, "K101")
    if root is None:
        return []
    reader = _Reader(file, findings)
    if not isinstance(root, Mapping):
        reader.report(root.line, "K102", 'a rule file is a mapping that starts with "@context", id and type.')
        return []
    reader.top(root, name.removesuffix(".yaml"))
    return list(reader.rules.values())


class _Reader:
    """Reads one file; keeps the rules in the order in which they stand."""

    def __init__(self, file: str, findings: list[Finding]) -> None:
        self.file, self.findings = file, findings
        self.rules: dict[str, Rule] = {}

    def report(self, line: int, code: str, message: str, hint: str = "") -> None:
        self.findings.append(Finding(self.file, line, code, message, hint))

    # -- small pieces -------------------------------------------------------------------------------------------

    def keys(self, node: Mapping, shape: str) -> None:
        """Report keys that the shape does not have, and missing ones that it needs."""
        allowed = words(shape)
        for key, _ in node:
            if key not in allowed:
                self.report(
                    node.key_lines[key],
                    "K104",
                    f"unknown key {key!r} in a {shape.lower()}.",
                    did_you_mean(key, allowed),
                )
        for key in required(shape):
            if key not in node:
                self.report(node.line, "K106", f"{key!r} is missing in this {shape.lower()}.")

    def text(self, node: Mapping, key: str, shape: str, default: str = "") -> str:
        value = node.get(key)
        if value is None:
            return default
        if not isinstance(value, Scalar) or (value.is_null or not value.text):
            self.report(value.line, "K107", f"{key!r} must be a text.")
            return default
        allowed = choices(shape, key)
        if allowed and value.text not in allowed:
            hint = did_you_mean(value.text, allowed) or f"Choose one of {', '.join(allowed)}."
            self.report(value.line, "K108", f"{value.text!r} is not a value of {key!r}.", hint)
            return default
        return value.text

    def number(self, value: Node, key: str) -> Fraction:
        if isinstance(value, Scalar) and not value.quoted:
            try:
                return Fraction(value.text)
            except (ValueError, ZeroDivisionError):
                pass
        found = value.text if isinstance(value, Scalar) else "a list or mapping"
        self.report(value.line, "K109", f"{key!r} must be a number, found {found!r}.")
        return Fraction(0)

    def listed(self, node: Mapping, key: str) -> list[Node]:
        value = node.get(key)
        if value is None:
            return []
        if not isinstance(value, Sequence) or not len(value):
            self.report(value.line, "K110", f"{key!r} must be a list with at least one entry.")
            return []
        return value.items

    def mappings(self, node: Mapping, key: str, shape: str) -> list[Mapping]:
        found = []
        for entry in self.listed(node, key):
            if isinstance(entry, Mapping):
                self.keys(entry, shape)
                found.append(entry)
            else:
                self.report(entry.line, "K111", f"each entry of {key!r} is a mapping.")
        return found

    def texts(self, node: Mapping, key: str) -> tuple[str, ...]:
        entries = self.listed(node, key)
        for entry in entries:
            if not isinstance(entry, Scalar):
                self.report(entry.line, "K107", f"each entry of {key!r} is a word.")
        return tuple(entry.text for entry in entries if isinstance(entry, Scalar))

    def place(self, line: int, path: str) -> Place:
        return Place(self.file, line, path)

    # -- rules ------------------------------------------------------------------------------------------------------

    def top(self, node: Mapping, expected: str) -> None:
        context = node.get("@context")
        depth = expected.count("/")
        local = "../" * depth + "context.jsonld"
        if not isinstance(context, Scalar) or context.text != local:
            self.report(node.line, "K103", f'the file must begin with "@context": {local}.')
        identifier = node.get("id")
        if isinstance(identifier, Scalar) and identifier.text != expected:
            self.report(
                identifier.line,
                "K112",
                f"id is {identifier.text!r} but the file's path makes it {expected!r}.",
                "Rename the file or the id.",
            )
        for key in ("status", "source"):
            if key not in node:
                self.report(node.line, "K106", f"{key!r} is missing in this rule file.")
        self.rule(node, "", "", ())

    def rule(self, node: Mapping, path: str, status: str, source: tuple[Source, ...], parent: str = "") -> Rule | None:
        kind_node = node.get("type")
        kind = kind_node.text if isinstance(kind_node, Scalar) else ""
        if kind not in KINDS:
            line = kind_node.line if kind_node else node.line
            hint = did_you_mean(kind, KINDS) or f"Choose one of {', '.join(KINDS)}."
            self.report(line, "K113", f"{kind!r} is not a kind of rule." if kind else "'type' is missing.", hint)
            return None
        self.keys(node, kind)
        here = f"{path}." if path else ""
        status = self.text(node, "status", kind, status)
        source = self.sources(node) or source
        identifier = self.text(node, "id", kind)
        if parent and not identifier.startswith(parent + "/"):
            self.report(node.line, "K114", f"the id {identifier!r} must begin with {parent + '/'!r}.")
        rule = Rule(
            id=identifier,
            kind=kind,
            label=self.text(node, "label", kind),
            status=status,
            source=source,
            place=self.place(node.line, path),
            because=self.text(node, "because", kind),
            note=self.text(node, "note", kind),
            verification=self.text(node, "verification", kind),
            parent=parent,
            shows=self.shown(node, here),
        )
        if identifier in self.rules:
            first = self.rules[identifier].place.line
            self.report(
                node.line, "K105", f"{identifier!r} is declared twice; it stands on line {first} too.", "Rename one."
            )
        self.rules[identifier] = rule
        rule = getattr(self, f"_{kind.lower()}")(node, rule, here)
        self.rules[identifier] = rule
        for index, part in enumerate(self.listed(node, "parts")):
            if isinstance(part, Mapping):
                self.rule(part, f"{here}parts.{index}", status, source, identifier)
            else:
                self.report(part.line, "K111", "each entry of 'parts' is a rule.")
        return rule

    def sources(self, node: Mapping) -> tuple[Source, ...]:
        return tuple(
            Source(self.text(entry, "work", "Source"), self.text(entry, "locator", "Source"))
            for entry in self.mappings(node, "source", "Source")
        )

    def shown(self, node: Mapping, here: str) -> tuple[Shown, ...]:
        return tuple(
            Shown(
                self.text(entry, "key", "Shown"),
                self.subject(entry, "Shown"),
                self.place(entry.line, f"{here}shows.{i}"),
            )
            for i, entry in enumerate(self.mappings(node, "shows", "Shown"))
        )

    def subject(self, node: Mapping, shape: str) -> Subject:
        kinds = [kind for kind in (FACT, RULE, POLICY) if kind in node]
        if len(kinds) != 1:
            allowed = [kind for kind in (FACT, RULE, POLICY) if kind in words(shape)]
            self.report(node.line, "K115", f"name exactly one of {', '.join(allowed)} here.")
            return Subject(FACT, "")
        return Subject(kinds[0], self.text(node, kinds[0], shape))

    def _finding(self, node: Mapping, rule: Rule, here: str) -> Rule:
        return rule._replace(
            when=self.condition(node, "when", here),
            unreliable_if=self.caveat(node, here),
            when_unknown=self.reading(node, here),
            raises=self.text(node, "raises", "Finding"),
            for_each=self.text(node, "for_each", "Finding"),
        )

    def _grade(self, node: Mapping, rule: Rule, here: str) -> Rule:
        rule = rule._replace(
            levels=self.texts(node, "levels"),
            cases=self.cases(node, "cases", here, levels=True),
            otherwise=self.text(node, "otherwise", "Grade"),
            stated=self.text(node, "stated", "Grade"),
            highest_of=tuple(
                self.subject(entry, "RuleName") for entry in self.mappings(node, "highest_of", "RuleName")
            ),
            when_unknown=self.reading(node, here),
            for_each=self.text(node, "for_each", "Grade"),
        )
        if rule.cases and not rule.otherwise:
            self.report(node.line, "K106", "'otherwise' is missing: what when no case holds?")
        if not (rule.cases or rule.highest_of or rule.stated):
            self.report(node.line, "K116", "a grade needs 'cases', 'highest_of' or 'stated'.")
        for case in rule.cases:
            for level in dict.fromkeys((case.low, case.high)):
                if level not in rule.levels:
                    self.report(
                        case.place.line,
                        "K117",
                        f"{level!r} is not one of the levels.",
                        did_you_mean(level, rule.levels),
                    )
        if rule.otherwise and rule.otherwise not in rule.levels:
            self.report(node.line, "K117", f"'otherwise' is {rule.otherwise!r}, not one of the levels.")
        return rule

    def _table(self, node: Mapping, rule: Rule, here: str) -> Rule:
        return rule._replace(
            cases=self.cases(node, "cases", here, levels=False),
            otherwise=self.text(node, "otherwise", "Table"),
            if_undetermined=self.text(node, "if_undetermined", "Table", "undetermined"),
            when_unknown=self.reading(node, here),
        )

    def _recommendation(self, node: Mapping, rule: Rule, here: str) -> Rule:
        marks = []
        for index, entry in enumerate(self.mappings(node, "marks", "Mark")):
            path = f"{here}marks.{index}"
            when = self.condition(entry, "when", f"{path}.")
            if when:
                marks.append(Mark(self.text(entry, "mark", "Mark"), when, self.place(entry.line, path)))
        return self._table(node, rule, here)._replace(marks=tuple(marks))

    def _selection(self, node: Mapping, rule: Rule, here: str) -> Rule:
        cases = self.cases(node, "select", here, levels=False)
        return rule._replace(cases=cases, as_list=self.text(node, "as_list", "Selection"))

    def _score(self, node: Mapping, rule: Rule, here: str) -> Rule:
        ways = [key for key in ("sum_of", "mean_of", "first_known") if key in node]
        if len(ways) != 1:
            self.report(node.line, "K118", "a score has exactly one of sum_of, mean_of and first_known.")
            return rule
        if ways == ["first_known"]:
            chosen = tuple(self.subject(entry, "RuleName") for entry in self.mappings(node, "first_known", "RuleName"))
            return rule._replace(alternatives=chosen, stated=self.text(node, "stated", "Score"))
        terms = []
        for index, entry in enumerate(self.mappings(node, ways[0], "Addend")):
            weight = entry.get("weight")
            terms.append(
                TermOf(
                    self.subject(entry, "Addend"),
                    self.number(weight, "weight") if weight else Fraction(1),
                    self.place(entry.line, f"{here}{ways[0]}.{index}"),
                )
            )
        return rule._replace(terms=tuple(terms), mean=ways == ["mean_of"], stated=self.text(node, "stated", "Score"))

    def _criteriaset(self, node: Mapping, rule: Rule, here: str) -> Rule:
        items: list[Item] = []
        for index, entry in enumerate(self.listed(node, "items")):
            if not isinstance(entry, Mapping):
                self.report(entry.line, "K111", "each entry of 'items' is a finding.")
                continue
            path = f"{here}items.{index}"
            item = self.rule(entry, path, rule.status, rule.source, rule.id)
            points = entry.get("points")
            if item:
                value = self.number(points, "points") if points else Fraction(1)
                if value.denominator != 1 or value <= 0:
                    self.report(points.line if points else entry.line, "K119", "'points' is a whole number above 0.")
                items.append(Item(item.id, int(value), self.place(entry.line, path)))
        pointed = ["points" in entry for entry in self.listed(node, "items") if isinstance(entry, Mapping)]
        if len(set(pointed)) > 1:
            self.report(node.line, "K119", "either every item has points or none has.")
        needed = Fraction(0)
        met_when = node.get("met_when")
        if isinstance(met_when, Mapping):
            self.keys(met_when, "Needed")
            threshold = met_when.get("at_least")
            needed = self.number(threshold, "at_least") if threshold else needed
        return rule._replace(
            entry=self.condition(node, "entry", here) if "entry" in node else None,
            exclude=self.condition(node, "exclude", here) if "exclude" in node else None,
            items=tuple(items),
            needed=needed,
            counts=not any(pointed),
        )

    # -- conditions -------------------------------------------------------------------------------------------------

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
                found.append(CaseOf(low, high, when, because, place, self.sources(entry), lists, grounds))
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


def facts_of(condition: Condition | None) -> Iterable[Test]:
    """All tests of a condition, in the order in which they stand."""
    if condition is None:
        return
    if isinstance(condition, Test):
        yield condition
        return
    for part in condition.parts:
        yield from facts_of(part)
