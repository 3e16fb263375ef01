"""Nudges, and the names of their fields that a test may set."""

from datetime import date, datetime
from typing import TypedDict, Unpack

from shared.events import Mention, Nudge, NudgeId, NudgeKind, NudgePart, Person, PossibleAbsence, PossibleThanks, Team
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.people import ANA, NORTH


class NudgeFields(TypedDict, total=False):
    """Fields of a nudge that a test may set."""

    kind: NudgeKind
    rule: str
    team: Team
    occasion: str
    day: date
    text: str
    reason: str
    playbook_from: date | None
    revision: int
    decided_at: datetime
    about: tuple[Mention, ...]
    absences: tuple[PossibleAbsence, ...]
    thanks: tuple[PossibleThanks, ...]
    sender: Person | None
    url: str
    parts: tuple[NudgePart, ...]


def make_nudge(
    nudge_id: str = "plan-done", *, person: Person = ANA, send_at: datetime = NOON, **fields: Unpack[NudgeFields]
) -> Nudge:
    """Ana has done her plan for Monday."""
    default = Nudge(
        id=NudgeId(nudge_id),
        kind=NudgeKind.CELEBRATION,
        rule="plan_done",
        person=Person(id=person.id, name=person.name),
        team=NORTH,
        occasion=nudge_id,
        day=MONDAY,
        text=f"{person.name.split(' ')[0]}, you did your plan for today: 10 of 10 calls.",
        reason="Calls 10 of 10.",
        playbook_from=date(2026, 1, 1),
        revision=1,
        decided_at=NOON,
        send_at=send_at,
    )
    return default.model_copy(update=dict(fields))
