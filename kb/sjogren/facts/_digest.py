"""The identity of a case: a digest of what was read, not of how the file was laid out."""

from __future__ import annotations

import json
from fractions import Fraction
from hashlib import sha256

from sjogren.model.case import Case, Value


def digest(case: Case) -> str:
    """SHA-256 of a canonical JSON of the case, as ``sha256:…``.

    File name, lines, comments and the order of facts do not enter; every stated text, date, source and status does.
    """
    content = {
        "id": case.id,
        "age": str(case.age),
        "sex": case.sex,
        "assume": dict(case.assume),
        "policy": dict(case.policy),
        "visits": [
            {
                "date": visit.date.isoformat() if visit.date else None,
                "label": visit.label,
                "values": sorted((_plain(value) for value in visit.values), key=repr),
                "treatments": sorted(
                    ([str(part) if part else None for part in treatment] for treatment in visit.treatments), key=repr
                ),
            }
            for visit in case.visits
        ],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _plain(value: Value) -> list[str | bool | None]:
    number = value.value
    return [
        value.fact, value.side, f"number {number}" if isinstance(number, Fraction) else number, value.as_stated,
        value.unit, value.date.isoformat() if value.date else None, value.source, value.note, value.status,
    ]  # fmt: skip
