"""Close: one event per webhook, with the whole record in it.

Signed with HMAC-SHA256 of time and body. Close shows the key in hex and signs with the bytes that the hex stands for. It
holds updates back and merges them: an event with the same id can be sent again with more changes, so its facts count as of
its `date_updated`.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.ingest.domain.adapter import Adapter, Authentication, Document, Item, RetryPolicy
from services.ingest.domain.amounts import read_currency, read_duration_s, to_decimal_text
from services.ingest.domain.deal_facts import DealState, read_deal
from services.ingest.domain.outcomes import find_outcome
from services.ingest.domain.reading import read_json, require_any_of, require_recent
from services.ingest.domain.times import read_start, read_time, to_rfc3339
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, Source, VerifiedWebhook
from shared.fact_values import FactValue
from shared.observation import ObservationRefused

KINDS: Final = {
    "activity.call": "call",
    "activity.email": "email",
    "activity.sms": "message",
    "activity.note": "note",
    "activity.meeting": "meeting",
    "activity.task_completed": "task",
    "opportunity": "deal_stage_changed",
}
"""The objects that are activities. All others (leads, contacts) are ignored."""

OUTCOMES: Final = {
    "answered": "connected",
    "no-answer": "no_answer",
    "vm-answer": "no_answer",
    "vm-left": "left_voicemail",
    "busy": "busy",
    "blocked": "failed",
    "error": "failed",
    "failed": "failed",
    "timeout": "failed",
    "abandoned": "abandoned",
    "cancel": "canceled",
    "canceled": "canceled",
    "declined-by-lead": "canceled",
    "declined-by-org": "canceled",
    "upcoming": "scheduled",
    "sent": "sent",
}
COMPLETED_OUTCOMES: Final = {"call": "connected", "meeting": "held"}
"""What the status `completed` means for a kind; `completed` for all others."""

UNFINISHED_STATUSES: Final = frozenset({"created", "in-progress", "draft", "inbox", "outbox"})
DIRECTIONS: Final = {
    "outbound": "outbound",
    "outgoing": "outbound",
    "inbound": "inbound",
    "incoming": "inbound",
}
DEAL_KINDS: Final = {"won": "deal_won", "lost": "deal_lost"}
_STATUS_FIELDS: Final = frozenset({"status_type", "status_id"})
_CENTS: Final = 100


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Check the hash of time and body.

    Raises:
        SignatureMismatch: it was not made with one of the keys, or the time is too far off.
    """
    timestamp = webhook.headers.get("close-sig-timestamp", "")
    hex_digest = webhook.headers.get("close-sig-hash", "").lower()
    require_recent(timestamp, source, now=now)
    signed = timestamp.encode() + webhook.body
    digests = [hmac.new(_key_of(secret), signed, "sha256").hexdigest().encode() for secret in source.secrets]
    require_any_of(hex_digest, digests, source)
    return VerifiedWebhook(source=source.name, headers={}, body=webhook.body, received_at=now)


def _key_of(secret: bytes) -> bytes:
    """The bytes that the hex stands for. A secret that is not hex is used as it is, and will match nothing."""
    try:
        return bytes.fromhex(secret.decode())
    except ValueError:
        return secret


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    content = read_json(webhook.body, source.limits)
    event = content.get("event") if isinstance(content, Mapping) else None
    if not isinstance(event, Mapping):
        raise BodyUnreadable("must be an object that holds an event")
    return [event]


def _identify(event: Item) -> tuple[object, ...]:
    """An event with the same id can be sent again with more changes; its `date_updated` is then another."""
    return event.get("id"), event.get("date_updated")


def _read(event: Item, source: Source) -> Iterable[Document]:
    kind = KINDS.get(str(event.get("object_type")))
    if kind is None:
        return []
    observed_at = to_rfc3339(event.get("date_updated") or event.get("date_created"))
    document = {
        "activity_id": str(event.get("object_id") or ""),
        "account": str(event.get("organization_id") or source.account),
        "kind": kind,
        "observed_at": observed_at,
    }
    record = event.get("data")
    if event.get("action") == "deleted":
        return [document | {"deleted": True}]
    if not isinstance(record, Mapping):
        raise ObservationRefused("event.data", "is missing")
    if kind == "deal_stage_changed":
        return [document | {"facts": _deal(event, record, source, observed_at=observed_at)}]
    return [document | {"facts": _facts(kind, record, source)}]


def _facts(kind: str, record: Mapping[str, Any], source: Source) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    if record.get("user_id"):
        facts["actor"] = str(record["user_id"])
    started_at = record.get("starts_at") or record.get("date_sent") or record.get("activity_at") or record.get("date_created")
    facts |= read_start(started_at)
    if kind == "meeting" and record.get("date_created"):
        facts["booked_at"] = read_time(record["date_created"])
    if (duration_s := read_duration_s(record.get("duration"))) is not None:
        facts["duration_s"] = duration_s
    if direction := DIRECTIONS.get(str(record.get("direction"))):
        facts["direction"] = direction
    raw = str(record.get("outcome_id") or record.get("disposition") or record.get("status") or "")
    if raw and raw not in UNFINISHED_STATUSES:
        outcomes = {**OUTCOMES, "completed": COMPLETED_OUTCOMES.get(kind, "completed")}
        outcome = find_outcome(raw, source.outcomes, outcomes)
        if outcome == "other":  # an outcome of the organisation that the source does not map
            outcome = find_outcome(str(record.get("disposition") or record.get("status")), source.outcomes, outcomes)
        facts |= {"outcome": outcome, "outcome_raw": raw}
    elif kind == "task":
        facts["outcome"] = "completed"
    return facts


def _deal(event: Mapping[str, Any], record: Mapping[str, Any], source: Source, *, observed_at: str) -> dict[str, FactValue]:
    """A deal moved when its status changed: Close does not say since when it has its status. `date_won` is a date that somebody
    typed."""
    status = str(record.get("status_type"))
    changed = event.get("changed_fields")
    has_new_status = isinstance(changed, list) and bool(_STATUS_FIELDS & set(map(str, changed)))
    moved_at = observed_at if event.get("action") == "created" or has_new_status else None
    state = DealState(
        stage=str(record.get("status_label") or status),
        stage_labels=(str(record.get("status_id") or ""),),
        result=DEAL_KINDS.get(status),
        entered_at=None if status in DEAL_KINDS else moved_at,
        closed_at=moved_at,
        closed_on=record.get("date_won") if moved_at and status == "won" else None,
    )
    facts = read_deal(state, source)
    if record.get("user_id"):
        facts["actor"] = str(record["user_id"])
    if isinstance(record.get("value"), int):
        facts["amount"] = to_decimal_text(record["value"], units_per_major=_CENTS)
    if (currency := read_currency(record.get("value_currency"))) is not None:
        facts["currency"] = currency
    return facts


ADAPTER: Final = Adapter(
    kind="close",
    title="Close",
    page="close",
    authentication=Authentication(method="HMAC-SHA256 of time and body", signs_body=True, signs_time=True),
    verify=verify,
    split=_split,
    identify=_identify,
    read=_read,
    retry_policy=RetryPolicy(window_s=72 * 3_600),
)
"""The account of an activity is the organisation."""
