"""The digest, and when there is none."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.nudges.context.team_context import TeamContext
from services.nudges.rules.digest import digest
from shared.events import NudgeKind, Presence
from tests.services.nudges.builders.people import SOUTH
from tests.services.nudges.builders.reports import behaviour, report
from tests.services.nudges.rules.teams import (
    FEW_CALLS,
    FRIDAY,
    MONDAY,
    PLAN,
    absent_member,
    day_of,
    member,
    member_with,
    named,
    names_in,
    team,
)

TUESDAY = MONDAY + timedelta(days=1)


def test_it_sums_up_the_last_working_day_in_a_few_lines() -> None:
    candidate = digest.evaluate(
        team(member("Zoe", PLAN), member("Ana", PLAN), member("Ben", FEW_CALLS), absent_member("Cid", FRIDAY))
    )

    assert candidate is not None
    assert candidate.kind is NudgeKind.DIGEST
    assert candidate.wordings[0] == (
        "Friday at a glance. North: three reps had a plan, and Ana and Zoe reached it. In total, 23 of 30 calls and 2 of "
        "3 meetings. Away: Cid."
    )
    assert len(set(candidate.wordings)) == 10
    assert {mention.id for mention in candidate.about} == {"zoe", "ana", "ben", "cid"}


def test_on_other_days_than_monday_it_is_about_yesterday() -> None:
    candidate = digest.evaluate(team(member("Ana", PLAN, until=TUESDAY), today=TUESDAY))

    assert candidate is not None
    assert candidate.wordings[0].startswith("Yesterday at a glance. North: one rep had a plan, and Ana reached it.")
    assert candidate.wordings[3].startswith("Your team yesterday. ")
    assert candidate.occasion == "2026-03-17"


@pytest.mark.parametrize("ben", ["Ben", "ben"])
def test_nobody_is_ranked(ben: str) -> None:
    members = (member(ben, (20, 3)), member("Ana", PLAN), member("Zoe", (12, 1)))

    candidate = digest.evaluate(team(*members))

    assert candidate is not None
    assert names_in(candidate.wordings[0], members) == ["Ana", ben, "Zoe"]


def test_the_teams_of_one_manager_stand_apart() -> None:
    in_south = member_with([day_of("Ben", FRIDAY, FEW_CALLS, team=SOUTH)], "Ben", {})

    candidate = digest.evaluate(team(member("Ana", PLAN), in_south))

    assert candidate is not None
    assert "North: one rep had a plan, and Ana reached it." in candidate.wordings[0]
    assert "South: one rep had a plan, and nobody reached it." in candidate.wordings[0]


def test_a_team_in_which_nobody_had_a_plan_has_a_line_too() -> None:
    on_holiday = report(FRIDAY, score=None, count=0, presence=Presence.HOLIDAY, rep=named("Cid"), team=SOUTH)

    candidate = digest.evaluate(team(member("Ana", PLAN), member_with([on_holiday], "Cid", {})))

    assert candidate is not None
    assert candidate.wordings[0].endswith("South: nobody had a plan.")


def test_people_on_a_day_off_are_not_away_and_behaviours_without_a_target_are_not_counted() -> None:
    off = report(FRIDAY, score=None, count=0, presence=Presence.DAY_OFF, rep=named("Cid"))
    behaviours = (behaviour("Calls", 4, 10), behaviour("Demos", 3, 0))
    working = report(FRIDAY, behaviours=behaviours, rep=named("Ana"))

    candidate = digest.evaluate(team(member_with([working], "Ana", {}), member_with([off], "Cid", {})))

    assert candidate is not None
    assert candidate.wordings[0].endswith("nobody reached it. In total, 4 of 10 calls.")


@pytest.mark.parametrize(
    "context",
    [
        team(absent_member("Ana", FRIDAY)),
        team(member("Ana", PLAN), today=date(2026, 3, 17)),
        team(),
    ],
    ids=["everybody was away", "nothing is known of yesterday", "nobody is led"],
)
def test_there_is_none_when(context: TeamContext) -> None:
    assert digest.evaluate(context) is None


def test_a_day_that_one_behaviour_carried_did_not_reach_the_plan() -> None:
    carried = day_of("Ana", FRIDAY, (20, 0)).model_copy(update={"score": Decimal(100)})
    candidate = digest.evaluate(team(member_with([carried], "Ana", {}), member("Zoe", PLAN)))

    assert candidate is not None
    assert "North: two reps had a plan, and Ana and Zoe scored 100 or more." in candidate.wordings[0]
