"""When a delivery is tried again, and a channel left alone."""

from datetime import timedelta

import pytest

from services.nudges.deliver.retry_policy import asked_until, next_attempt, pause_of_channel
from tests.services.nudges.reports import MONDAY, at

NOW = at(MONDAY, "12:00")


def _wait_s(attempts: int, *, draw: float, asked_s: float | None = None) -> float:
    return (next_attempt(attempts, asked_s=asked_s, draw=draw, now=NOW) - NOW).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "longest_s"), [(1, 5), (2, 10), (3, 20), (7, 320), (12, 10_240), (13, 14_400), (100, 14_400), (10_000, 14_400)]
)
def test_the_longest_wait_doubles_up_to_four_hours_and_any_shorter_one_is_as_likely(attempts: int, longest_s: float) -> None:
    assert _wait_s(attempts, draw=1) == longest_s
    assert _wait_s(attempts, draw=0.5) == longest_s / 2
    assert _wait_s(attempts, draw=0) == 1


def test_what_the_receiver_asked_for_is_the_least_up_to_an_hour() -> None:
    assert _wait_s(1, draw=1, asked_s=90) == 90
    assert _wait_s(7, draw=1, asked_s=90) == 320
    assert _wait_s(1, draw=1, asked_s=1e9) == 3_600
    assert _wait_s(1, draw=1, asked_s=-5) == 5


def test_a_day_of_waits_is_about_two_dozen_attempts() -> None:
    now, attempts = NOW, 0
    while now < NOW + timedelta(hours=24):
        attempts += 1
        now = next_attempt(attempts, asked_s=None, draw=0.5, now=now)

    assert 15 <= attempts <= 30


@pytest.mark.parametrize(("failures", "longest_s"), [(5, 5), (6, 10), (10, 160), (11, 300), (1_000, 300)])
def test_a_channel_that_fails_again_and_again_is_left_alone_up_to_five_minutes(failures: int, longest_s: float) -> None:
    assert pause_of_channel(failures, draw=1, now=NOW) == NOW + timedelta(seconds=longest_s)


def test_a_failure_now_and_then_pauses_nothing() -> None:
    assert pause_of_channel(4, draw=1, now=NOW) is None


def test_what_a_receiver_asked_for_holds_for_the_channel() -> None:
    assert asked_until(90, now=NOW) == NOW + timedelta(seconds=90)
    assert asked_until(1e9, now=NOW) == NOW + timedelta(hours=1)
    assert asked_until(None, now=NOW) is None
    assert asked_until(-5, now=NOW) is None
