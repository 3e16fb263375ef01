"""Pipedrive, webhooks v2 and v1: one change a post, with the whole record in it.

Pipedrive signs nothing; it sends the user and password that its webhook was given (HTTP Basic). What kinds of activity there
are, each account decides: their keys are looked up in the source's `kinds` and, failing that, among the usual ones.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.ingest.domain.adapter import Adapter, Document, Item, RetryPolicy
from services.ingest.domain.reading import clock_seconds, decimal_text, instant, is_one_of, mapping, read_json
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import FactValue, ObservationRefused

_SCHEME: Final = "basic "
_KINDS: Final = {
    "call": "call",
    "meeting": "meeting",
    "demo": "demo",
    "lunch": "meeting",
    "email": "email",
    "task": "task",
    "deadline": "task",
}
_DONE: Final = {"call": "connected", "meeting": "held", "demo": "held", "email": "sent"}
"""What it means that an activity is ticked off; `completed` for all others."""

_DEALS: Final = {"won": ("deal_won", "won_time"), "lost": ("deal_lost", "lost_time")}
_DELETES: Final = frozenset({"delete", "deleted"})
_MINUTE_CLOCK_PARTS: Final = 2


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Raises `SignatureMismatch` unless the credentials are one of the secrets, each `user:password`."""
    header = webhook.headers.get("authorization", "")
    try:
        given = base64.b64decode(header[len(_SCHEME) :].strip(), validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        given = ""
    if not header.lower().startswith(_SCHEME) or not is_one_of(given, source.secrets):
        raise SignatureMismatch(source.name)
    return VerifiedWebhook(source=source.name, headers={}, body=webhook.body, received_at=now)


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    """The change in the names of v2, whichever version it came in."""
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
                "timestamp": _moment_of_v1(meta),
            },
            "data": content.get("current"),
            "previous": content.get("previous"),
        }
    ]


def _moment_of_v1(meta: Mapping[str, Any]) -> object:
    micro = meta.get("timestamp_micro")
    return micro // 1_000 if isinstance(micro, int) and not isinstance(micro, bool) else meta.get("timestamp")


def _identity(change: Item) -> tuple[object, ...]:
    """Without `attempt`, which is another at each try."""
    return (str(change["meta"].get("id")), change["meta"].get("timestamp"))


def _read(change: Item, source: Source) -> Iterable[Document]:
    meta = change["meta"]
    entity = meta.get("entity")
    reader = _READERS.get(entity) if isinstance(entity, str) else None
    if reader is None:
        return []
    record = mapping(change.get("data")) or mapping(change.get("previous"))
    is_gone = str(meta.get("action")) in _DELETES or bool(meta.get("merged_to_id"))
    if not record and not is_gone:
        raise ObservationRefused("data", "is missing")
    kind, facts = reader(record, source)
    return [
        {
            "activity_id": f"{entity}-{meta['entity_id']}" if meta.get("entity_id") else None,
            "account": str(meta.get("company_id") or source.account),
            "kind": kind,
            "observed_at": instant(meta.get("timestamp")),
            "deleted": is_gone,
            "facts": {} if is_gone else facts,
        }
    ]


def _activity(record: Mapping[str, Any], source: Source) -> tuple[str, dict[str, FactValue]]:
    """An activity that is not done (any more) is `scheduled`."""
    word = str(record.get("type") or "")
    kind = {**_KINDS, **source.kinds}.get(word, "task")
    is_done = record.get("done") in (True, 1)
    return kind, {
        "actor": _id_of(record.get("owner_id") or record.get("assigned_to_user_id") or record.get("user_id")),
        "started_at": _started_at(record, is_done=is_done),
        "duration_s": _length(record.get("duration")),
        "outcome": source.outcomes.get(word, _DONE.get(kind, "completed")) if is_done else "scheduled",
        "outcome_raw": word or None,
    }


def _started_at(record: Mapping[str, Any], *, is_done: bool) -> FactValue:
    """The time that it is due at, where it has one; else when it was ticked off; else its day."""
    day, due = record.get("due_date"), record.get("due_time")
    zone = mapping(due).get("timezone_id")
    clock = mapping(due).get("value") if isinstance(due, Mapping) else due
    if day and clock:
        parts = str(clock).split(":")
        moment = f"{day}T{clock}:00" if len(parts) == _MINUTE_CLOCK_PARTS else f"{day}T{clock}"
        return _in_zone(moment, zone) if zone else instant(moment)
    ticked = record.get("marked_as_done_time") if is_done else None
    return instant(ticked or day) if ticked or day else None


def _in_zone(moment: str, zone: object) -> str:
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(str(zone))).isoformat()
    except (ValueError, KeyError, OSError):
        raise ObservationRefused("due_time", "is no time in a zone that is known") from None


def _length(value: object) -> FactValue:
    """`HH:MM`, alone or as `{"value": ...}`."""
    text = str(mapping(value).get("value") or "") if isinstance(value, Mapping) else str(value or "")
    if not text:
        return None
    return clock_seconds(f"{text}:00" if text.count(":") == 1 else text)


def _deal(record: Mapping[str, Any], source: Source) -> tuple[str, dict[str, FactValue]]:
    """Dated by the moment in which it was won, lost, or last moved on."""
    stage = str(record.get("stage_id") or "")
    kind, settled = _DEALS.get(str(record.get("status")), ("deal_stage_changed", "stage_change_time"))
    moved = record.get(settled) or record.get("stage_change_time") or record.get("add_time")
    value = record.get("value")
    return source.kinds.get(stage, kind) if kind == "deal_stage_changed" else kind, {
        "actor": _id_of(record.get("owner_id") or record.get("user_id")),
        "started_at": instant(moved) if moved else None,
        "stage": stage or None,
        "amount": decimal_text(value) if value is not None else None,
        "currency": record.get("currency") or None,
    }


def _id_of(value: object) -> FactValue:
    """v1 gives some people as an object."""
    found = mapping(value).get("id") if isinstance(value, Mapping) else value
    return str(found) if found else None


_READERS: Final = {"activity": _activity, "deal": _deal}
"""Entities that are activities. All others (people, organisations, notes, leads) are passed over."""

PIPEDRIVE: Final = Adapter(
    kind="pipedrive",
    verify=verify,
    split=_split,
    identity=_identity,
    read=_read,
    retry_policy=RetryPolicy(timeout_s=10, attempts_max=4, window_s=183),
)
"""The account of an activity is the company."""
