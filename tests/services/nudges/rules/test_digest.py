"""The digest, and when there is none."""

from datetime import date

import pytest

from services.nudges.rules.digest import digest
from shared.events import NudgeKind
from tests.services.nudges.rules.teams import FRIDAY, MONDAY, PLAN, THIN, day_of, member, names_in, on_leave, team


def test_it_tells_the_last_working_day_in_a_few_lines() -> None:
    called = digest(team(member("Zoe", PLAN), member("Ana", PLAN), member("Ben", THIN), on_leave("Cid", FRIDAY)))

    assert called is not None
    assert called.kind is NudgeKind.DIGEST
    said = "North: 3 at work. Plan done: Ana, Zoe. In all calls 23 of 30, meetings 2 of 3. Away: Cid."
    assert called.wordings[0] == f"Friday 13 March: {said}"
    assert len(set(called.wordings)) == 10
    assert {one.id for one in called.about} == {"zoe", "ana", "ben", "cid"}


def test_nobody_is_ranked() -> None:
    members = (member("Ben", (20, 3)), member("Ana", PLAN), member("Zoe", (12, 1)))

    called = digest(team(*members))

    assert called is not None
    assert names_in(called.wordings[0], members) == ["Ana", "Ben", "Zoe"]


def test_teams_of_one_manager_stand_apart() -> None:
    other = member("Ben", THIN)
    south = day_of("Ben", FRIDAY, THIN, team=other.team.model_copy(update={"id": "south", "name": "South"}))

    called = digest(team(member("Ana", PLAN), type(other)(rep=other.rep, team=south.team, days=(south,), recognised_on=None)))

    assert called is not None
    assert "North: 1 at work. Plan done: Ana." in called.wordings[0]
    assert "South: 1 at work. Plan done: nobody." in called.wordings[0]


@pytest.mark.parametrize(
    ("today", "members"),
    [
        (MONDAY, (on_leave("Ana", FRIDAY),)),
        (date(2026, 3, 17), (member("Ana", PLAN),)),
        (MONDAY, ()),
    ],
    ids=["everybody was away", "nothing is known of yesterday", "nobody is led"],
)
def test_there_is_none_when(today: date, members: tuple[object, ...]) -> None:
    assert digest(team(*members, today=today)) is None  # type: ignore[arg-type]
