"""When a delivery is tried again, also as its receiver asks for it, and for how long a channel is paused."""

from datetime import timedelta

import pytest

from services.nudges.deliver.retry_after import parse_retry_after
from services.nudges.deliver.retry_policy import RETRY_POLICY
from tests.services.nudges.builders.days import NOON


def _wait_s(attempts: int, *, jitter: float, retry_after_s: float | None = None) -> float:
    next_at = RETRY_POLICY.next_attempt_at(attempts, retry_after_s=retry_after_s, jitter=jitter, now=NOON)
    return (next_at - NOON).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "longest_s"), [(1, 5), (2, 10), (3, 20), (7, 320), (12, 10_240), (13, 14_400), (100, 14_400), (10_000, 14_400)]
)
def test_the_longest_wait_doubles_up_to_four_hours_and_any_shorter_one_is_as_likely(attempts: int, longest_s: float) -> None:
    assert _wait_s(attempts, jitter=1) == longest_s
    assert _wait_s(attempts, jitter=0.5) == longest_s / 2
    assert _wait_s(attempts, jitter=0) == 1


@pytest.mark.parametrize(
    ("attempts", "retry_after_s", "wait_s"),
    [
        (1, 90, 90),
        (7, 90, 320),
        (1, 3_599, 3_599),
        (1, 3_600, 3_600),
        (1, 3_601, 3_600),
        (1, 1e9, 3_600),
        (1, -5, 5),
        (1, 0, 5),
    ],
)
def test_the_receiver_can_ask_for_a_longer_wait_up_to_an_hour(attempts: int, retry_after_s: float, wait_s: float) -> None:
    assert _wait_s(attempts, jitter=1, retry_after_s=retry_after_s) == wait_s


def test_there_are_about_two_dozen_attempts_in_a_day() -> None:
    now, attempts = NOON, 0
    while now < NOON + timedelta(hours=24):
        attempts += 1
        now = RETRY_POLICY.next_attempt_at(attempts, retry_after_s=None, jitter=0.5, now=now)

    assert 15 <= attempts <= 30


@pytest.mark.parametrize(("failures", "longest_s"), [(5, 5), (6, 10), (10, 160), (11, 300), (1_000, 300)])
def test_a_channel_that_fails_five_times_in_a_row_is_paused_up_to_five_minutes(failures: int, longest_s: float) -> None:
    assert RETRY_POLICY.is_failing(failures)
    assert RETRY_POLICY.pause_until(failures, jitter=1, now=NOON) == NOON + timedelta(seconds=longest_s)
    assert RETRY_POLICY.pause_until(failures, jitter=0, now=NOON) == NOON + timedelta(seconds=1)


def test_four_failures_in_a_row_pause_nothing() -> None:
    assert not RETRY_POLICY.is_failing(4)
    assert RETRY_POLICY.pause_until(4, jitter=1, now=NOON) is None


@pytest.mark.parametrize(
    ("retry_after_s", "pause_s"), [(90, 90), (3_600, 3_600), (3_601, 3_600), (1e9, 3_600), (None, None), (-5, None), (0, None)]
)
def test_what_a_receiver_asks_for_pauses_the_channel(retry_after_s: float | None, pause_s: float | None) -> None:
    expected = NOON + timedelta(seconds=pause_s) if pause_s is not None else None

    assert RETRY_POLICY.retry_after_until(retry_after_s, now=NOON) == expected


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("30", 30),
        (" 30 ", 30),
        ("0", 0),
        ("1" * 40, 111_111_111),
        ("Mon, 02 Mar 2026 11:00:30 GMT", 30),
        ("Mon, 02 Mar 2026 10:59:00 GMT", -60),
        ("-5", None),
        ("٣٠", None),
        ("soon", None),
        ("", None),
    ],
    ids=[
        "no header",
        "seconds",
        "white space around it",
        "at once",
        "more digits than anybody needs",
        "a date",
        "a date in the past",
        "a negative number",
        "digits that are not ASCII",
        "a word",
        "nothing",
    ],
)
def test_the_header_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, now=NOON) == seconds
