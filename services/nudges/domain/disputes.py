"""What a rep may say of a single activity, what a manager makes of it, and how the activity is put into words."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

SETTLED_SHOWN: Final = timedelta(days=14)
"""For so long a manager still sees what was settled."""

_ID_HEX: Final = 32
_A_MINUTE_S: Final = 60


class Reason(StrEnum):
    """Why an activity is not right. Nobody's own words are kept."""

    NOT_MINE = "not_mine"
    NOT_DONE = "not_done"
    TWICE = "twice"
    KIND = "kind"
    TIME = "time"
    DETAILS = "details"


class Settled(StrEnum):
    """What a manager made of it."""

    PUT_RIGHT = "put_right"
    STANDS = "stands"


REASON_WORDS: Final = {
    Reason.NOT_MINE: "it belongs to somebody else",
    Reason.NOT_DONE: "it did not happen",
    Reason.TWICE: "it is recorded twice",
    Reason.KIND: "it is of another kind",
    Reason.TIME: "it was at another time",
    Reason.DETAILS: "something else in it is wrong",
}
SETTLED_WORDS: Final = {Settled.PUT_RIGHT: "put right in the CRM", Settled.STANDS: "it stands as recorded"}


class Recorded(BaseModel):
    """An activity as it is recorded, as far as it is shown: never a contact, nor what a sender tells beside what is known to
    mean something. `counts_for` are labels of behaviours."""

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


def contest_id(rep_id: str, *, source: str, account: str, activity_id: str) -> str:
    """One for each activity of a rep: contested twice it is contested once."""
    said = json.dumps([rep_id, source, account, activity_id])
    return hashlib.sha256(said.encode()).hexdigest()[:_ID_HEX]


def kind_in_words(kind: str) -> str:
    """`Proposal sent`."""
    return kind.replace("_", " ").capitalize()


def facts_in_words(recorded: Recorded) -> str:
    """`outbound, connected, 1 min 49 s, 20000.00 EUR, stage offer, deal 173712`; empty where nothing is known."""
    return ", ".join(_facts(recorded))


def _facts(recorded: Recorded) -> Iterator[str]:
    yield from (said.replace("_", " ") for said in (recorded.direction, recorded.outcome) if said)
    if recorded.duration_s is not None:
        yield _duration(recorded.duration_s)
    if recorded.amount is not None:
        yield f"{recorded.amount:f} {recorded.currency or ''}".rstrip()
    if recorded.stage:
        yield f"stage {recorded.stage}"
    if recorded.deal_id:
        yield f"deal {recorded.deal_id}"


def _duration(duration_s: float) -> str:
    minutes, seconds = divmod(round(duration_s), _A_MINUTE_S)
    return " ".join([f"{minutes} min"] * bool(minutes) + [f"{seconds} s"] * (bool(seconds) or not minutes))
