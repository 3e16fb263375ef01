"""A team as its manager's rules see it."""

from datetime import date, datetime, timedelta

import pytest

from services.nudges.context.team_context import TeamMember
from shared.events import DayReport, Presence, VersionNumber
from tests.services.nudges.builders.announcements import VERSION_1, VERSION_2
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.people import ANA, NORTH
from tests.services.nudges.builders.reports import report


def _member(*days: DayReport, delivered_at: dict[VersionNumber, datetime] | None = None) -> TeamMember:
    return TeamMember(rep=ANA, team=NORTH, days=days, recognised_on=None, delivered_at=delivered_at or {})


def test_worked_days_are_those_that_are_over() -> None:
    closed, still_open = report(MONDAY), report(TUESDAY, state="open")
    leave = report(MONDAY - timedelta(days=3), score=None, presence=Presence.ABSENT)

    assert _member(still_open, closed, leave).worked == (closed,)


@pytest.mark.parametrize(
    ("delivered_at", "is_accountable"),
    [
        (at(MONDAY - timedelta(days=1), "23:59"), True),
        (at(MONDAY, "00:00"), False),
        (at(MONDAY, "08:00"), False),
    ],
    ids=["the evening before", "as the day began", "on the day itself"],
)
def test_a_rep_is_accountable_for_days_after_the_announcement(delivered_at: datetime, *, is_accountable: bool) -> None:
    member = _member(report(MONDAY), delivered_at={VERSION_1: delivered_at})

    assert member.accountable == ((report(MONDAY),) if is_accountable else ())


@pytest.mark.parametrize("version", [VERSION_2, None], ids=["another version", "no version"])
def test_a_rep_is_not_accountable_by_what_was_not_announced(version: VersionNumber | None) -> None:
    announced = {VERSION_1: at(date(2026, 1, 2), "10:00")}

    assert _member(report(MONDAY, playbook_version=version), delivered_at=announced).accountable == ()
