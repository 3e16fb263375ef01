"""Hold a message back for as long as what it tells of can be undone."""

from datetime import datetime, timedelta

from services.nudges.decide.policy.may_send import Defer, Send, Verdict
from services.nudges.domain.feedback.undo import CAN_BE_UNDONE


def hold_back(verdict: Verdict, hold: timedelta, *, now: datetime) -> Verdict:
    """What might go out now waits so long; what waits anyway does not wait longer."""
    return Defer(until=now + hold, because=CAN_BE_UNDONE) if isinstance(verdict, Send) and hold else verdict
