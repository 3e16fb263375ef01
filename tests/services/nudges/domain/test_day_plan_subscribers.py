"""Who gets the day's plan."""

import pytest

from services.nudges.domain.day_plan_subscribers import NO_SUBSCRIBERS, DayPlanSubscribers
from shared.events import TeamId
from tests.services.nudges.builders.people import ANA, BEN, NORTH, SOUTH
from tests.services.nudges.builders.reports import open_report


@pytest.mark.parametrize(
    ("subscribers", "includes"),
    [
        (NO_SUBSCRIBERS, False),
        (DayPlanSubscribers(teams=(SOUTH.id,), reps=(BEN.id,)), False),
        (DayPlanSubscribers(teams=(NORTH.id,)), True),
        (DayPlanSubscribers(teams=(TeamId("*"),)), True),
        (DayPlanSubscribers(reps=(ANA.id,)), True),
    ],
    ids=["nobody", "others", "the team", "all teams", "the rep"],
)
def test_whole_teams_and_single_reps_subscribe(subscribers: DayPlanSubscribers, *, includes: bool) -> None:
    assert subscribers.include(open_report()) is includes
