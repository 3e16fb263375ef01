"""When to try a delivery again."""

from datetime import datetime, timedelta
from typing import Final

RETRY_AFTER_MOST_S: Final = 3_600.0
_DELAYS_S: Final = (5, 30, 120, 600, 1_800, 3_600, 7_200, 10_800, 14_400, 14_400, 14_400)


def next_attempt(attempts: int, *, asked_s: float | None, jitter: float, now: datetime) -> datetime:
    """After how many `attempts` to try again when: a schedule of about 20 hours, each step up to 20% longer by `jitter`
    (0 to 1). What the receiver asked for (Retry-After, in seconds) wins where it is longer, up to an hour."""
    planned_s = _DELAYS_S[min(attempts, len(_DELAYS_S)) - 1] * (1 + 0.2 * jitter)
    asked = min(max(asked_s or 0.0, 0.0), RETRY_AFTER_MOST_S)
    return now + timedelta(seconds=max(planned_s, asked))
