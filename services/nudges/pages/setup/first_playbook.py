"""A first playbook: what it suggests, and its file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median_low
from typing import Final

from starlette.datastructures import QueryParams

from shared.events import BehaviourKey, TeamId
from shared.languages.formats import with_decimal_point
from shared.languages.messages import gettext, marked
from shared.playbook.document import WEEKDAYS, BehaviourDocument, PlaybookDocument, write_playbook
from shared.requests.playbook.drafts import SuggestedTargets

ROWS: Final = 4
_LABELS: Final = {
    "call": marked("Calls"),
    "meeting": marked("Meetings"),
    "email": marked("Emails"),
    "demo": marked("Demos"),
    "message": marked("Messages"),
    "meeting_booked": marked("Meetings booked"),
    "proposal_sent": marked("Proposals sent"),
    "lead_handled": marked("Leads handled"),
    "task": marked("Tasks"),
    "deal_won": marked("Deals won"),
}
_TARGETS: Final = {"call": 10, "email": 15, "message": 10, "meeting": 2, "lead_handled": 5, "task": 5}
_TARGET: Final = 1
_DEFAULT_KINDS: Final = ("call", "meeting")
_WEIGHTS: Final = {"call": 60, "meeting": 40}
_WEIGHT: Final = 30
_NOT_WRITTEN: Final = "?"
"""Scoring refuses it by name, where an empty text would stand for no target."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BehaviourRow:
    """One line of the form, as somebody has typed it."""

    kind: str
    label: str
    target: str
    weight: str


def kinds() -> tuple[tuple[str, str], ...]:
    """The kinds of activities that a behaviour can count, each with its label."""
    return tuple((kind, gettext(label)) for kind, label in _LABELS.items())


def suggest_rows(arrived: Iterable[str]) -> list[BehaviourRow]:
    """Kinds that have arrived, in the order of `kinds`; without any, calls and meetings."""
    kinds = [kind for kind in _LABELS if kind in set(arrived)] or list(_DEFAULT_KINDS)
    return [
        BehaviourRow(
            kind=kind,
            label=gettext(_LABELS[kind]),
            target=str(_TARGETS.get(kind, _TARGET)),
            weight=str(_WEIGHTS.get(kind, _WEIGHT)),
        )
        for kind in kinds[:ROWS]
    ]


def with_baseline_targets(rows: Sequence[BehaviourRow], suggestions: Sequence[SuggestedTargets]) -> list[BehaviourRow]:
    """The lines with what the team does on most days as targets, where that is known: the middle one of the weekdays."""
    typical = {
        suggested.key: median_low(known)
        for suggested in suggestions
        if (known := [target for target in suggested.targets if target is not None])
    }
    return [
        replace(row, target=f"{typical[key].normalize():f}") if (key := behaviour_key(row.kind)) in typical else row
        for row in rows
    ]


def behaviour_key(kind: str) -> BehaviourKey:
    """Of the behaviour that counts activities of a kind: `meeting-bookeds` for `meeting_booked`."""
    return BehaviourKey(f"{kind.replace('_', '-')}s")


def read_rows(fields: QueryParams) -> list[BehaviourRow]:
    """The lines that somebody has filled in."""
    rows = [
        BehaviourRow(
            kind=fields.get(f"kind-{number}", "").strip(),
            label=fields.get(f"label-{number}", "").strip(),
            target=with_decimal_point(fields.get(f"target-{number}", "").strip()),
            weight=with_decimal_point(fields.get(f"weight-{number}", "").strip()),
        )
        for number in range(ROWS)
    ]
    return [row for row in rows if row.kind]


def write_first_playbook(team: TeamId, effective_from: date, rows: Sequence[BehaviourRow]) -> str:
    """The file. Scoring checks what was typed."""
    behaviours = tuple(
        BehaviourDocument(
            key=behaviour_key(row.kind),
            label=row.label or dict(kinds()).get(row.kind, row.kind),
            counts={"kinds": (row.kind,)},
            targets=(row.target or _NOT_WRITTEN,) * len(WEEKDAYS),
            weight=row.weight,
        )
        for row in rows
    )
    return write_playbook(PlaybookDocument(team=team, effective_from=effective_from.isoformat(), behaviours=behaviours))
