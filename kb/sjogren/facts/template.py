"""The template of a case file: every fact with its unit, range and choices, ready to be filled in."""

from __future__ import annotations

from fractions import Fraction

from sjogren.facts._scalars import decimal_text, range_text
from sjogren.model.vocabulary import Choice, FactDef, Vocabulary

_HEAD = """\
## One patient. Take away the "# " before a fact to record it; its value is only an example.
## null, unknown and not_done say that there is no value: never that it is negative.
## A value may also be {value: …, unit: …, date: …, source: …, note: …, status: final | preliminary | entered_in_error},
## or a list of such. A numeric test with a published threshold may be abnormal or normal when its number is not known.
## Several visits: in place of `facts` write
##   visits:
##     - {date: 2026-01-12, label: baseline, facts: {…}}
##     - {date: 2026-04-13, facts: {…}}
id: case-001       ## any text; never a name or a birth date
age: 50            ## years, at the first visit; 3 months are 0.25
sex: unknown       ## female, male, other, unknown
facts:
"""
_MAIN_DISEASE = "SjogrenDisease"


def case_template(vocabulary: Vocabulary) -> str:
    """A commented case file: valid as it is, and with any or all of its ``# name: value`` lines uncommented."""
    groups: dict[str, list[FactDef]] = {}
    for fact in vocabulary.facts.values():
        if "." not in fact.name and fact.name not in {"age", "essdai_unlisted_domains"}:
            groups.setdefault(fact.group, []).append(fact)
    lines = [_HEAD]
    for group, facts in groups.items():
        lines.append(f"\n  ## {group[:1].upper()}{group[1:]}\n")
        for fact in facts:
            lines.append(
                f"  # {fact.name}: {_example(fact, vocabulary)}{_remark(choices(fact, vocabulary), fact.label)}\n"
            )
            if fact.name == "essdai":
                remark = _remark("no", "the domains that are not listed were rated no; else they are unrated")
                lines.append(f'  # essdai_unlisted_domains: "no"{remark}\n')
    lines.append("\n## Each assumption shows in every proof that rests on it.\nassume:\n")
    lines.extend(_choice(choice) for choice in vocabulary.assumptions.values())
    lines.append("policy:\n")
    lines.extend(_choice(choice) for choice in vocabulary.policies.values())
    return "".join(lines)


def _choice(choice: Choice) -> str:
    value = choice.default or choice.values[0]
    default = f"{choice.default} unless said otherwise" if choice.default else "not assumed unless said"
    return f"  # {choice.name}: {_word(value)}{_remark(' | '.join(choice.values), choice.label, default)}\n"


def _remark(*parts: str) -> str:
    text = "; ".join(" ".join(part.split()) for part in parts if part)
    return f"    ## {text}" if text else ""


def choices(fact: FactDef, vocabulary: Vocabulary) -> str:
    """What may be written for a fact: range and unit, levels, codes, members."""
    match fact.type:
        case "boolean":
            return "true | false"
        case "number" | "count":
            whole = "a whole number" if fact.type == "count" else ""
            other = [unit for unit in fact.units if unit != fact.unit]
            units = f"or in {', '.join(other)}" if other else ""
            told = range_text(fact) or fact.unit
            return ", ".join(part for part in (told, whole, units) if part)
        case "level":
            return " | ".join(fact.levels)
        case "mapping":
            members = (vocabulary.facts[f"{fact.name}.{member}"] for member in fact.members)
            return ", ".join(f"{member.name.partition('.')[2]} ({choices(member, vocabulary)})" for member in members)
        case "texts":
            return "free texts"
        case _:
            return " | ".join(fact.codes)


def _example(fact: FactDef, vocabulary: Vocabulary) -> str:
    match fact.type:
        case "mapping":
            members = (vocabulary.facts[f"{fact.name}.{member}"] for member in fact.members[:3])
            inner = ", ".join(f"{member.name.partition('.')[2]}: {_single(member, vocabulary)}" for member in members)
            return f"{{{inner}}}"
        case "diseases":
            return f"[{{disease: {fact.codes[0]}, criteria_met: true}}]"
        case "treatments":
            return f"[{{drug: name of the drug, class: {fact.codes[0]}, start: 2026-01-12, stop: null}}]"
        case "codes":
            return f"[{fact.codes[0]}]"
        case "texts":
            return "[as written in the chart]"
    single = _single(fact, vocabulary)
    if fact.laterality:
        return f"{{{', '.join(f'{side}: {single}' for side in fact.sides)}}}"
    return single


def _single(fact: FactDef, vocabulary: Vocabulary) -> str:
    match fact.type:
        case "boolean":
            return "true"
        case "number" | "count":
            return decimal_text(_number(fact))
        case "level":
            return _word(fact.levels[0])
        case "code":
            return _word(fact.codes[0])
        case "term" if _MAIN_DISEASE in vocabulary.terms:
            return _word(vocabulary.terms[_MAIN_DISEASE].label)
        case _:
            return "as written in the chart"


def _number(fact: FactDef) -> Fraction:
    """An example within the range: its middle, a whole number where there is one."""
    low = fact.minimum or Fraction(0)
    middle = low + 1 if fact.maximum is None else (low + fact.maximum) / 2
    whole = Fraction(int(middle))
    return whole if low <= whole else middle


def _word(word: str) -> str:
    """A word as YAML 1.1 programs read it, too: ``no`` and the like in quotes."""
    return f'"{word}"' if word in {"no", "yes", "on", "off", "true", "false"} or ":" in word else word
