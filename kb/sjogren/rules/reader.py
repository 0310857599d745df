"""YAML to `Rule`: the only reader of rule files. Everything wrong is told at once, with file, line and cure."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from sjogren._located import Mapping, Scalar, read_located
from sjogren.errors import Finding, KnowledgeError, did_you_mean
from sjogren.model.rule import Branch, Item, Mark, Missing, Rule, RuleSet, Shown, Source, TermOf
from sjogren.rules._conditions import Conditions
from sjogren.rules.schema import KINDS


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


class _Reader(Conditions):
    """Reads one file; keeps the rules in the order in which they stand."""

    def __init__(self, file: str, findings: list[Finding]) -> None:
        super().__init__(file, findings)
        self.rules: dict[str, Rule] = {}

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
            standing=self.text(node, "standing", kind) if "standing" in node else "",
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
        read: Callable[[Mapping, Rule, str], Rule] = getattr(self, f"_{kind.lower()}")
        rule = read(node, rule, here)
        self.rules[identifier] = rule
        for index, part in enumerate(self.listed(node, "parts")):
            if isinstance(part, Mapping):
                self.rule(part, f"{here}parts.{index}", status, source, identifier)
            else:
                self.report(part.line, "K111", "each entry of 'parts' is a rule.")
        return rule

    def shown(self, node: Mapping, here: str) -> tuple[Shown, ...]:
        return tuple(
            Shown(
                self.text(entry, "key", "Shown"),
                self.subject(entry, "Shown"),
                self.place(entry.line, f"{here}shows.{i}"),
            )
            for i, entry in enumerate(self.mappings(node, "shows", "Shown"))
        )

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
        rule = self._counted(node, rule, here)
        if ("branches" in node) == ("met_when" in node) or ("branches" in node and not rule.counts):
            message = "a criteria set has either 'met_when', or 'branches' over items without points."
            self.report(node.line, "K129", message)
        return rule._replace(
            entry=self.condition(node, "entry", here) if "entry" in node else None,
            exclude=self.condition(node, "exclude", here) if "exclude" in node else None,
            branches=self._branches(node, here, [item.rule for item in rule.items]),
        )

    def _response(self, node: Mapping, rule: Rule, here: str) -> Rule:
        rule = self._counted(node, rule, here)
        fewest = self.needed(node, "evaluable_when")
        if fewest.denominator != 1 or fewest > len(rule.items):
            self.report(node.line, "K132", f"'evaluable_when' is a whole number up to {len(rule.items)}, the items.")
        value = node.get("when_missing")
        missing = None
        if isinstance(value, Mapping):
            self.keys(value, "Missing")
            place = self.place(value.line, f"{here}when_missing")
            status, because = self.text(value, "status", "Missing"), self.text(value, "because", "Missing")
            missing = Missing(status, self.sources(value), because, place)
        elif value is not None:
            self.report(value.line, "K131", "'when_missing' has 'status', 'source' and 'because'.")
        return rule._replace(fewest=int(fewest), when_missing=missing)

    def _counted(self, node: Mapping, rule: Rule, here: str) -> Rule:
        """Items, their points, and how many are needed."""
        items: list[Item] = []
        for index, entry in enumerate(self.listed(node, "items")):
            if not isinstance(entry, Mapping):
                self.report(entry.line, "K111", "each entry of 'items' is a finding.")
                continue
            path = f"{here}items.{index}"
            name = self._item(entry, path, rule)
            points = entry.get("points")
            if name:
                value = self.number(points, "points") if points else Fraction(1)
                if value.denominator != 1 or value <= 0:
                    self.report(points.line if points else entry.line, "K119", "'points' is a whole number above 0.")
                items.append(Item(name, int(value), self.place(entry.line, path)))
        pointed = ["points" in entry for entry in self.listed(node, "items") if isinstance(entry, Mapping)]
        if len(set(pointed)) > 1:
            self.report(node.line, "K119", "either every item has points or none has.")
        return rule._replace(items=tuple(items), needed=self.needed(node, "met_when"), counts=not any(pointed))

    def needed(self, node: Mapping, key: str) -> Fraction:
        """The number under ``at_least`` of a key; 0 when the key is not there."""
        value = node.get(key)
        if not isinstance(value, Mapping):
            return Fraction(0)
        self.keys(value, "Needed")
        threshold = value.get("at_least")
        return self.number(threshold, "at_least") if threshold else Fraction(0)

    def _item(self, entry: Mapping, path: str, rule: Rule) -> str:
        """The id of an item: a finding that is written here, or one of another set that counts here as well."""
        if "rule" in entry:
            self.keys(entry, "Reused")
            return self.text(entry, "rule", "Reused")
        item = self.rule(entry, path, rule.status, rule.source, rule.id)
        return item.id if item else ""

    def _branches(self, node: Mapping, here: str, items: list[str]) -> tuple[Branch, ...]:
        entries = self.mappings(node, "branches", "Branch")
        found = []
        if len(entries) == 1:
            self.report(entries[0].line, "K130", "one branch is no choice.", "Write its rule as met_when.")
        for index, entry in enumerate(entries):
            path = f"{here}branches.{index}"
            if ("when" in entry) == (entry is entries[-1]):
                message = "every branch but the last says 'when'; the last one is for everybody else."
                self.report(entry.line, "K130", message)
            counted = tuple(self.subject(each, "RuleName").name for each in self.mappings(entry, "counts", "RuleName"))
            for name in counted:
                if name not in items:
                    hint = did_you_mean(name, items)
                    self.report(entry.line, "K130", f"{name!r} is no item of this criteria set.", hint)
            number = entry.get("needed")
            needed = self.number(number, "needed") if number else Fraction(1)
            if number and not (needed.denominator == 1 and 1 <= needed <= len(counted)):
                self.report(number.line, "K130", f"'needed' is a whole number from 1 to {len(counted)}.")
            when = self.condition(entry, "when", f"{path}.") if "when" in entry else None
            met_when = self.condition(entry, "met_when", f"{path}.")
            if met_when:
                value, label, because = (self.text(entry, key, "Branch") for key in ("value", "label", "because"))
                place = self.place(entry.line, path)
                found.append(Branch(value, label, because, when, counted, needed, met_when, place))
        if len({branch.value for branch in found}) < len(found):
            self.report(node.line, "K130", "two branches have the same 'value'; give each its own.")
        return tuple(found)
