"""The weekly brief, and its near misses."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.nudges.context.team_context import TeamContext, TeamMember, WeeklyBrief
from services.nudges.rules.weekly_brief import weekly_brief
from shared.events import Mention
from tests.services.nudges.rules.teams import (
    CALLS_ONLY,
    FRIDAY,
    MONDAY,
    PLAN,
    Counts,
    away,
    brief,
    member,
    named,
    names_in,
    team,
)

TUESDAY = MONDAY + timedelta(days=1)
ONE_WEEK = timedelta(weeks=1)
STEADY: list[Counts] = [(14, 1), (6, 1), (10, 1), (8, 1), (12, 1)] * 9
"""Nine weeks of ten calls and a meeting a day."""
LOW: list[Counts] = [(4, 1), (2, 1), (3, 1)] * 5
"""Three weeks of three calls a day."""
LOWER: list[Counts] = [(2, 1), (0, 1), (1, 1)] * 5
HIGH: list[Counts] = [(10, 1), (12, 1), (8, 1)] * 5


def _about(*members: TeamMember, briefs: tuple[WeeklyBrief, ...] = ()) -> list[Mention]:
    candidate = weekly_brief.evaluate(team(*members, briefs=briefs))
    return [] if candidate is None else list(candidate.about)


def _named(*members: TeamMember, briefs: tuple[WeeklyBrief, ...] = ()) -> list[str]:
    """Who is to be coached."""
    return [mention.id for mention in _about(*members, briefs=briefs) if mention.behaviour]


def _first_wording(*members: TeamMember, briefs: tuple[WeeklyBrief, ...] = ()) -> str:
    candidate = weekly_brief.evaluate(team(*members, briefs=briefs))
    assert candidate is not None
    return candidate.wordings[0]


def _weeks_ago(weeks: int) -> date:
    return MONDAY - weeks * ONE_WEEK


def test_it_names_one_behaviour_each_with_how_much_of_it_is_usual_of_the_rep() -> None:
    no_meetings = [CALLS_ONLY] * 15

    candidate = weekly_brief.evaluate(team(member("Ana", *[PLAN] * 45, *no_meetings), member("Ben", *STEADY, *LOW)))

    assert candidate is not None
    assert candidate.wordings[0] == (
        "Worth coaching this week: Ana on meetings (0 in 15 active days, usually about 15) and Ben on calls (45 in 15 active "
        "days, usually about 150)."
    )
    assert candidate.about == (
        Mention(id=named("Ana").id, behaviour="meetings"),
        Mention(id=named("Ben").id, behaviour="calls"),
    )
    assert not candidate.is_shortfall  # it rests only on days whose playbook was announced before


@pytest.mark.parametrize(
    "near_miss",
    [
        team(member("Ana", *STEADY, *LOW, until=TUESDAY), today=TUESDAY),
        team(member("Ana", *STEADY, *HIGH)),
        team(member("Ana", *[PLAN] * 60)),
        team(member("Ana", *[CALLS_ONLY] * 60)),
        team(member("Ana", *LOW * 4)),
    ],
    ids=[
        "not on a Tuesday",
        "nothing changed",
        "the plan is done every day",
        "never done",
        "far below target, and always was",
    ],
)
def test_it_is_not_proposed_when(near_miss: TeamContext) -> None:
    assert weekly_brief.evaluate(near_miss) is None


def test_of_two_falls_of_a_rep_the_larger_one_is_named() -> None:
    no_meetings = [(calls, 0) for calls, _ in LOW]

    assert _about(member("Ana", *STEADY, *no_meetings)) == [Mention(id=named("Ana").id, behaviour="meetings")]


def test_there_are_at_most_three_names_and_those_who_fell_furthest() -> None:
    slightly = [(calls + 2, 1) for calls, _ in LOW]
    members = [member("Eva", *STEADY, *slightly), *(member(name, *STEADY, *LOW) for name in ("Ana", "Ben", "Cid"))]

    assert _named(*members) == ["ana", "ben", "cid"]
    assert _named(members[0]) == ["eva"]


def test_names_are_in_alphabetical_order() -> None:
    members = [member("Zoe", *STEADY, *LOWER), member("ben", *STEADY, *LOW), member("Ana", *STEADY, *LOW)]

    assert names_in(_first_wording(*members), members) == ["Ana", "ben", "Zoe"]


def test_namesakes_are_named_with_their_initial() -> None:
    members = [member("Ana", *STEADY, *LOW), member("Ben", *STEADY, *LOW)]
    namesakes = [
        replace(rep, rep=rep.rep.model_copy(update={"name": name}))
        for rep, name in zip(members, ("Ana Ruiz", "Ana Vidal"), strict=True)
    ]

    wording = _first_wording(*namesakes)

    assert "Ana R. on calls (45" in wording
    assert "Ana V. on calls (45" in wording


def test_a_behaviour_has_its_newest_label_and_one_that_is_no_longer_asked_for_is_not_named() -> None:
    ana = member("Ana", *STEADY, *LOW)
    newest, *others = ana.days
    calls, meetings = newest.behaviours
    renamed = newest.model_copy(update={"behaviours": (calls.model_copy(update={"label": "Dials"}), meetings)})
    without = [day.model_copy(update={"behaviours": day.behaviours[1:]}) for day in ana.days]

    assert "Ana on dials (45" in _first_wording(replace(ana, days=(renamed, *others)))
    assert _about(replace(ana, days=tuple(without))) == []


@pytest.mark.parametrize(
    ("returns", "is_named"),
    [(None, False), (MONDAY + timedelta(days=7), False), (MONDAY + timedelta(days=6), True), (MONDAY, True)],
    ids=["has left", "back next Monday", "back on Sunday", "there today"],
)
def test_somebody_who_is_away_all_week_is_not_named(returns: date | None, is_named: bool) -> None:
    ana = away(member("Ana", *STEADY, *LOW), returns)

    assert _named(ana, member("Ben", *STEADY, *LOW)) == ["ana"] * is_named + ["ben"]


def test_somebody_who_works_today_is_named_even_if_nothing_is_known_of_the_days_after_it() -> None:
    ana = away(member("Ana", *STEADY, *LOW, until=TUESDAY), None)

    assert _named(ana) == ["ana"]


@pytest.mark.parametrize(
    ("brief_on", "is_named"),
    [(_weeks_ago(1), False), (_weeks_ago(4) + timedelta(days=1), False), (_weeks_ago(4), True)],
    ids=["a week ago", "not quite four weeks ago", "four weeks ago"],
)
@pytest.mark.parametrize("behaviour", ["calls", "meetings"])
def test_nobody_is_named_again_within_four_weeks(brief_on: date, behaviour: str, *, is_named: bool) -> None:
    """Whatever it was about: here the calls have fallen, and stayed where they were at the brief."""
    ana = member("Ana", *STEADY[:35], *LOW, *LOW[:10])

    assert _named(ana, briefs=(brief(brief_on, "Ana", behaviour=behaviour),)) == ["ana"] * is_named


def test_somebody_who_fell_clearly_further_is_named_again() -> None:
    ana = member("Ana", *STEADY[:40], *LOW[:10], *LOWER[:10])

    assert _named(ana, briefs=(brief(_weeks_ago(2), "Ana"),)) == ["ana"]
    assert _named(ana, briefs=(brief(_weeks_ago(2), "Ana", behaviour="meetings"),)) == []


def test_the_newest_brief_about_a_rep_is_the_one_that_counts() -> None:
    ana = member("Ana", *STEADY[:40], *LOW[:10], *LOWER[:10])
    older, newest = brief(_weeks_ago(2), "Ana"), brief(_weeks_ago(1), "Ana")

    assert _named(ana, briefs=(newest, older)) == []


def test_a_mention_without_a_behaviour_asked_for_nothing() -> None:
    mentioned = brief(_weeks_ago(1), "Ana", behaviour="")

    assert _named(member("Ana", *STEADY, *LOW), briefs=(mentioned,)) == ["ana"]


@pytest.mark.parametrize(
    ("after", "follow_up"),
    [
        (HIGH[:10], "Ana is clearly up on calls (100 in 10 active days, about 31 before)"),
        (LOW[:10], "Ana isn't clearly up on calls yet (31 in 10 active days, about 31 before)"),
    ],
    ids=["up", "not up"],
)
def test_it_says_whether_what_an_earlier_brief_named_is_up_even_if_nobody_is_named(after: list[Counts], follow_up: str) -> None:
    ana = member("Ana", *LOW[:10], *after)
    briefs = (brief(_weeks_ago(2), "Ana", "Gone"),)

    assert _first_wording(ana, briefs=briefs) == f"A follow-up on earlier briefs: {follow_up}."
    assert _about(ana, briefs=briefs) == [Mention(id=named("Ana").id)]
    assert _first_wording(ana, member("Ben", *STEADY, *LOW), briefs=briefs) == (
        f"Worth coaching this week: Ben on calls (45 in 15 active days, usually about 150). "
        f"Following up on earlier briefs: {follow_up}."
    )


def test_the_reason_explains_what_the_message_has() -> None:
    ana, ben, briefs = member("Ana", *LOW[:10], *HIGH[:10]), member("Ben", *STEADY, *LOW), (brief(_weeks_ago(2), "Ana"),)

    only_name = weekly_brief.evaluate(team(ben))
    only_follow_up = weekly_brief.evaluate(team(ana, briefs=briefs))
    both = weekly_brief.evaluate(team(ana, ben, briefs=briefs))

    reasons = [candidate.reason for candidate in (only_name, only_follow_up, both) if candidate is not None]
    assert ["nine weeks before" in reason for reason in reasons] == [True, False, True]
    assert ["since the earlier brief" in reason for reason in reasons] == [False, True, True]


def test_whoever_is_named_is_not_followed_up_in_the_same_message() -> None:
    ana = member("Ana", *STEADY[:40], *LOW[:10], *LOWER[:10])

    assert "earlier briefs" not in _first_wording(ana, briefs=(brief(_weeks_ago(2), "Ana"),))


def test_nothing_is_sent_when_there_is_nobody_to_name_and_nothing_to_follow_up() -> None:
    ana = member("Ana", *LOW[:10], *HIGH[:5])

    assert _about(ana, briefs=(brief(_weeks_ago(1), "Ana"),)) == []
    assert _about(ana, briefs=(brief(FRIDAY, "Ana", behaviour="demos"),)) == []
