"""Team day, and its near misses."""

import pytest

from services.nudges.rules.team_day import team_day
from shared.events import DayReport
from tests.services.nudges.reports import report, situation

THREE = ("ana", "ben", "cleo")


def test_it_is_called_for_when_all_three_have_the_plan_done() -> None:
    called = team_day(situation(report(score=100, state="open"), team_done=THREE))

    assert called is not None
    assert called.wordings[0] == "A team day, Ana: today all 3 who worked in North had the plan done."
    assert called.rest_days == 7


@pytest.mark.parametrize(
    ("own", "team_done"),
    [
        (report(score=100), ()),
        (report(score=100), ("ana", "ben")),
        (report(score=99.99), THREE),
        (report(score=100, silent=True), THREE),
    ],
    ids=["somebody has not", "two are no team", "the own plan is not done after all", "history"],
)
def test_it_is_not_called_for_when(own: DayReport, team_done: tuple[str, ...]) -> None:
    assert team_day(situation(own, team_done=team_done)) is None
