"""Disputes: what a rep can say against a single activity, how a manager can resolve it, and how the activity is described."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

from pydantic import BaseModel, ConfigDict

from shared.events import RepId
from shared.observation import ActivityId, SourceName

DisputeId = NewType("DisputeId", str)

RESOLVED_SHOWN_FOR: Final = timedelta(days=14)
"""For how long a manager still sees a dispute after it was resolved."""

_ID_HEX: Final = 32
_MINUTE_S: Final = 60


class DisputeReason(StrEnum):
    """What is wrong with an activity. The list is closed, so that no free text about people is stored."""

    NOT_MINE = "not_mine"
    NOT_DONE = "not_done"
    TWICE = "twice"
    KIND = "kind"
    TIME = "time"
    DETAILS = "details"


class Resolution(StrEnum):
    """How a manager resolved a dispute."""

    PUT_RIGHT = "put_right"
    STANDS = "stands"


REASON_LABELS: Final = {
    DisputeReason.NOT_MINE: "it was somebody else's work",
    DisputeReason.NOT_DONE: "it didn't happen",
    DisputeReason.TWICE: "it's recorded twice",
    DisputeReason.KIND: "it was a different kind of activity",
    DisputeReason.TIME: "the time is wrong",
    DisputeReason.DETAILS: "another detail is wrong",
}
RESOLUTION_LABELS: Final = {Resolution.PUT_RIGHT: "corrected in the CRM", Resolution.STANDS: "the record stands"}


class RecordedActivity(BaseModel):
    """An activity as it is recorded, as far as people see it: facts that are not listed here, such as the contact, are left
    out. `counts_for` holds labels of behaviours."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    started_at: datetime | None = None
    duration_s: float | None = None
    outcome: str | None = None
    direction: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    stage: str | None = None
    deal_id: str | None = None
    counts_for: tuple[str, ...] = ()


def make_dispute_id(rep_id: RepId, *, source: SourceName, account: str, activity_id: ActivityId) -> DisputeId:
    """The same for the same rep and activity, so that disputing it twice makes one dispute."""
    key = json.dumps([rep_id, source, account, activity_id])
    return DisputeId(hashlib.sha256(key.encode()).hexdigest()[:_ID_HEX])


def describe_kind(kind: str) -> str:
    """`Proposal sent`."""
    return kind.replace("_", " ").capitalize()


def describe_facts(activity: RecordedActivity) -> str:
    """`outbound, connected, 1 min 49 s, 20000.00 EUR, stage offer, deal 173712`; empty when nothing is known."""
    return ", ".join(_facts(activity))


def _facts(activity: RecordedActivity) -> Iterator[str]:
    yield from (fact.replace("_", " ") for fact in (activity.direction, activity.outcome) if fact)
    if activity.duration_s is not None:
        yield _duration(activity.duration_s)
    if activity.amount is not None:
        yield f"{activity.amount:f} {activity.currency or ''}".rstrip()
    if activity.stage:
        yield f"stage {activity.stage}"
    if activity.deal_id:
        yield f"deal {activity.deal_id}"


def _duration(duration_s: float) -> str:
    minutes, seconds = divmod(round(duration_s), _MINUTE_S)
    return " ".join([f"{minutes} min"] * bool(minutes) + [f"{seconds} s"] * (bool(seconds) or not minutes))
