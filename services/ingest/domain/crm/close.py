"""Close: one event a post, with the whole record in it.

Signed with HMAC-SHA256 over time and body, under a key that is shown in hex and used as its bytes. Close holds updates back
and merges them: an event of the same id can come again and say more, so what it says counts as of its `date_updated`.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from services.ingest.domain.adapter import Adapter, Document, Item, RetryPolicy
from services.ingest.domain.reading import instant, is_one_of, read_json, require_recent
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import FactValue, ObservationRefused

_KINDS: Final = {
    "activity.call": "call",
    "activity.email": "email",
    "activity.sms": "message",
    "activity.note": "note",
    "activity.meeting": "meeting",
    "activity.task_completed": "task",
    "opportunity": "deal_stage_changed",
}
"""Objects that are activities, and their kind. Leads, contacts and the like are passed over."""

_OUTCOMES: Final = {
    "answered": "connected",
    "no-answer": "no_answer",
    "vm-answer": "left_voicemail",
    "vm-left": "left_voicemail",
    "busy": "busy",
    "blocked": "failed",
    "error": "failed",
    "failed": "failed",
    "timeout": "failed",
    "abandoned": "abandoned",
    "cancel": "canceled",
    "canceled": "canceled",
    "upcoming": "scheduled",
    "sent": "sent",
}
_HELD: Final = {"call": "connected", "meeting": "held"}
_UNDER_WAY: Final = frozenset({"created", "in-progress", "draft", "inbox", "outbox"})
_DIRECTIONS: Final = {
    "outbound": "outbound",
    "outgoing": "outbound",
    "inbound": "inbound",
    "incoming": "inbound",
}
_DEALS: Final = {"won": "deal_won", "lost": "deal_lost"}
_SETTLES_A_DEAL: Final = frozenset({"status_type", "status_id"})
_CENTS: Final = Decimal(100)


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Raises `SignatureMismatch` unless the hash is that of time and body under one of the keys."""
    timestamp = webhook.headers.get("close-sig-timestamp", "")
    given = webhook.headers.get("close-sig-hash", "").lower()
    require_recent(timestamp, source, now=now)
    signed = timestamp.encode() + webhook.body
    if not is_one_of(given, [hmac.new(_key_of(key), signed, "sha256").hexdigest().encode() for key in source.secrets]):
        raise SignatureMismatch(source.name)
    return VerifiedWebhook(source=source.name, headers={}, body=webhook.body, received_at=now)


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    content = read_json(webhook.body, source.limits)
    event = content.get("event") if isinstance(content, Mapping) else None
    if not isinstance(event, Mapping):
        raise BodyUnreadable("must be an object that holds an event")
    return [event]


def _identity(event: Item) -> tuple[object, ...]:
    """An event of the same id can come again and say more; then its `date_updated` is another."""
    return event.get("id"), event.get("date_updated")


def _key_of(secret: bytes) -> bytes:
    """The bytes that the shown key stands for; a secret that is no hex is taken as it is, and will match nothing."""
    try:
        return bytes.fromhex(secret.decode())
    except ValueError:
        return secret


def _read(event: Item, source: Source) -> Iterable[Document]:
    kind = _KINDS.get(str(event.get("object_type")))
    if kind is None:
        return []
    observed_at = instant(event.get("date_updated") or event.get("date_created"))
    said = {
        "activity_id": str(event.get("object_id") or ""),
        "account": str(event.get("organization_id") or source.account),
        "kind": kind,
        "observed_at": observed_at,
    }
    data = event.get("data")
    if event.get("action") == "deleted":
        return [said | {"deleted": True}]
    if not isinstance(data, Mapping):
        raise ObservationRefused("event.data", "is missing")
    if kind == "deal_stage_changed":
        return [said | _deal(event, data, observed_at)]
    return [said | {"facts": _facts(kind, data, source)}]


def _facts(kind: str, data: Mapping[str, Any], source: Source) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    if data.get("user_id"):
        facts["actor"] = str(data["user_id"])
    started = data.get("starts_at") or data.get("activity_at") or data.get("date_created")
    if started:
        facts["started_at"] = instant(started)
    if isinstance(data.get("duration"), int | float):
        facts["duration_s"] = data["duration"]
    if direction := _DIRECTIONS.get(str(data.get("direction"))):
        facts["direction"] = direction
    raw = str(data.get("outcome_id") or data.get("disposition") or data.get("status") or "")
    if raw and raw not in _UNDER_WAY:
        table = {**_OUTCOMES, "completed": _HELD.get(kind, "completed"), **source.outcomes}
        fallback = table.get(str(data.get("disposition") or data.get("status")), "other")
        facts |= {"outcome": table.get(raw, fallback), "outcome_raw": raw}
    return facts


def _deal(event: Mapping[str, Any], data: Mapping[str, Any], observed_at: str) -> dict[str, Any]:
    """A deal is dated by the moment in which it was settled: `date_won` is a date in nobody's time zone."""
    status = str(data.get("status_type"))
    facts: dict[str, FactValue] = {"stage": str(data.get("status_label") or status)}
    changed = event.get("changed_fields")
    settled_now = event.get("action") == "created" or (isinstance(changed, list) and _SETTLES_A_DEAL & set(map(str, changed)))
    if settled_now:
        facts["started_at"] = observed_at
    if data.get("user_id"):
        facts["actor"] = str(data["user_id"])
    if isinstance(data.get("value"), int):
        facts["amount"] = f"{Decimal(data['value']) / _CENTS:.2f}"
    if data.get("value_currency"):
        facts["currency"] = str(data["value_currency"])
    return {"kind": _DEALS.get(status, "deal_stage_changed"), "facts": facts}


CLOSE: Final = Adapter(
    kind="close",
    verify=verify,
    split=_split,
    identity=_identity,
    read=_read,
    retry_policy=RetryPolicy(window_s=72 * 3_600),
)
"""The account of an activity is the organisation."""
