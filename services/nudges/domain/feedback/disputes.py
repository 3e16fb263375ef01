"""Disputes: what a rep can say against a single activity, how a manager can resolve it, and how the activity is described."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

from pydantic import BaseModel, ConfigDict

from services.nudges.domain.candidate import DISPUTE_ANSWER_RULE, NEW_DISPUTES_RULE, Candidate
from services.nudges.domain.phrases import capitalized, count_phrase, day_noun, first_name, joined_some
from shared.events import Mention, NudgeKind, RepId
from shared.languages.formats import decimal_text
from shared.languages.grammar import filled
from shared.languages.messages import gettext, marked, ngettext
from shared.languages.value_names import direction_name, kind_name, outcome_name
from shared.observation import ActivityId, SourceName

DisputeId = NewType("DisputeId", str)

RESOLVED_SHOWN_FOR: Final = timedelta(days=14)
"""For how long a manager still sees a dispute after it was resolved."""

_NAMES_MAX: Final = 5
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
    DisputeReason.NOT_MINE: marked("it was somebody else's work"),
    DisputeReason.NOT_DONE: marked("it didn't happen"),
    DisputeReason.TWICE: marked("it's recorded twice"),
    DisputeReason.KIND: marked("it was a different kind of activity"),
    DisputeReason.TIME: marked("the time is wrong"),
    DisputeReason.DETAILS: marked("another detail is wrong"),
}
RESOLUTION_LABELS: Final = {
    Resolution.PUT_RIGHT: marked("corrected in the CRM"),
    Resolution.STANDS: marked("the record is right"),
}


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
    url: str | None = None
    counts_for: tuple[str, ...] = ()


def make_dispute_id(rep_id: RepId, *, source: SourceName, account: str, activity_id: ActivityId) -> DisputeId:
    """The same for the same rep and activity, so that disputing it twice makes one dispute."""
    key = json.dumps([rep_id, source, account, activity_id])
    return DisputeId(hashlib.sha256(key.encode()).hexdigest()[:_ID_HEX])


def describe_kind(kind: str) -> str:
    """`Proposal sent`."""
    return capitalized(kind_name(kind))


def describe_facts(activity: RecordedActivity) -> str:
    """`outbound, connected, 1 min 49 s, 20000.00 EUR, stage offer, deal 173712`; empty when nothing is known."""
    return ", ".join(_facts(activity))


def _facts(activity: RecordedActivity) -> Iterator[str]:
    if activity.direction:
        yield direction_name(activity.direction)
    if activity.outcome:
        yield outcome_name(activity.outcome)
    if activity.duration_s is not None:
        yield _duration(activity.duration_s)
    if activity.amount is not None:
        decimals = max(0, -int(activity.amount.as_tuple().exponent))
        yield f"{decimal_text(activity.amount, decimals=decimals)} {activity.currency or ''}".rstrip()
    if activity.stage:
        yield gettext("stage {stage}").format(stage=activity.stage)
    if activity.deal_id:
        yield gettext("deal {deal}").format(deal=activity.deal_id)


def _duration(duration_s: float) -> str:
    minutes, seconds = divmod(round(duration_s), _MINUTE_S)
    return " ".join([f"{minutes} min"] * bool(minutes) + [f"{seconds} s"] * (bool(seconds) or not minutes))


@dataclass(frozen=True, kw_only=True, slots=True)
class DisputedRecord:
    """What a rep says is wrong about a record of one of their days."""

    rep_id: RepId
    day: date
    reason: DisputeReason


@dataclass(frozen=True, kw_only=True, slots=True)
class AnsweredDispute:
    """What a manager answered to a dispute of a record of this `kind` and day. `manager_id` is empty once they were erased."""

    id: DisputeId
    day: date
    kind: str
    reason: DisputeReason
    resolution: Resolution
    manager_id: str
    resolved_at: datetime

    @property
    def occasion(self) -> str:
        """There is one message for each answer."""
        return f"{self.id}:{self.resolution.value}:{self.resolved_at.isoformat()}"


def dispute_of_occasion(occasion: str) -> DisputeId:
    """The dispute whose answer makes the message with this occasion."""
    return DisputeId(occasion.partition(":")[0])


def new_disputes_candidate(
    records: Sequence[DisputedRecord], names: Mapping[RepId, str], *, hour: datetime, today: date
) -> Candidate:
    """The message to a manager about new disputes, of which there is at least one. `names` has what to call each rep."""
    text = _about_a_record(records[0], names, today=today) if len(records) == 1 else _about_records(records, names)
    return Candidate(
        rule=NEW_DISPUTES_RULE,
        kind=NudgeKind.DIGEST,
        occasion=hour.isoformat(),
        wordings=(capitalized(text),),
        reason=gettext(
            "You get this within an hour of a new dispute. A dispute doesn't change a score. You answer disputes in your inbox "
            "in Daymark."
        ),
        is_urgent=True,
        about=tuple(Mention(id=rep_id) for rep_id in dict.fromkeys(record.rep_id for record in records)),
    )


def _about_a_record(record: DisputedRecord, names: Mapping[RepId, str], *, today: date) -> str:
    return filled(
        gettext("{name} disputes a record from {day}: {reason}. Please correct it in the CRM, or say that it's right."),
        name=names[record.rep_id],
        day=day_noun(record.day, today=today),
        reason=gettext(REASON_LABELS[record.reason]),
    )


def _about_records(records: Sequence[DisputedRecord], names: Mapping[RepId, str]) -> str:
    numbers = Counter(names[record.rep_id] for record in records)
    phrases = [
        name if number in (1, len(records)) else f"{name} ({count_phrase(number, 'record')})"
        for name, number in sorted(numbers.items())
    ]
    text = ngettext(
        "{names} disputes {records}. Please correct them in the CRM, or say that they're right.",
        "{names} dispute {records}. Please correct them in the CRM, or say that they're right.",
        len(numbers),
    )
    return filled(text, names=joined_some(phrases, names_max=_NAMES_MAX), records=count_phrase(len(records), "record"))


def dispute_answer_candidate(answered: AnsweredDispute, *, rep_name: str, manager_name: str, today: date) -> Candidate:
    """The message to the rep about what their manager has answered, as worded on a day of theirs. `manager_name` is empty if it
    is not known any more."""
    text = filled(
        _answer_text(answered.resolution, has_name=bool(manager_name)),
        name=capitalized(first_name(rep_name)),
        manager=manager_name,
        day=day_noun(answered.day, today=today),
        kind=describe_kind(answered.kind).lower(),
    )
    if answered.resolution is Resolution.PUT_RIGHT:
        reason = gettext("You said: {reason}. Your score changes once the CRM sends the correction.")
    else:
        reason = gettext("You said: {reason}. If it's still wrong, dispute it again on your page.")
    return Candidate(
        rule=DISPUTE_ANSWER_RULE,
        kind=NudgeKind.CORRECTION,
        occasion=answered.occasion,
        wordings=(text,),
        reason=filled(reason, reason=gettext(REASON_LABELS[answered.reason])),
    )


def _answer_text(resolution: Resolution, *, has_name: bool) -> str:
    if resolution is Resolution.PUT_RIGHT:
        if has_name:
            return gettext("{name}, {manager} says your record from {day} ({kind}) is now corrected in the CRM.")
        return gettext("{name}, your manager says your record from {day} ({kind}) is now corrected in the CRM.")
    if has_name:
        return gettext(
            "{name}, {manager} looked into the record from {day} ({kind}) that you disputed, and says it's right as recorded."
        )
    return gettext(
        "{name}, your manager looked into the record from {day} ({kind}) that you disputed, and says it's right as recorded."
    )
