"""Calendly: one invitee of a scheduled event per webhook."""

from collections.abc import Mapping
from typing import Final

from services.ingest.domain.adapter import Authentication, RetryPolicy
from services.ingest.domain.signed_sender import Signature, SignedSender, make_adapter
from services.ingest.domain.webhook import RawWebhook

KINDS: Final = {
    "invitee.created": "meeting",
    "invitee.canceled": "meeting",
    "invitee_no_show.created": "meeting",
    "invitee_no_show.deleted": "meeting",
}
OUTCOMES: Final = {
    "invitee.created": "scheduled",
    "invitee.canceled": "canceled",
    "invitee_no_show.created": "no_show",
    "invitee_no_show.deleted": "scheduled",
}


def _signature_parts(headers: Mapping[str, str]) -> dict[str, str]:
    """The parts of a header such as `t=1492774577,v1=5257a869…`."""
    pairs = [part.strip().partition("=") for part in headers.get("calendly-webhook-signature", "").split(",")]
    return {name: value for name, _, value in pairs}


def _timestamp(headers: Mapping[str, str]) -> str:
    return _signature_parts(headers).get("t", "")


def _signature(webhook: RawWebhook) -> Signature:
    parts = _signature_parts(webhook.headers)
    signed = parts.get("t", "").encode("utf-8", "surrogateescape") + b"." + webhook.body
    return Signature(hex_digest=parts.get("v1", ""), signed=signed)


ADAPTER: Final = make_adapter(
    SignedSender(
        kind="calendly",
        title="Calendly",
        page="calendly",
        authentication=Authentication(method="HMAC-SHA256 of time and body", signs_body=True, signs_time=True),
        signature=_signature,
        timestamp=_timestamp,
        fields={
            "activity_id": "payload.invitee || payload.uri",  # a no-show has a URI of its own and names its invitee
            "kind": "event",
            "observed_at": "created_at || payload.updated_at || payload.created_at",
            "actor": "payload.scheduled_event.event_memberships[0].user",
            "started_at": "payload.scheduled_event.start_time",
            "booked_at": "(event == 'invitee.created' && !(payload.old_invitee) && (payload.created_at || created_at)) || "
            "`null`",  # a meeting that is moved becomes another one, which names its old invitee
            "duration_from": "payload.scheduled_event.start_time",
            "duration_until": "payload.scheduled_event.end_time",
            "outcome": "event",
        },
        kinds=KINDS,
        outcomes=OUTCOMES,
        retry_policy=RetryPolicy(timeout_s=15, window_s=24 * 3_600),
    )
)
