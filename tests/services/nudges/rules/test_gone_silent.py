"""Gone silent, and its near misses."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.silence.evidence import PresentDay, SilenceBudget
from services.nudges.rules.gone_silent import gone_silent
from shared.events import Mention, NudgeKind, Team, TeamId
from tests.services.nudges.builders.days import working_days
from tests.services.nudges.builders.people import NORTH, SOUTH
from tests.services.nudges.rules.teams import (
    FRIDAY,
    MONDAY,
    PLAN,
    absent_member,
    away,
    day_of,
    member,
    member_with,
    named,
    team,
)

HABIT = "#" * 40
BUDGETS: Mapping[TeamId, SilenceBudget] = {NORTH.id: SilenceBudget()}


def _member(name: str, pattern: str, *, until: date = MONDAY, team: Team = NORTH) -> TeamMember:
    """A rep whose working days before a day had activity (#) or not (.), oldest first, and who works on that day."""
    days = zip(working_days(len(pattern), until=until), pattern, strict=True)
    presence = tuple(PresentDay(day, character == "#") for day, character in days)
    return replace(member(name, PLAN, until=until), presence=presence, team=team)


def _context(
    *members: TeamMember, today: date = MONDAY, budgets: Mapping[TeamId, SilenceBudget] = BUDGETS, asked: tuple[str, ...] = ()
) -> TeamContext:
    return replace(team(*members, today=today), silence_budgets=budgets, silences_asked=asked)


NAMES = ("Ana", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hal", "Ida", "Jo", "Kim", "Lou", "Mia")
COLLEAGUES = tuple(_member(name, HABIT) for name in NAMES)
BEN = _member("Ben", HABIT + "....")


def test_a_rep_who_has_logged_nothing_for_days_is_asked_about() -> None:
    candidate = gone_silent.evaluate(_context(*COLLEAGUES, BEN))

    assert candidate is not None
    assert (candidate.kind, candidate.is_shortfall) == (NudgeKind.DIGEST, False)
    assert candidate.about == (Mention(id=named("Ben").id),)
    assert candidate.occasion == "ben:2026-03-10"
    assert candidate.since == date(2026, 3, 10)
    assert candidate.wordings == (
        "Nothing towards the plan has been logged for Ben since Tuesday 10 March. Away?",
        "Is Ben away? Nothing towards the plan has been logged since Tuesday 10 March.",
        "Ben has logged nothing towards the plan for four working days, since Tuesday 10 March. Away?",
        "No plan activity from Ben since Tuesday 10 March, four working days in a row. Away, or not logging?",
        "Away? Ben has logged nothing towards the plan since Tuesday 10 March.",
        "Nothing towards the plan from Ben for four working days, since Tuesday 10 March. Away?",
    )
    assert candidate.reason == (
        "Ben Doe logged nothing towards the plan on four working days, from Tuesday 10 March to Friday 13 March. Given the "
        "weekdays on which they usually log something, and what the rest of the team logged, that rarely happens by chance. If "
        "they were away, enter the absence, and these days won't count against them."
    )


@pytest.mark.parametrize(
    "silent",
    [
        _member("Ben", HABIT),
        _member("Ben", HABIT + "."),
        _member("Ben", HABIT + "....#"),
        _member("Ben", "#.." * 20),
        _member("Ben", "#" * 9 + "." * 20),
        _member("Ben", ""),
        away(BEN, None),
        away(BEN, MONDAY + timedelta(days=1)),
        replace(BEN, days=absent_member("Ben", MONDAY).days),
    ],
    ids=[
        "active",
        "one day",
        "active again",
        "no more than is normal for them",
        "nine active days are no habit",
        "never active",
        "has left",
        "on leave until tomorrow",
        "absent today",
    ],
)
def test_nobody_is_asked_about_when(silent: TeamMember) -> None:
    assert gone_silent.evaluate(_context(*COLLEAGUES, silent)) is None


def test_a_rep_who_comes_back_today_is_asked_about() -> None:
    assert gone_silent.evaluate(_context(*COLLEAGUES, away(BEN, MONDAY))) is not None


def test_a_rep_whose_day_has_begun_is_asked_about() -> None:
    today = day_of("Ben", MONDAY, (0, 0), state="open")
    begun = replace(member_with([*reversed(BEN.days), today], "Ben", {}), presence=BEN.presence)

    assert gone_silent.evaluate(_context(*COLLEAGUES, begun)) is not None


@pytest.mark.parametrize(
    ("budgets", "is_proposed"),
    [
        (BUDGETS, True),
        ({}, False),
        ({SOUTH.id: SilenceBudget()}, False),
        ({NORTH.id: SilenceBudget(strictness=12)}, False),
    ],
    ids=["calibrated", "not calibrated", "another team is calibrated", "a stricter limit"],
)
def test_a_team_needs_a_calibration(budgets: Mapping[TeamId, SilenceBudget], *, is_proposed: bool) -> None:
    assert (gone_silent.evaluate(_context(*COLLEAGUES, BEN, budgets=budgets)) is not None) is is_proposed


@pytest.mark.parametrize(
    ("asked", "is_proposed"),
    [(("ben:2026-03-10",), False), (("ben:2026-02-02", "ana:2026-03-10"), True)],
    ids=["about this silence", "about another one and about somebody else"],
)
def test_a_silence_is_asked_about_once(asked: tuple[str, ...], *, is_proposed: bool) -> None:
    assert (gone_silent.evaluate(_context(*COLLEAGUES, BEN, asked=asked)) is not None) is is_proposed


def test_a_silence_that_goes_on_is_the_same_one() -> None:
    longer = _member("Ben", HABIT + "." * 6)

    candidate = gone_silent.evaluate(_context(*COLLEAGUES, longer))

    assert candidate is not None
    assert candidate.occasion == f"ben:{working_days(6, until=MONDAY)[0]}"
    assert gone_silent.evaluate(_context(*COLLEAGUES, longer, asked=(candidate.occasion,))) is None


def test_of_two_silent_reps_the_longest_silent_comes_first_and_the_other_on_the_next_morning() -> None:
    longest = _member("Zoe", HABIT + "." * 6)
    first = gone_silent.evaluate(_context(*COLLEAGUES, BEN, longest))
    assert first is not None

    second = gone_silent.evaluate(_context(*COLLEAGUES, BEN, longest, asked=(first.occasion,)))

    assert second is not None
    assert [candidate.about[0].id for candidate in (first, second)] == ["zoe", "ben"]
    assert gone_silent.evaluate(_context(*COLLEAGUES, BEN, longest, asked=(first.occasion, second.occasion))) is None


def test_of_two_who_have_been_silent_for_as_long_the_first_by_name_comes_first() -> None:
    candidate = gone_silent.evaluate(_context(BEN, *COLLEAGUES, _member("Zoe", HABIT + "....")))

    assert candidate is not None
    assert candidate.about == (Mention(id=named("Ben").id),)


def test_days_on_which_the_whole_team_was_away_are_no_evidence() -> None:
    everybody = [_member(name, HABIT + "....") for name in NAMES]

    assert gone_silent.evaluate(_context(*everybody)) is None


def test_the_days_of_another_team_do_not_matter() -> None:
    """The managers' other team was away on the days on which Ben was silent."""
    others = [_member(f"Other{number}", HABIT + "....", team=SOUTH) for number in range(12)]

    candidate = gone_silent.evaluate(_context(*COLLEAGUES, BEN, *others))

    assert candidate is not None
    assert candidate.about == (Mention(id=named("Ben").id),)


def test_each_rep_is_judged_by_the_budget_of_their_own_team() -> None:
    budgets = {NORTH.id: SilenceBudget(strictness=12), SOUTH.id: SilenceBudget()}
    southerners = [_member(name, HABIT, team=SOUTH) for name in ("Noa", "Ole", "Pia", "Rui", "Sam", "Tim")]
    silent = _member("Zoe", HABIT + "....", team=SOUTH)

    candidate = gone_silent.evaluate(_context(*COLLEAGUES, BEN, *southerners, silent, budgets=budgets))

    assert candidate is not None
    assert candidate.about == (Mention(id=named("Zoe").id),)


def test_the_day_of_the_message_is_that_of_the_manager() -> None:
    on_friday = [_member(name, HABIT, until=FRIDAY) for name in NAMES]
    silent = _member("Ben", HABIT + "....", until=FRIDAY)

    candidate = gone_silent.evaluate(_context(*on_friday, silent, today=FRIDAY))

    assert candidate is not None
    assert "from Monday 9 March to Thursday 12 March" in candidate.reason
