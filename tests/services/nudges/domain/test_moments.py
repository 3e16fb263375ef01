"""When a day is checked by itself."""

import pytest

from services.nudges.domain.moments import Moment, scheduled_moments
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import open_report, report


def test_an_open_working_day_has_a_morning_and_a_middle() -> None:
    moments = scheduled_moments(open_report())

    assert moments == {Moment.MORNING: at(MONDAY, "09:00"), Moment.MIDDAY: at(MONDAY, "13:00")}


@pytest.mark.parametrize(
    "day",
    [
        report(state="closed"),
        report(score=None, state="open"),
        report(score=None, state="open", presence=Presence.ABSENT),
        open_report(work_starts_at=None),
        open_report(work_ends_at=None),
    ],
    ids=["closed", "no target", "on leave", "no start of work", "no end of work"],
)
def test_any_other_day_has_none(day: DayReport) -> None:
    assert scheduled_moments(day) == {}
