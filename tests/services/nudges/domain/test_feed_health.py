"""When a team's feed counts as silent, and the near misses."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from services.nudges.domain.feed_health import RepAtWork, explain_silence, feed_name
from tests.services.nudges.builders.days import working_days

HOUR = timedelta(hours=1)


def _rep(*first_seen_h: float | None, elapsed_h: float = 3) -> RepAtWork:
    """A rep without data today, with the hours after which something was first seen on each of their last days."""
    days = working_days(len(first_seen_h))
    first_seen = {day: None if hours is None else hours * HOUR for day, hours in zip(days, first_seen_h, strict=True)}
    return RepAtWork(elapsed=elapsed_h * HOUR, has_data=False, first_seen=first_seen)


STEADY = _rep(*(1,) * 12)
LATE = _rep(*(4,) * 12)


def test_a_team_is_silent_when_nothing_has_arrived_although_something_always_had_by_this_time() -> None:
    assert explain_silence([STEADY] * 3) == (
        "nothing has arrived from any of the 3 reps at work; on each of their last 12 shared days something had arrived by this"
        " time"
    )


@pytest.mark.parametrize(
    ("behaviour", "name"), [("", "North"), ("Calls", "North (calls)"), ("LinkedIn messages", "North (LinkedIn messages)")]
)
def test_a_feed_is_named_by_its_team_and_behaviour(behaviour: str, name: str) -> None:
    assert feed_name("North", behaviour) == name


def test_a_silent_behaviour_keeps_the_capitals_of_a_name() -> None:
    silence = explain_silence([STEADY] * 3, behaviour="LinkedIn messages")

    assert silence is not None
    assert silence.startswith("no LinkedIn messages have arrived")


def test_a_silent_behaviour_is_named() -> None:
    assert explain_silence([STEADY] * 3, behaviour="Calls") == (
        "no calls have arrived from any of the 3 reps at work; on each of their last 12 shared days some had arrived by this"
        " time"
    )


@pytest.mark.parametrize(
    "team",
    [
        [STEADY] * 2,
        [STEADY, STEADY, STEADY, replace(STEADY, has_data=True)],
        [_rep(*(1,) * 9)] * 4,
        [_rep(*(1,) * 4)] * 9,
        [_rep(*(1,) * 12, elapsed_h=0.9)] * 5,
        [_rep(*(1,) * 11, None)] * 5,
        [STEADY, LATE, LATE],
        [_rep(*(1, 4) * 6)] * 5,
        [],
    ],
    ids=[
        "only two are at work",
        "there is data of one",
        "they share nine days",
        "four days of each are known",
        "it is earlier than they usually begin",
        "on one of the days the whole team was silent until now",
        "two of three usually begin later",
        "every other day began late for all",
        "nobody is at work",
    ],
)
def test_a_team_is_not_silent_when(team: Sequence[RepAtWork]) -> None:
    assert explain_silence(team) is None


@pytest.mark.parametrize(("reps", "is_silent"), [(2, False), (3, True)])
def test_three_reps_must_be_at_work(reps: int, is_silent: bool) -> None:
    team = [_rep(*(1,) * 20)] * reps

    assert (explain_silence(team) is not None) is is_silent


@pytest.mark.parametrize(("days", "is_silent"), [(9, False), (10, True)])
def test_the_reps_must_share_ten_days(days: int, is_silent: bool) -> None:
    team = [_rep(*(1,) * days)] * 4

    assert (explain_silence(team) is not None) is is_silent


def test_a_day_that_only_two_of_them_worked_is_not_shared() -> None:
    nine_days, ten_days = _rep(*(1,) * 9), _rep(*(1,) * 10)

    assert explain_silence([ten_days, ten_days, nine_days]) is None
    assert explain_silence([ten_days, ten_days, ten_days, nine_days]) is not None


@pytest.mark.parametrize(("days", "is_silent"), [(4, False), (5, True)])
def test_five_days_of_a_rep_must_be_known_before_their_silence_is_evidence(days: int, is_silent: bool) -> None:
    """Three reps are not quite enough evidence; the fourth decides."""
    team = [_rep(*[None if number == silent else 1 for number in range(14)]) for silent in range(3)]

    assert (explain_silence([*team, _rep(*(1,) * days)]) is not None) is is_silent


@pytest.mark.parametrize(("days", "is_silent"), [(14, False), (15, True)])
def test_the_silence_must_be_rarer_than_one_in_a_thousand(days: int, is_silent: bool) -> None:
    """Each of three reps was silent on one day of their own: (1.5 / 15)³ is 1 in 1,000, (1.5 / 16)³ is less."""
    team = [_rep(*[None if number == silent else 1 for number in range(days)]) for silent in range(3)]

    assert (explain_silence(team) is not None) is is_silent


def test_data_that_first_arrived_at_exactly_this_time_of_work_is_not_silence() -> None:
    assert explain_silence([_rep(*(3,) * 12, elapsed_h=3)] * 5) is not None
    assert explain_silence([_rep(*(3,) * 12, elapsed_h=2.99)] * 5) is None


def test_a_new_rep_neither_helps_nor_hurts() -> None:
    new = _rep(None, None)

    assert explain_silence([STEADY, STEADY, new]) is None
    assert explain_silence([STEADY, STEADY, STEADY, new]) is not None


def test_days_on_which_single_reps_were_silent_are_not_silence_of_the_team() -> None:
    team = [_rep(*[None if number == silent else 1 for number in range(20)]) for silent in range(5)]

    assert explain_silence(team) is not None


def test_a_healthy_feed_rarely_counts_as_silent() -> None:
    """5,000 mornings of four reps. Each begins within the first hours, or once in ten days only later."""
    random = Random(1)
    team = [_rep(*[random.expovariate(1) if random.random() > 0.1 else None for _ in range(20)]) for _ in range(4)]

    def is_ever_silent() -> bool:
        begins_h = [random.expovariate(1) if random.random() > 0.1 else 9 for _ in team]
        return any(
            explain_silence([replace(rep, elapsed=hours * HOUR) for rep in team]) is not None
            for hours in (1, 2, 3, 4, 5, 6, 7, 8)
            if hours < min(begins_h)
        )

    assert sum(is_ever_silent() for _ in range(5_000)) <= 10
