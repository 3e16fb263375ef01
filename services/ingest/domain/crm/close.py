"""Close: one event a post, with the whole record in it.

Signed with HMAC-SHA256 over time and body, under a key that is shown in hex and used as its bytes. Close holds updates back
and merges them: an event of the same id can come again and say more, so what it says counts as of its `date_updated`.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from services.ingest.domain.observations import read_json
from services.ingest.domain.webhook import (
    TOLERANCE_S,
    BodyUnreadable,
    RawWebhook,
    Refused,
    SignatureMismatch,
    Source,
    VerifiedWebhook,
)
from shared.observation import FactValue, Observation, ObservationRefused, observation_from

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
_TIMESTAMP_DIGITS_MAX: Final = 12


class Close:
    """The adapter for sources of kind `close`. The account of an activity is the organisation."""

    kind = "close"

    def verify(self, webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
        timestamp = webhook.headers.get("close-sig-timestamp", "")
        given = webhook.headers.get("close-sig-hash", "").lower().encode("utf-8", "surrogateescape")
        readable = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _TIMESTAMP_DIGITS_MAX
        if not readable or abs(now.timestamp() - int(timestamp)) > TOLERANCE_S:
            raise SignatureMismatch(source.name)
        signed = timestamp.encode() + webhook.body
        for secret in source.secrets:
            expected = hmac.new(_key_of(secret), signed, "sha256").hexdigest().encode()
            if hmac.compare_digest(expected, given):
                return VerifiedWebhook(source=source.name, headers={}, body=webhook.body)
        raise SignatureMismatch(source.name)

    def translate(self, webhook: VerifiedWebhook, source: Source) -> Sequence[Observation | Refused]:
        content = read_json(webhook.body)
        event = content.get("event") if isinstance(content, Mapping) else None
        if not isinstance(event, Mapping):
            raise BodyUnreadable("must be an object that holds an event")
        try:
            document = _document(event, source)
            return [observation_from(document)] if document is not None else []
        except ObservationRefused as refused:
            return [Refused(item=0, problem=f"{refused.where}: {refused.problem}")]


def _key_of(secret: bytes) -> bytes:
    """The bytes that the shown key stands for; a secret that is no hex is taken as it is, and will match nothing."""
    try:
        return bytes.fromhex(secret.decode())
    except ValueError:
        return secret


def _document(event: Mapping[str, Any], source: Source) -> dict[str, Any] | None:
    """What the event says, still to be checked; None for what is no activity."""
    kind = _KINDS.get(str(event.get("object_type")))
    if kind is None:
        return None
    observed_at = _utc(event.get("date_updated") or event.get("date_created"))
    said = {
        "activity_id": str(event.get("object_id") or ""),
        "account": str(event.get("organization_id") or source.account),
        "kind": kind,
        "observed_at": observed_at,
    }
    data = event.get("data")
    if event.get("action") == "deleted":
        return said | {"deleted": True}
    if not isinstance(data, Mapping):
        raise ObservationRefused("event.data", "is missing")
    if kind == "deal_stage_changed":
        return said | _deal(event, data, observed_at)
    return said | {"facts": _facts(kind, data, source)}


def _facts(kind: str, data: Mapping[str, Any], source: Source) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    if data.get("user_id"):
        facts["actor"] = str(data["user_id"])
    started = data.get("starts_at") or data.get("activity_at") or data.get("date_created")
    if started:
        facts["started_at"] = _utc(started)
    if isinstance(data.get("duration"), int | float):
        facts["duration_s"] = data["duration"]
    if direction := _DIRECTIONS.get(str(data.get("direction"))):
        facts["direction"] = direction
    raw = data.get("outcome_id") or data.get("disposition") or data.get("status")
    if raw and raw not in _UNDER_WAY:
        table = {**_OUTCOMES, "completed": _HELD.get(kind, "completed"), **source.outcomes}
        fallback = table.get(str(data.get("disposition") or data.get("status")), "other")
        facts |= {"outcome": table.get(str(raw), fallback), "outcome_raw": str(raw)}
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


def _utc(value: object) -> str:
    """Close leaves the offset of an event's own times out; they are in UTC."""
    text = str(value)
    has_offset = text.endswith("Z") or "+" in text[10:] or "-" in text[10:]
    return text if has_offset else f"{text}+00:00"
