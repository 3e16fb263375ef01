"""When a team's feed is taken to be quiet, and the near misses."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from services.nudges.domain.feed_health import AtWork, why_quiet
from tests.services.nudges.reports import working_days

HOUR = timedelta(hours=1)


def _rep(*heard_after_h: float | None, since_h: float = 3) -> AtWork:
    """Somebody of whom nothing is heard, with the hours after which it was on their last days."""
    days = working_days(len(heard_after_h))
    past = {day: None if hours is None else hours * HOUR for day, hours in zip(days, heard_after_h, strict=True)}
    return AtWork(since=since_h * HOUR, is_heard=False, past=past)


STEADY = _rep(*(1,) * 12)
LATE = _rep(*(4,) * 12)


def test_a_team_is_quiet_when_nothing_is_heard_of_anybody_although_it_always_was_by_now() -> None:
    assert why_quiet([STEADY] * 3) == (
        "nothing is heard of any of the 3 who work now; on their last 12 days there was something by now"
    )


@pytest.mark.parametrize(
    "team",
    [
        [STEADY] * 2,
        [STEADY, STEADY, STEADY, replace(STEADY, is_heard=True)],
        [_rep(*(1,) * 9)] * 4,
        [_rep(*(1,) * 4)] * 9,
        [_rep(*(1,) * 12, since_h=0.9)] * 5,
        [_rep(*(1,) * 11, None)] * 5,
        [STEADY, LATE, LATE],
        [_rep(*(1, 4) * 6)] * 5,
        [],
    ],
    ids=[
        "only two are at work",
        "something is heard of one",
        "nine shared days are known",
        "four days of each are known",
        "it is earlier than it usually begins",
        "on one of the days all were silent until now",
        "two of three usually begin later",
        "every other day began late for all",
        "nobody is at work",
    ],
)
def test_a_team_is_not_quiet_when(team: Sequence[AtWork]) -> None:
    assert why_quiet(team) is None


def test_who_is_new_neither_helps_nor_hurts() -> None:
    new = _rep(None, None)

    assert why_quiet([STEADY, STEADY, new]) is None
    assert why_quiet([STEADY, STEADY, STEADY, new]) is not None


def test_silent_days_that_others_made_up_for_are_no_silence_of_the_team() -> None:
    team = [_rep(*[None if number == silent else 1 for number in range(20)]) for silent in range(5)]

    assert why_quiet(team) is not None


def test_a_feed_that_is_well_is_seldom_taken_to_be_quiet() -> None:
    """5,000 mornings of four reps, of whom each begins in the first hours, or once in ten days only later."""
    random = Random(1)
    past = [_rep(*[random.expovariate(1) if random.random() > 0.1 else None for _ in range(20)]) for _ in range(4)]

    def morning() -> bool:
        begins = [random.expovariate(1) if random.random() > 0.1 else 9 for _ in past]
        return any(
            why_quiet([replace(rep, since=hours * HOUR) for rep in past]) is not None
            for hours in (1, 2, 3, 4, 5, 6, 7, 8)
            if hours < min(begins)
        )

    assert sum(morning() for _ in range(5_000)) <= 10
