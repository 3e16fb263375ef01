"""HubSpot: webhooks of an app, one new property value per event and up to a hundred events per webhook.

Signed with v3 (HMAC-SHA256 of method, public URL, body and time) next to the older v1 (SHA-256 of secret and body) or v2 (of
secret, method, URL and body), which workflows use. HubSpot does not promise the order of events, and the creation often
arrives after the first properties: each event becomes one observation of its own, and merging does the rest. Facts that only
an association would reveal, such as the contact of a call, are not in these webhooks.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.ingest.domain.adapter import Adapter, Authentication, Document, Item, RetryPolicy
from services.ingest.domain.amounts import read_currency, read_duration_s, to_decimal_text
from services.ingest.domain.deal_facts import DealState, read_deal
from services.ingest.domain.outcomes import find_outcome
from services.ingest.domain.reading import as_items, is_any_of, read_json, require_recent
from services.ingest.domain.times import is_date, read_date, read_time, to_rfc3339
from services.ingest.domain.webhook import (
    BodyUnreadable,
    RawWebhook,
    SignatureMismatch,
    SignatureMissing,
    Source,
    VerifiedWebhook,
)
from shared.fact_values import FactValue
from shared.observation import ObservationRefused

KINDS: Final = {
    "0-3": "deal_stage_changed",
    "0-18": "message",
    "0-27": "task",
    "0-46": "note",
    "0-47": "meeting",
    "0-48": "call",
    "0-49": "email",
}
"""The object types that are activities. All others (contacts, companies, tickets) are ignored."""

DEAL: Final = "0-3"
TASK: Final = "0-27"
MEETING: Final = "0-47"
DUE: Final = "hs_timestamp"
"""When a call or a mail was, and when a task is due."""
_MIDNIGHT: Final = "T00:00:00+00:00"

CLASSIC_TYPES: Final = {"deal": DEAL}
"""Object types of the older subscriptions, which name the object instead."""

CALL_OUTCOMES: Final = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "left_message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "left_voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no_answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "wrong_number",
}
OUTCOMES: Final[Mapping[str, Mapping[str, str]]] = {
    "hs_call_disposition": CALL_OUTCOMES,
    "hs_meeting_outcome": {
        "SCHEDULED": "scheduled",
        "COMPLETED": "held",
        "RESCHEDULED": "rescheduled",
        "NO_SHOW": "no_show",
        "CANCELED": "canceled",
    },
    "hs_email_status": {
        "BOUNCED": "bounced",
        "FAILED": "failed",
        "SCHEDULED": "scheduled",
        "SENDING": "sending",
        "SENT": "sent",
    },
    "hs_task_status": {
        "COMPLETED": "completed",
        "NOT_STARTED": "open",
        "WAITING": "open",
        "IN_PROGRESS": "open",
        "DEFERRED": "open",
    },
}
"""By property."""

DIRECTIONS: Final = {
    "INBOUND": "inbound",
    "OUTBOUND": "outbound",
    "EMAIL": "outbound",
    "FORWARDED_EMAIL": "outbound",
    "INCOMING_EMAIL": "inbound",
}
DEAL_STAGES: Final = {"closedwon": "deal_won", "closedlost": "deal_lost"}
_DECODED_ESCAPES: Final = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
"""HubSpot decodes exactly these in the URL before it signs it; every other escape stays."""

_ID_FIELDS: Final = (
    "portalId",
    "subscriptionType",
    "objectTypeId",
    "objectId",
    "propertyName",
    "propertyValue",
    "occurredAt",
    "eventId",
)


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Accept signature v3, or v1 or v2 if v3 was not sent.

    Raises:
        SignatureMismatch: none of them is right.
    """
    if not any(name.startswith("x-hubspot-signature") for name in webhook.headers):
        raise SignatureMissing(source.name)
    if not (_is_signed_v3(webhook, source, now=now) or _is_signed_without_time(webhook, source)):
        raise SignatureMismatch(source.name)
    return VerifiedWebhook(source=source.name, headers={}, body=webhook.body, received_at=now)


def signed_url(url: str) -> str:
    """The URL as HubSpot signs it: twelve escapes decoded, all others left."""
    for escape, character in _DECODED_ESCAPES.items():
        url = url.replace(escape, character).replace(escape.lower(), character)
    return url


def _is_signed_v3(webhook: RawWebhook, source: Source, *, now: datetime) -> bool:
    encoded = webhook.headers.get("x-hubspot-signature-v3", "")
    timestamp = webhook.headers.get("x-hubspot-request-timestamp", "")
    if not (encoded and source.public_url):
        return False
    require_recent(timestamp, source, now=now, units_per_s=1_000)
    try:
        signature = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    signed = webhook.method.encode() + signed_url(source.public_url).encode() + webhook.body + timestamp.encode()
    return any(hmac.compare_digest(hmac.digest(key, signed, "sha256"), signature) for key in source.secrets)


def _is_signed_without_time(webhook: RawWebhook, source: Source) -> bool:
    """v1 or v2, and only if v3 was not sent: neither covers the time, and v1 not even the URL."""
    if "x-hubspot-signature-v3" in webhook.headers and source.public_url:
        return False
    version = webhook.headers.get("x-hubspot-signature-version", "v1")
    if version == "v1":
        request_line = b""
    elif version == "v2" and source.public_url:
        request_line = f"{webhook.method}{source.public_url}".encode()
    else:
        return False
    signature = webhook.headers.get("x-hubspot-signature", "")
    digests = [hashlib.sha256(key + request_line + webhook.body).hexdigest().encode() for key in source.secrets]
    return is_any_of(signature, digests)


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    content = read_json(webhook.body, source.limits)
    if not isinstance(content, list | Mapping):
        raise BodyUnreadable("must be an array of events")
    return as_items(content)


def _identify(event: Item) -> tuple[object, ...]:
    """Without `attemptNumber`, which differs between attempts. `eventId` alone is not promised to be unique."""
    return tuple(event.get(name) for name in _ID_FIELDS)


def _read(event: Item, source: Source) -> Iterable[Document]:
    subject, _, change = str(event.get("subscriptionType") or event.get("eventType") or "").partition(".")
    object_type = str(event.get("objectTypeId") or CLASSIC_TYPES.get(subject, ""))
    if object_type not in KINDS:
        return []
    document = {
        "kind": KINDS[object_type],
        "account": str(event.get("portalId") or source.account),
        "observed_at": to_rfc3339(event.get("occurredAt")),
    }
    if change == "merge":
        return [document | {"activity_id": f"{object_type}-{ended}", "deleted": True} for ended in _ids_ended_by_merge(event)]
    document |= {"activity_id": f"{object_type}-{_id(event, 'objectId')}"}
    if change in ("deletion", "restore"):
        return [document | {"deleted": change == "deletion"}]
    if change == "creation":
        return [document | ({"facts": {"booked_at": document["observed_at"]}} if object_type == MEETING else {})]
    facts = _facts(event, object_type, source) if change == "propertyChange" else {}
    return [document | {"facts": facts}] if facts else []


def _facts(event: Mapping[str, Any], object_type: str, source: Source) -> dict[str, FactValue]:
    """The facts in a new property value; none if no behaviour can depend on the property."""
    name, value = str(event.get("propertyName")), event.get("propertyValue")
    if event.get("isSensitive"):
        return {}
    text = None if value in (None, "") else str(value)
    if name in OUTCOMES:
        return _outcome(event, name, text, source)
    if name == "dealstage" and object_type == DEAL:
        state = DealState(
            stage=text,
            stage_labels=(source.outcomes.get(text or "", ""),),
            entered_at=event.get("occurredAt"),
            closed_at=event.get("occurredAt"),
        )
        return read_deal(state, source, results_by_stage=DEAL_STAGES)
    if name == "closedate" and object_type == DEAL:
        return _typed_close(text)
    if name == "hs_activity_type" and object_type == MEETING:
        kind = "demo" if text and "demo" in text.lower() else "meeting"
        return {"kind": source.kinds.get(text or "", kind)}
    if name not in PROPERTIES or (object_type == TASK and name == DUE):
        return {}
    fact, read = PROPERTIES[name]
    return {fact: read(text) if text is not None else None}


def _outcome(event: Mapping[str, Any], name: str, text: str | None, source: Source) -> dict[str, FactValue]:
    """Our outcome and HubSpot's word for it. A task is done when its status says so, and not when it is due."""
    outcome = find_outcome(text, source.outcomes, OUTCOMES[name]) if text else None
    facts: dict[str, FactValue] = {"outcome": outcome, "outcome_raw": text}
    if name == "hs_task_status":
        facts["started_at"] = read_time(event.get("occurredAt")) if outcome == "completed" else None
    return facts


def _typed_close(text: str | None) -> dict[str, FactValue]:
    """The date of closing, or the expected one. Midnight in UTC is how HubSpot sends a date."""
    at = read_time(text)
    if is_date(text) or (isinstance(at, str) and at.endswith(_MIDNIGHT)):
        return {"closed_on": read_date(text), "closed_at": None}
    return {"closed_at": at, "closed_on": None}


def _ids_ended_by_merge(event: Mapping[str, Any]) -> Sequence[str]:
    """The ids of the records that a merge has ended.

    The primary record stays, even if HubSpot makes a new record of all of them (`newObjectId`) and lists the primary one as
    merged: HubSpot does not send the values of the new record, so those of the primary one are all that can count.
    """
    merged = event.get("mergedObjectIds")
    if not isinstance(merged, list) or not merged:
        raise ObservationRefused("mergedObjectIds", "is not a list of ids")
    staying = {_id(event, "primaryObjectId"), str(event.get("newObjectId"))}
    ids = [_to_id("mergedObjectIds", value) for value in merged]
    return [merged_id for merged_id in ids if merged_id not in staying]


def _id(event: Mapping[str, Any], name: str) -> str:
    return _to_id(name, event.get(name))


def _to_id(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value):
        raise ObservationRefused(name, "is not an id")
    return str(value)


def _to_seconds(milliseconds: str) -> FactValue:
    return read_duration_s(milliseconds, unit_s=0.001)


PROPERTIES: Final[Mapping[str, tuple[str, Callable[[str], FactValue]]]] = {
    "hubspot_owner_id": ("actor", str),
    DUE: ("started_at", read_time),
    "hs_meeting_start_time": ("started_at", read_time),
    "hs_createdate": ("booked_at", read_time),
    "hs_call_duration": ("duration_s", _to_seconds),
    "hs_call_direction": ("direction", DIRECTIONS.get),
    "hs_email_direction": ("direction", DIRECTIONS.get),
    "amount": ("amount", to_decimal_text),
    "deal_currency_code": ("currency", read_currency),
}
"""The fact that each property states, and how its text is read."""

ADAPTER: Final = Adapter(
    kind="hubspot",
    title="HubSpot",
    page="hubspot",
    authentication=Authentication(method="HMAC-SHA256 of URL, body and time", signs_body=True, signs_time=True),
    verify=verify,
    split=_split,
    identify=_identify,
    read=_read,
    retry_policy=RetryPolicy(timeout_s=5, attempts_max=11, window_s=24 * 3_600),
    ways_to_send={
        "actor": "subscribe to changes of hubspot_owner_id, for every object",
        "start": "subscribe to hs_timestamp (meetings: hs_meeting_start_time, tasks: hs_task_status, deals: dealstage)",
        "duration": "subscribe to hs_call_duration; HubSpot has no duration of meetings",
    },
)
"""The account of an activity is the portal."""
