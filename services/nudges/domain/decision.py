"""What was decided about a nudge, as it is stored and counted."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class NudgeStatus(StrEnum):
    """Sent by itself or bundled with another nudge; deferred; withheld by the holdout; suppressed. The values are stored."""

    SENT = "sent"
    BUNDLED = "bundled"
    DEFERRED = "deferred"
    WITHHELD = "withheld"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What policy made of a nudge. `sent_day` is the person's own day on which it arrived, or would have without the holdout.
    `propensity` is the probability with which it was to be sent; None as long as that is not decided."""

    status: NudgeStatus
    because: str
    send_at: datetime | None
    sent_day: date | None
    propensity: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a candidate, for the log and the metrics. `status` is a `NudgeStatus`, or `retracted` for a nudge that was
    sent earlier and no longer holds."""

    rule: str
    status: str


RETRACTED = "retracted"
