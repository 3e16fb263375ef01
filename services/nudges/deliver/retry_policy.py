"""When to try a delivery again, and how long to leave a channel alone."""

from datetime import datetime, timedelta
from typing import Final

RETRY_AFTER_MOST_S: Final = 3_600.0
FAILURES_IN_A_ROW: Final = 5
"""After so many a channel is left alone for a while, and then tried with one delivery."""
_BASE_S: Final = 5.0
_MOST_S: Final = 14_400.0
_PAUSE_MOST_S: Final = 300.0
_LEAST_S: Final = 1.0


def next_attempt(attempts: int, *, asked_s: float | None, draw: float, now: datetime) -> datetime:
    """After how many `attempts` to try again when: exponential back-off with full jitter (`draw` is uniform in 0 to 1), up to
    four hours, which makes about 23 attempts in a day. What the receiver asked for (Retry-After, in seconds) is the least,
    up to an hour. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter"""
    planned_s = max(draw * _doubled(attempts, most_s=_MOST_S), _LEAST_S)
    return now + timedelta(seconds=max(planned_s, _bounded(asked_s)))


def pause_of_channel(failures: int, *, draw: float, now: datetime) -> datetime | None:
    """Until when a channel is left alone after so many `failures` in a row, unless something gets through; None: not at all."""
    if failures < FAILURES_IN_A_ROW:
        return None
    planned_s = draw * _doubled(failures - FAILURES_IN_A_ROW + 1, most_s=_PAUSE_MOST_S)
    return now + timedelta(seconds=max(planned_s, _LEAST_S))


def asked_until(asked_s: float | None, *, now: datetime) -> datetime | None:
    """Until when a receiver asked for nothing at all: that holds for everything that goes there."""
    return now + timedelta(seconds=_bounded(asked_s)) if _bounded(asked_s) else None


def _bounded(asked_s: float | None) -> float:
    """What a receiver may ask for, in seconds."""
    return min(max(asked_s or 0.0, 0.0), RETRY_AFTER_MOST_S)


def _doubled(times: int, *, most_s: float) -> float:
    return float(min(_BASE_S * 2.0 ** min(times - 1, 30), most_s))
