"""A first playbook: what it suggests, and its file."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.datastructures import QueryParams

from shared.events import TeamId

ROWS: Final = 4
_LABELS: Final = {
    "call": "Calls",
    "meeting": "Meetings",
    "email": "Emails",
    "demo": "Demos",
    "message": "Messages",
    "meeting_booked": "Meetings booked",
    "proposal_sent": "Proposals sent",
    "lead_handled": "Leads handled",
    "task": "Tasks",
    "deal_won": "Deals won",
}
KINDS: Final = tuple(_LABELS.items())
"""The kinds of activities that a behaviour can count, each with its label."""
_TARGETS: Final = {"call": 10, "email": 15, "message": 10, "meeting": 2, "lead_handled": 5, "task": 5}
_TARGET: Final = 1
_DEFAULT_KINDS: Final = ("call", "meeting")
_WEIGHTS: Final = {"call": 60, "meeting": 40}
_WEIGHT: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class BehaviourRow:
    """One line of the form, as somebody has typed it."""

    kind: str
    label: str
    target: str
    weight: str


def suggest_rows(arrived: Iterable[str]) -> list[BehaviourRow]:
    """Kinds that have arrived, in the order of `KINDS`; without any, calls and meetings."""
    kinds = [kind for kind in _LABELS if kind in set(arrived)] or list(_DEFAULT_KINDS)
    return [
        BehaviourRow(
            kind=kind,
            label=_LABELS[kind],
            target=str(_TARGETS.get(kind, _TARGET)),
            weight=str(_WEIGHTS.get(kind, _WEIGHT)),
        )
        for kind in kinds[:ROWS]
    ]


def read_rows(fields: QueryParams) -> list[BehaviourRow]:
    """The lines that somebody has filled in."""
    rows = [
        BehaviourRow(
            kind=fields.get(f"kind-{number}", "").strip(),
            label=fields.get(f"label-{number}", "").strip(),
            target=fields.get(f"target-{number}", "").strip(),
            weight=fields.get(f"weight-{number}", "").strip(),
        )
        for number in range(ROWS)
    ]
    return [row for row in rows if row.kind]


def write_playbook(team: TeamId, effective_from: date, rows: Sequence[BehaviourRow]) -> str:
    """The file, in JSON where YAML would read a text as something else. Scoring checks what was typed."""
    lines = [f"team: {json.dumps(team)}", f"effective_from: {effective_from.isoformat()}", "behaviours:"]
    for row in rows:
        lines += [
            f"  - key: {json.dumps(_key_of(row.kind))}",
            f"    label: {json.dumps(row.label or _LABELS.get(row.kind, row.kind), ensure_ascii=False)}",
            f"    counts: {{kinds: [{json.dumps(row.kind)}]}}",
            f"    target: {_number(row.target)}",
            f"    weight: {_number(row.weight)}",
        ]
    return "\n".join(lines) + "\n"


def _key_of(kind: str) -> str:
    return f"{kind.replace('_', '-')}s"


def _number(text: str) -> str:
    """What was typed, if it is a number; otherwise a text that scoring refuses by name."""
    return text if text.replace(".", "", 1).isdecimal() and text.isascii() else json.dumps(text)
