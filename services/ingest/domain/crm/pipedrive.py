"""Pipedrive, webhooks v2 and v1: one change per webhook, with the whole record in it.

Pipedrive signs nothing. It sends the user name and password that were given to its webhook (HTTP Basic). Each account
defines its own types of activity: their keys are looked up in the `kinds` of the source first, then among the usual ones.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.ingest.domain.adapter import Adapter, Authentication, Document, Item, RetryPolicy
from services.ingest.domain.amounts import read_clock_duration, read_currency, to_decimal_text
from services.ingest.domain.deal_facts import DealState, read_deal
from services.ingest.domain.reading import as_mapping, read_json, require_any_of
from services.ingest.domain.times import read_start, read_time, to_rfc3339
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, Source, VerifiedWebhook
from shared.fact_values import FactValue
from shared.facts import DEAL_IN_PROGRESS, MEETING_KINDS
from shared.observation import ObservationRefused

_SCHEME: Final = "basic "
KINDS: Final = {
    "call": "call",
    "meeting": "meeting",
    "demo": "demo",
    "lunch": "meeting",
    "email": "email",
    "task": "task",
    "deadline": "task",
}
DONE_OUTCOMES: Final = {"call": "connected", "meeting": "held", "demo": "held", "email": "sent"}
"""What it means for a kind that an activity is done; `completed` for all others."""

DEALS: Final = {"won": ("deal_won", "won_time"), "lost": ("deal_lost", "lost_time")}
"""The kind of a deal by its status, and the field that says since when."""

_DELETIONS: Final = frozenset({"delete", "deleted"})


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Check the credentials against the secrets, each of which is `user:password`.

    Raises:
        SignatureMismatch: they are none of the source's.
    """
    header = webhook.headers.get("authorization", "")
    try:
        credentials = base64.b64decode(header[len(_SCHEME) :].strip(), validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        credentials = ""
    require_any_of(credentials if header.lower().startswith(_SCHEME) else "", source.secrets, source)
    return VerifiedWebhook(source=source.name, headers={}, body=webhook.body, received_at=now)


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    """The change with the field names of v2, whichever version it was sent in."""
    content = read_json(webhook.body, source.limits)
    if not isinstance(content, Mapping) or not isinstance(content.get("meta"), Mapping):
        raise BodyUnreadable("must be an object with meta")
    meta = content["meta"]
    if "entity" in meta:
        return [content]
    return [
        {
            "meta": {
                **meta,
                "entity": meta.get("object"),
                "entity_id": meta.get("id"),
                "id": (meta.get("webhook_id"), meta.get("id"), meta.get("action"), meta.get("timestamp_micro")),
                "timestamp": _v1_time(meta),
            },
            "data": content.get("current"),
            "previous": content.get("previous"),
        }
    ]


def _v1_time(meta: Mapping[str, Any]) -> object:
    """Unix milliseconds, or seconds if that is all there is."""
    microseconds = meta.get("timestamp_micro")
    if isinstance(microseconds, int) and not isinstance(microseconds, bool):
        return microseconds // 1_000
    return meta.get("timestamp")


def _identify(change: Item) -> tuple[object, ...]:
    """Without `attempt`, which differs between attempts."""
    return (str(change["meta"].get("id")), change["meta"].get("timestamp"))


def _read(change: Item, source: Source) -> Iterable[Document]:
    meta = change["meta"]
    entity = meta.get("entity")
    read_record = RECORD_READERS.get(entity) if isinstance(entity, str) else None
    if read_record is None:
        return []
    record = as_mapping(change.get("data")) or as_mapping(change.get("previous"))
    is_deleted = _is_deleted(meta, record)
    if not record and not is_deleted:
        raise ObservationRefused("data", "is missing")
    kind, facts = read_record(record, source)
    return [
        {
            "activity_id": f"{entity}-{meta['entity_id']}" if meta.get("entity_id") else None,
            "account": str(meta.get("company_id") or source.account),
            "kind": kind,
            "observed_at": to_rfc3339(meta.get("timestamp")),
            "deleted": is_deleted,
            "facts": {} if is_deleted else facts,
        }
    ]


def _is_deleted(meta: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether it is deleted, or merged into another record. Pipedrive also reports the change that a deletion is: then only the
    record says so, and it must not bring the record back."""
    if str(meta.get("action")) in _DELETIONS or meta.get("merged_to_id"):
        return True
    is_marked = record.get("is_deleted") is True or record.get("deleted") is True or record.get("active_flag") is False
    return is_marked or record.get("status") == "deleted"


def _activity(record: Mapping[str, Any], source: Source) -> tuple[str, dict[str, FactValue]]:
    """An activity that is not done, or no longer, is `scheduled`."""
    activity_type = str(record.get("type") or "")
    kind = {**KINDS, **source.kinds}.get(activity_type, "task")
    is_done = record.get("done") in (True, 1)
    done_outcome = source.outcomes.get(activity_type, DONE_OUTCOMES.get(kind, "completed"))
    return kind, {
        "actor": _id(record.get("owner_id") or record.get("assigned_to_user_id") or record.get("user_id")),
        **_start(record, kind=kind, is_done=is_done),
        **({"booked_at": read_time(record.get("add_time"))} if kind in MEETING_KINDS and record.get("add_time") else {}),
        "duration_s": _duration_s(record.get("duration")),
        "outcome": done_outcome if is_done else "scheduled",
        "outcome_raw": activity_type or None,
    }


def _start(record: Mapping[str, Any], *, kind: str, is_done: bool) -> dict[str, FactValue]:
    """Meetings are at the time for which they are planned. Everything else is done when it is marked as done; until then it has
    the time at which it is due, or the date."""
    done_at = record.get("marked_as_done_time") if is_done and kind not in MEETING_KINDS else None
    due_date, due_time = record.get("due_date"), record.get("due_time")
    zone = as_mapping(due_time).get("timezone_id")
    clock = as_mapping(due_time).get("value") if isinstance(due_time, Mapping) else due_time
    if done_at or not (due_date and clock):
        return read_start(done_at or due_date) or {"started_at": None, "started_on": None}
    local_time = f"{due_date}T{clock}"
    return {"started_at": _in_zone(local_time, zone)} if zone else read_start(local_time)


def _in_zone(local_time: str, zone: object) -> FactValue:
    """A time on the clock of a zone; unchanged if either cannot be read, so that the check of the fact refuses it."""
    try:
        return datetime.fromisoformat(to_rfc3339(local_time)).replace(tzinfo=ZoneInfo(str(zone))).isoformat()
    except (ValueError, KeyError, OSError, ObservationRefused):
        return local_time


def _duration_s(value: object) -> FactValue:
    """`HH:MM`, alone or as `{"value": ...}`."""
    text = str(as_mapping(value).get("value") or "") if isinstance(value, Mapping) else str(value or "")
    if not text:
        return None
    return read_clock_duration(f"{text}:00" if text.count(":") == 1 else text)


def _deal(record: Mapping[str, Any], source: Source) -> tuple[str, dict[str, FactValue]]:
    """A won or lost deal stays in its stage."""
    result, since = DEALS.get(str(record.get("status")), (None, ""))
    state = DealState(
        stage=str(record.get("stage_id") or "") or None,
        result=result,
        entered_at=record.get("stage_change_time") or record.get("add_time"),
        closed_at=record.get(since) or record.get("close_time"),
    )
    return DEAL_IN_PROGRESS, {
        "actor": _id(record.get("owner_id") or record.get("user_id")),
        "amount": to_decimal_text(record.get("value")),
        "currency": read_currency(record.get("currency")),
        **read_deal(state, source),
    }


def _id(value: object) -> FactValue:
    """The id of a user; v1 sends some users as objects."""
    user_id = as_mapping(value).get("id") if isinstance(value, Mapping) else value
    return str(user_id) if user_id else None


RECORD_READERS: Final = {"activity": _activity, "deal": _deal}
"""The entities that are activities. All others (people, organisations, notes, leads) are ignored."""

ADAPTER: Final = Adapter(
    kind="pipedrive",
    title="Pipedrive",
    page="pipedrive",
    authentication=Authentication(method="HTTP Basic"),
    verify=verify,
    split=_split,
    identify=_identify,
    read=_read,
    retry_policy=RetryPolicy(timeout_s=10, attempts_max=4, window_s=183),
)
"""The account of an activity is the company."""
