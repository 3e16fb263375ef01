"""When to try a delivery again, and how long to pause a channel that fails."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_DOUBLINGS_MAX: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter).

    The longest wait begins at `base_s` and doubles with every attempt, up to `wait_max_s`; with four hours this makes about 23
    attempts in a day. A receiver can ask for more (Retry-After), up to `retry_after_max_s`. A channel that fails
    `failures_in_a_row` times is paused, for at most `pause_max_s`, and then tried with one delivery at a time. `jitter` is
    uniform between 0 and 1.
    """

    base_s: float = 5.0
    wait_min_s: float = 1.0
    wait_max_s: float = 14_400.0
    retry_after_max_s: float = 3_600.0
    failures_in_a_row: int = 5
    pause_max_s: float = 300.0

    def next_attempt_at(self, attempts: int, *, retry_after_s: float | None, jitter: float, now: datetime) -> datetime:
        """When to try again after so many attempts."""
        wait_s = max(jitter * self._doubled(attempts, max_s=self.wait_max_s), self.wait_min_s)
        return now + timedelta(seconds=max(wait_s, self._accepted_s(retry_after_s)))

    def is_failing(self, failures: int) -> bool:
        """Whether so many failures in a row mean that the channel is tried with one delivery at a time."""
        return failures >= self.failures_in_a_row

    def pause_until(self, failures: int, *, jitter: float, now: datetime) -> datetime | None:
        """Until when a channel is paused after so many failures in a row, unless a delivery gets through; None: not at all."""
        pause_s = self.pause_s(failures, jitter=jitter)
        return now + timedelta(seconds=pause_s) if pause_s is not None else None

    def pause_s(self, failures: int, *, jitter: float) -> float | None:
        """For how many seconds nothing is sent after so many failures in a row; None: there is no pause."""
        if not self.is_failing(failures):
            return None
        return max(jitter * self._doubled(failures - self.failures_in_a_row + 1, max_s=self.pause_max_s), self.wait_min_s)

    def retry_after_until(self, retry_after_s: float | None, *, now: datetime) -> datetime | None:
        """Until when the receiver asked to be left alone, which holds for everything that is sent there; None: not at all."""
        accepted_s = self._accepted_s(retry_after_s)
        return now + timedelta(seconds=accepted_s) if accepted_s else None

    def _accepted_s(self, retry_after_s: float | None) -> float:
        return min(max(retry_after_s or 0.0, 0.0), self.retry_after_max_s)

    def _doubled(self, attempts: int, *, max_s: float) -> float:
        return min(self.base_s * 2.0 ** min(attempts - 1, _DOUBLINGS_MAX), max_s)


RETRY_POLICY: Final = RetryPolicy()
