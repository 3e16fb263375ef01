"""HubSpot: webhooks of a public or private app, one property's new value at a time, up to a hundred in a post.

Signed with v3 (HMAC-SHA256 over method, public address, body and time) beside the older v1 (SHA-256 over secret and body) or
v2 (over secret, method, address and body), which workflows use.
The order of events is not promised, and creation often comes after the first properties: each event becomes one
observation of what it says, and merging does the rest. Facts that only an association would tell, such as the contact of
a call, are not in these webhooks.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.ingest.domain.adapter import Adapter, Document, Item, RetryPolicy
from services.ingest.domain.reading import as_items, instant, is_one_of, read_json, require_recent
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import FactValue, ObservationRefused

KINDS: Final = {
    "0-3": "deal_stage_changed",
    "0-18": "message",
    "0-27": "task",
    "0-46": "note",
    "0-47": "meeting",
    "0-48": "call",
    "0-49": "email",
}
"""Object types that are activities, and their kind. All others (contacts, companies, tickets) are passed over."""

_CLASSIC: Final = {"deal": "0-3"}
_DISPOSITIONS: Final = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "left_message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "left_voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no_answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "wrong_number",
}
_OUTCOMES: Final = {
    "hs_call_disposition": _DISPOSITIONS,
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
    "hs_task_status": {"COMPLETED": "completed", "NOT_STARTED": "open", "WAITING": "open", "IN_PROGRESS": "open"},
}
_DIRECTIONS: Final = {
    "INBOUND": "inbound",
    "OUTBOUND": "outbound",
    "EMAIL": "outbound",
    "FORWARDED_EMAIL": "outbound",
    "INCOMING_EMAIL": "inbound",
}
_WON, _LOST = "closedwon", "closedlost"
_DECODED: Final = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
"""Exactly these are decoded in the address before it is signed; every other escape stays."""

_IDENTITY: Final = (
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
    """Raises `SignatureMismatch` unless signed with v3, or with v1 or v2 where v3 was not sent."""
    if not (_is_signed_v3(webhook, source, now=now) or _is_signed_without_time(webhook, source)):
        raise SignatureMismatch(source.name)
    return VerifiedWebhook(source=source.name, headers={}, body=webhook.body, received_at=now)


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    content = read_json(webhook.body, source.limits)
    if not isinstance(content, list | Mapping):
        raise BodyUnreadable("must be an array of events")
    return as_items(content)


def _identity(event: Item) -> tuple[object, ...]:
    """Without `attemptNumber`, which is another at each try; `eventId` alone is not promised to be unique."""
    return tuple(event.get(name) for name in _IDENTITY)


def signed_address(url: str) -> str:
    """The address as HubSpot signs it: twelve escapes decoded, all others left."""
    for escape, plain in _DECODED.items():
        url = url.replace(escape, plain).replace(escape.lower(), plain)
    return url


def _is_signed_v3(webhook: RawWebhook, source: Source, *, now: datetime) -> bool:
    signature = webhook.headers.get("x-hubspot-signature-v3", "")
    timestamp = webhook.headers.get("x-hubspot-request-timestamp", "")
    if not (signature and source.public_url):
        return False
    require_recent(timestamp, source, now=now, per_second=1_000)
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    signed = webhook.method.encode() + signed_address(source.public_url).encode() + webhook.body + timestamp.encode()
    return any(hmac.compare_digest(hmac.digest(key, signed, "sha256"), given) for key in source.secrets)


def _is_signed_without_time(webhook: RawWebhook, source: Source) -> bool:
    """v1 or v2, and only where v3 was not sent: neither covers the time, and v1 not even the address."""
    if "x-hubspot-signature-v3" in webhook.headers and source.public_url:
        return False
    version = webhook.headers.get("x-hubspot-signature-version", "v1")
    if version == "v1":
        covered = b""
    elif version == "v2" and source.public_url:
        covered = f"{webhook.method}{source.public_url}".encode()
    else:
        return False
    given = webhook.headers.get("x-hubspot-signature", "")
    return is_one_of(given, [hashlib.sha256(key + covered + webhook.body).hexdigest().encode() for key in source.secrets])


def _read(event: Item, source: Source) -> Iterable[Document]:
    subject, _, happened = str(event.get("subscriptionType") or event.get("eventType") or "").partition(".")
    object_type = str(event.get("objectTypeId") or _CLASSIC.get(subject, ""))
    if object_type not in KINDS:
        return []
    common = {
        "kind": KINDS[object_type],
        "account": str(event.get("portalId") or source.account),
        "observed_at": instant(event.get("occurredAt")),
    }
    if happened == "merge":
        return [common | {"activity_id": f"{object_type}-{one}", "deleted": True} for one in _merged_away(event)]
    common |= {"activity_id": f"{object_type}-{_id(event, 'objectId')}"}
    if happened in ("deletion", "restore"):
        return [common | {"deleted": happened == "deletion"}]
    if happened == "creation":
        return [common]
    facts = _facts(event, object_type, source) if happened == "propertyChange" else {}
    return [common | {"facts": facts}] if facts else []


def _facts(event: Mapping[str, Any], object_type: str, source: Source) -> dict[str, FactValue]:
    """The facts that a property's new value is; none for a property that nobody counts by."""
    name, value = str(event.get("propertyName")), event.get("propertyValue")
    if event.get("isSensitive"):
        return {}
    text = None if value in (None, "") else str(value)
    if name in _OUTCOMES:
        table = {**_OUTCOMES[name], **source.outcomes}
        return {"outcome": table.get(text, "other") if text else None, "outcome_raw": text}
    if name == "dealstage" and object_type == "0-3":
        kind = {_WON: "deal_won", _LOST: "deal_lost"}.get(source.outcomes.get(text or "", text or ""), KINDS[object_type])
        return {"stage": text, "kind": kind}
    if name == "hs_activity_type" and object_type == "0-47":
        return {"kind": "demo" if text and "demo" in text.lower() else "meeting"}
    reader = _PROPERTIES.get(name)
    if reader is None:
        return {}
    fact, read = reader
    return {fact: read(text) if text is not None else None}


def _merged_away(event: Mapping[str, Any]) -> Sequence[str]:
    """The ids that a merge has ended.

    The one that went before all others stays, also where HubSpot makes a new record of them (`newObjectId`) and names it among
    the merged: of the new record it tells nothing, so what was known of the first is all that there is to count.
    """
    merged = event.get("mergedObjectIds")
    if not isinstance(merged, list) or not merged:
        raise ObservationRefused("mergedObjectIds", "is no list of ids")
    staying = {_id(event, "primaryObjectId"), str(event.get("newObjectId"))}
    return [one for one in (_as_id("mergedObjectIds", value) for value in merged) if one not in staying]


def _id(event: Mapping[str, Any], name: str) -> str:
    return _as_id(name, event.get(name))


def _as_id(name: str, found: object) -> str:
    if isinstance(found, bool) or not isinstance(found, int | str) or not str(found):
        raise ObservationRefused(name, "holds no id")
    return str(found)


def _seconds(text: str) -> FactValue:
    """HubSpot gives milliseconds."""
    try:
        return float(text) / 1_000
    except ValueError:
        return text  # the check of the observation refuses it by name


def _direction(text: str) -> FactValue:
    return _DIRECTIONS.get(text)


_PROPERTIES: Final[Mapping[str, tuple[str, Callable[[str], FactValue]]]] = {
    "hubspot_owner_id": ("actor", str),
    "hs_timestamp": ("started_at", instant),
    "hs_meeting_start_time": ("started_at", instant),
    "closedate": ("started_at", instant),
    "hs_call_duration": ("duration_s", _seconds),
    "hs_call_direction": ("direction", _direction),
    "hs_email_direction": ("direction", _direction),
    "amount": ("amount", str),
    "deal_currency_code": ("currency", str),
}

HUBSPOT: Final = Adapter(
    kind="hubspot",
    verify=verify,
    split=_split,
    identity=_identity,
    read=_read,
    retry_policy=RetryPolicy(timeout_s=5, attempts_max=11, window_s=24 * 3_600),
)
"""The account of an activity is the portal."""
