"""Days as a rep's page lists them."""

from datetime import date
from decimal import Decimal
from typing import TypedDict, Unpack

from services.nudges.pages.own_days import OwnDay
from shared.events import Presence, VersionNumber
from tests.services.nudges.builders.announcements import VERSION_1
from tests.services.nudges.builders.days import MONDAY


class OwnDayFields(TypedDict, total=False):
    """Fields of a day that a test may set."""

    is_open: bool
    presence: Presence
    playbook_version: VersionNumber | None
    playbook_from: date | None
    disputes: int


def make_own_day(day: date = MONDAY, score: float | None = 60, **fields: Unpack[OwnDayFields]) -> OwnDay:
    """A day that is over, worked under the first version."""
    return OwnDay(
        day=day,
        score=Decimal(str(score)) if score is not None else None,
        is_open=fields.get("is_open", False),
        presence=fields.get("presence", Presence.WORKING),
        playbook_version=fields.get("playbook_version", VERSION_1),
        playbook_from=fields.get("playbook_from", date(2026, 1, 1)),
        disputes=fields.get("disputes", 0),
    )
