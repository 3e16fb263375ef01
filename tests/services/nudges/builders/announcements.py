"""Versions of a playbook, as they are announced."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypedDict, Unpack

from shared.events import (
    BehaviourDefinition,
    BehaviourKey,
    GoalDefinition,
    GoalKey,
    Manager,
    PlaybookAnnounced,
    Rep,
    Team,
    VersionNumber,
)
from shared.playbook.phrases import PlaybookPhrases
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.people import ANA, MARA, NORTH

VERSION_1: Final = VersionNumber(1)
VERSION_2: Final = VersionNumber(2)


class AnnouncementFields(TypedDict, total=False):
    """Fields of an announcement that a test may set."""

    rep: Rep
    team: Team
    managers: tuple[Manager, ...]
    timezone: str
    effective_from: date
    behaviours: tuple[BehaviourDefinition, ...]
    goals: tuple[GoalDefinition, ...]
    unverified: tuple[str, ...]
    follows: date | None
    changes: tuple[str, ...]
    revises: str
    announcement_number: int
    announced_at: datetime
    message: str
    wording: int
    translations: dict[str, PlaybookPhrases]


def defined(label: str = "Calls", asks: str = "10 a day", *, reason: str = "") -> BehaviourDefinition:
    """A behaviour as a playbook defines it."""
    return BehaviourDefinition(
        key=BehaviourKey(label.lower()),
        label=label,
        counts=label.lower().removesuffix("s"),
        asks=asks,
        targets=(Decimal(10),) * 7,
        weight=Decimal(1),
        cap=Decimal("1.5"),
        reason=reason,
    )


def goal_definition() -> GoalDefinition:
    """Every 30 calls of a month."""
    return GoalDefinition(key=GoalKey("month"), label="Calls this month", counts="call", period="month", step=30)


def announcement(
    version: int = VERSION_1, binds_from: date = date(2026, 1, 1), **fields: Unpack[AnnouncementFields]
) -> PlaybookAnnounced:
    """A version to be announced to Ana, of the playbook of her team that begins on the day from which it judges her."""
    default = PlaybookAnnounced(
        rep=ANA,
        team=NORTH,
        managers=(MARA,),
        timezone="Europe/Madrid",
        version=VersionNumber(version),
        effective_from=binds_from,
        binds_from=binds_from,
        behaviours=(defined("Calls", "10 a day"),),
        goals=(),
        unverified=(),
        follows=None,
        changes=(),
        revises="",
        announcement_number=1,
        announced_at=at(MONDAY, "08:00"),
    )
    return default.model_copy(update=dict(fields))
