"""The weekly brief, and its near misses."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.rules.weekly_brief import weekly_brief
from shared.events import Mention
from tests.services.nudges.builders.announcements import VERSION_1
from tests.services.nudges.builders.days import at, working_days
from tests.services.nudges.builders.reports import behaviour, report
from tests.services.nudges.rules.teams import (
    CALLS_ONLY,
    FRIDAY,
    LONG_AGO,
    MONDAY,
    PLAN,
    away,
    brief,
    member,
    member_with,
    named,
    names_in,
    team,
)

TUESDAY = MONDAY + timedelta(days=1)
LAST_MONDAY = MONDAY - timedelta(days=7)


def _mentioned(*members: TeamMember) -> list[str]:
    candidate = weekly_brief.evaluate(team(*members))
    return [] if candidate is None else [mention.id for mention in candidate.about]


def test_it_names_one_behaviour_each_with_how_much_of_it_was_reached() -> None:
    candidate = weekly_brief.evaluate(team(member("Ana", *[CALLS_ONLY] * 5, *[PLAN] * 5), member("Ben", *[(2, 1)] * 10)))

    assert candidate is not None
    assert candidate.wordings[0] == (
        "Worth coaching this week, one thing each: Ana on meetings (50% of target) and Ben on calls (20% of target)."
    )
    assert candidate.about == (
        Mention(id=named("Ana").id, behaviour="meetings"),
        Mention(id=named("Ben").id, behaviour="calls"),
    )
    assert not candidate.is_shortfall  # it rests only on days whose playbook was announced before


@pytest.mark.parametrize(
    "near_miss",
    [
        team(member("Ana", *[CALLS_ONLY] * 10), today=TUESDAY),
        team(member("Ana", *[CALLS_ONLY] * 4)),
        team(member("Ana", *[PLAN] * 10)),
        team(member("Ana", *[PLAN] * 9, CALLS_ONLY)),
        team(member("Ana", *[CALLS_ONLY] * 10, delivered_at=None)),
        team(member("Ana", *[CALLS_ONLY] * 5, delivered_at=at(LAST_MONDAY, "08:00"))),
    ],
    ids=[
        "not on a Tuesday",
        "four days known",
        "nothing to win",
        "fewer than five points to win",
        "the playbook was never announced",
        "it was announced on the first of the five days",
    ],
)
def test_it_is_not_proposed_when(near_miss: TeamContext) -> None:
    assert weekly_brief.evaluate(near_miss) is None


def test_five_days_after_the_announcement_are_enough() -> None:
    announced = at(LAST_MONDAY - timedelta(days=1), "20:00")

    assert _mentioned(member("Ana", *[(2, 1)] * 5, delivered_at=announced)) == ["ana"]


@pytest.mark.parametrize(
    ("calls", "target", "is_proposed"), [(3, 4, True), (19, 25, False)], ids=["exactly five points", "4.8 points"]
)
def test_five_points_of_the_score_are_worth_a_conversation(calls: int, target: int, *, is_proposed: bool) -> None:
    """Half of the missing quarter of a behaviour that weighs 40% is 5 points."""
    behaviours = (behaviour("Calls", calls, target, weight=40), behaviour("Meetings", 1, 1, weight=60))
    days = [report(day, behaviours=behaviours) for day in working_days(5, until=MONDAY)]

    candidate = weekly_brief.evaluate(team(member_with(days, "Ana", {VERSION_1: LONG_AGO})))

    assert (candidate is not None) is is_proposed


def test_it_goes_by_the_last_ten_days() -> None:
    candidate = weekly_brief.evaluate(team(member("Ana", (0, 1), *[(2, 1)] * 10)))

    assert candidate is not None
    assert "Ana on calls (20% of target)" in candidate.wordings[0]


def test_there_are_at_most_three_names_and_those_with_most_to_win() -> None:
    members = [member(name, *[(calls, 1)] * 10) for name, calls in (("Eva", 7), ("Ana", 2), ("Ben", 4), ("Cid", 6))]

    assert _mentioned(*members) == ["ana", "ben", "cid"]


def test_the_middle_comes_before_both_ends() -> None:
    ends = [member("Ana", *[(1, 0)] * 10), member("Zoe", *[(8, 1)] * 10)]
    middle = [member(name, *[(calls, 1)] * 10) for name, calls in (("Ben", 5), ("Cid", 6), ("Dan", 7))]

    assert _mentioned(*ends, *middle) == ["ben", "cid", "dan"]


def test_an_end_is_named_when_the_middle_leaves_room() -> None:
    ends = [member("Ana", *[(1, 0)] * 10), member("Zoe", *[PLAN] * 10)]
    middle = [member("Ben", *[(5, 1)] * 10), member("Cid", *[PLAN] * 10), member("Dan", *[PLAN] * 10)]

    assert _mentioned(*ends, *middle) == ["ana", "ben"]


def test_a_single_name_is_not_called_one_thing_each() -> None:
    candidate = weekly_brief.evaluate(team(member("Ana", PLAN, *[CALLS_ONLY] * 10)))

    assert candidate is not None
    assert candidate.wordings[0] == "Worth coaching this week: Ana on meetings (0% of target)."


def test_what_a_rep_has_not_done_once_in_four_weeks_is_not_named() -> None:
    assert _mentioned(member("Ana", *[CALLS_ONLY] * 15)) == []
    assert _mentioned(member("Ana", PLAN, *[CALLS_ONLY] * 14)) == ["ana"]


def test_namesakes_are_named_with_their_initial() -> None:
    members = [member("Ana", *[(2, 1)] * 10), member("Ben", *[(3, 1)] * 10)]
    namesakes = [
        replace(rep, rep=rep.rep.model_copy(update={"name": name}))
        for rep, name in zip(members, ("Ana Ruiz", "Ana Vidal"), strict=True)
    ]

    candidate = weekly_brief.evaluate(team(*namesakes))

    assert candidate is not None
    assert "Ana R. on calls (20% of target) and Ana V. on calls (30% of target)" in candidate.wordings[0]


def test_names_are_in_alphabetical_order() -> None:
    members = [member("Zoe", *[(1, 1)] * 10), member("Ana", *[(6, 1)] * 10), member("Ben", *[(3, 1)] * 10)]

    candidate = weekly_brief.evaluate(team(*members))

    assert candidate is not None
    assert names_in(candidate.wordings[0], members) == ["Ana", "Ben", "Zoe"]


@pytest.mark.parametrize(
    ("before", "this_week", "movement"),
    [
        ((2, 1), (8, 1), "Ana's calls went up from 20% to 80% of target"),
        ((2, 1), (2, 1), "Ana's calls are at 20% of target (about as before)"),
        ((2, 1), (0, 1), "Ana's calls went down from 20% to 0% of target"),
        ((0, 1), (1, 1), "Ana's calls went up from 0% to 10% of target"),
        ((1, 1), (0, 1), "Ana's calls went down from 10% to 0% of target"),
    ],
    ids=["up", "not at all", "down", "just up", "just down"],
)
def test_it_says_whether_last_weeks_moved(before: tuple[int, int], this_week: tuple[int, int], movement: str) -> None:
    context = team(member("Ana", *[before] * 5, *[this_week] * 5), last_brief=brief(LAST_MONDAY, "Ana", "Gone"))

    candidate = weekly_brief.evaluate(context)

    assert candidate is not None
    assert candidate.wordings[0].endswith(f" Since the last brief: {movement}.")


def test_less_than_a_tenth_is_no_movement() -> None:
    old = [report(day, behaviours=(behaviour("Calls", 0, 1000),)) for day in working_days(10, until=MONDAY)[:5]]
    new = [report(day, behaviours=(behaviour("Calls", 99, 1000),)) for day in working_days(5, until=MONDAY)]
    context = team(member_with(old + new, "Ana", {VERSION_1: LONG_AGO}), last_brief=brief(LAST_MONDAY, "Ana"))

    candidate = weekly_brief.evaluate(context)

    assert candidate is not None
    assert "Ana's calls are at 10% of target (about as before)" in candidate.wordings[0]


def test_the_ten_days_before_the_last_brief_are_compared() -> None:
    counts = [(0, 1), *[(2, 1)] * 10, *[(8, 1)] * 5]
    context = team(member("Ana", *counts), last_brief=brief(LAST_MONDAY, "Ana"))

    candidate = weekly_brief.evaluate(context)

    assert candidate is not None
    assert "from 20% to 80%" in candidate.wordings[0]


@pytest.mark.parametrize(
    ("brief_on", "is_compared"),
    [(FRIDAY - timedelta(days=1), True), (FRIDAY, False)],
    ids=["two days, the brief's own included", "one day"],
)
def test_it_compares_from_two_days_on(brief_on: date, *, is_compared: bool) -> None:
    context = team(member("Ana", *[(2, 1)] * 6), last_brief=brief(brief_on, "Ana"))

    candidate = weekly_brief.evaluate(context)

    assert candidate is not None
    assert ("Since the last brief" in candidate.wordings[0]) is is_compared


def test_only_what_the_newest_day_asked_for_is_coached() -> None:
    days = [
        report(day, behaviours=(behaviour("Calls", 1, 10, weight=60), behaviour("Meetings", 1, 4, weight=40)))
        for day in working_days(5, until=MONDAY)
    ]
    days[-1] = days[-1].model_copy(update={"behaviours": days[-1].behaviours[1:]})

    candidate = weekly_brief.evaluate(team(member_with(days, "Ana", {VERSION_1: LONG_AGO})))

    assert candidate is not None
    assert candidate.about == (Mention(id=named("Ana").id, behaviour="meetings"),)


def test_a_movement_has_the_newest_label() -> None:
    renamed = behaviour("Calls", 8, 10).model_copy(update={"label": "Dials"})
    days = [report(day, behaviours=(behaviour("Calls", 2, 10),)) for day in working_days(10, until=MONDAY)]
    days[-1] = days[-1].model_copy(update={"behaviours": (renamed,)})
    context = team(member_with(days, "Ana", {VERSION_1: LONG_AGO}), last_brief=brief(LAST_MONDAY, "Ana"))

    candidate = weekly_brief.evaluate(context)

    assert candidate is not None
    assert "Ana's dials went up" in candidate.wordings[0]


@pytest.mark.parametrize(
    ("returns", "is_named"),
    [(None, False), (MONDAY + timedelta(days=7), False), (MONDAY + timedelta(days=6), True), (MONDAY, True)],
    ids=["has left", "back next Monday", "back on Sunday", "there today"],
)
def test_somebody_who_is_away_all_week_is_not_named(returns: date | None, is_named: bool) -> None:
    ana = away(member("Ana", PLAN, *[CALLS_ONLY] * 10), returns)

    assert _mentioned(ana, member("Ben", PLAN, *[CALLS_ONLY] * 10)) == [named("Ana").id] * is_named + [named("Ben").id]


def test_somebody_who_works_today_is_named_even_if_nothing_is_known_of_the_days_after_it() -> None:
    ana = away(member("Ana", PLAN, *[CALLS_ONLY] * 10, until=TUESDAY), None)

    assert _mentioned(ana) == [named("Ana").id]
