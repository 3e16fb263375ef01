"""The weekly brief, and its near misses."""

from datetime import date

import pytest

from services.nudges.context.team_context import Brief, Member
from services.nudges.rules.weekly_brief import weekly_brief
from shared.events import Mention
from tests.services.nudges.rules.teams import FRIDAY, MONDAY, PLAN, member, names_in, team

HALF = ((10, 0),) * 10
TUESDAY = date(2026, 3, 17)


def _named(*members: Member) -> list[str]:
    called = weekly_brief(team(*members))
    return [] if called is None else [one.id for one in called.about]


def test_it_names_one_behaviour_each_with_how_much_of_it_was_reached() -> None:
    called = weekly_brief(team(member("Ana", *[(10, 0)] * 5, *[PLAN] * 5), member("Ben", *[(2, 1)] * 10)))

    assert called is not None
    assert called.wordings[0] == "This week, one thing each: Ana, meetings (50% of target); Ben, calls (20% of target)."
    assert called.about == (Mention(id="ana", behaviour="meetings"), Mention(id="ben", behaviour="calls"))
    assert not called.is_shortfall  # it rests only on days of which the rep was told before


@pytest.mark.parametrize(
    "near_miss",
    [
        team(member("Ana", *HALF), today=TUESDAY),
        team(member("Ana", *[(10, 0)] * 4)),
        team(member("Ana", *[PLAN] * 10)),
        team(member("Ana", *[PLAN] * 9, (10, 0))),
        team(member("Ana", *HALF, is_told=False)),
    ],
    ids=["not on a Tuesday", "four days known", "nothing to win", "less than five points to win", "never told of it"],
)
def test_it_is_not_called_for_when(near_miss: object) -> None:
    assert weekly_brief(near_miss) is None  # type: ignore[arg-type]


def test_there_are_at_most_three_names_and_those_with_most_to_win() -> None:
    members = [member(name, *[(calls, 1)] * 10) for name, calls in (("Eva", 8), ("Ana", 2), ("Ben", 4), ("Cid", 6))]

    assert _named(*members) == ["ana", "ben", "cid"]


def test_the_middle_comes_before_both_ends() -> None:
    ends = [member("Ana", *[(0, 0)] * 10), member("Zoe", *[(8, 1)] * 10)]
    middle = [member(name, *[(calls, 1)] * 10) for name, calls in (("Ben", 5), ("Cid", 6), ("Dan", 7))]

    assert _named(*ends, *middle) == ["ben", "cid", "dan"]


def test_an_end_is_named_when_the_middle_leaves_room() -> None:
    ends = [member("Ana", *[(0, 0)] * 10), member("Zoe", *[PLAN] * 10)]
    middle = [member("Ben", *[(5, 1)] * 10), member("Cid", *[PLAN] * 10), member("Dan", *[PLAN] * 10)]

    assert _named(*ends, *middle) == ["ana", "ben"]


def test_names_stand_in_the_order_of_the_alphabet() -> None:
    members = [member("Zoe", *[(1, 1)] * 10), member("Ana", *[(6, 1)] * 10), member("Ben", *[(3, 1)] * 10)]

    called = weekly_brief(team(*members))

    assert called is not None
    assert names_in(called.wordings[0], members) == ["Ana", "Ben", "Zoe"]


@pytest.mark.parametrize(
    ("this_week", "said"),
    [
        ((8, 1), "Ana's calls moved from 20% to 80% of target"),
        ((2, 1), "Ana's calls did not move (20% of target)"),
        ((0, 1), "Ana's calls fell from 20% to 0% of target"),
    ],
)
def test_it_says_whether_last_weeks_moved(this_week: tuple[int, int], said: str) -> None:
    last = Brief(day=date(2026, 3, 9), about=(Mention(id="ana", behaviour="calls"), Mention(id="gone", behaviour="calls")))

    called = weekly_brief(team(member("Ana", *[(2, 1)] * 5, *[this_week] * 5), last_brief=last))

    assert called is not None
    assert called.wordings[0].endswith(f" Last week's: {said}.")


def test_of_one_day_it_says_nothing_yet() -> None:
    last = Brief(day=FRIDAY, about=(Mention(id="ana", behaviour="calls"),))

    called = weekly_brief(team(member("Ana", *[(2, 1)] * 6), today=MONDAY, last_brief=last))

    assert called is not None
    assert "Last week" not in called.wordings[0]
