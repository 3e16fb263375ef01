"""Salesloft: one whole record per webhook. The name of the event is in a header."""

from typing import Final

from services.ingest.domain.adapter import Authentication, RetryPolicy
from services.ingest.domain.signed_sender import SignedSender, make_adapter, sign_body

_EVENTS: Final = ("created", "updated", "completed", "booked", "deleted")
KINDS: Final = {f"{kind}_{event}": kind for kind in ("task", "call", "email", "meeting") for event in _EVENTS}
OUTCOMES: Final = {
    "scheduled": "open",
    "booked": "scheduled",
    "completed": "completed",
    "Connected": "connected",
    "No Answer": "no_answer",
    "Busy": "busy",
    "Left Voicemail": "left_voicemail",
    "Wrong Number": "wrong_number",
    "sent": "sent",
    "sent_from_gmail": "sent",
    "sent_from_outlook": "sent",
    "sent_from_exchange": "sent",
    "sent_from_external": "sent",
    "delivered": "sent",
    "viewed": "sent",
    "clicked": "sent",
    "replied": "sent",
    "pending": "sending",
    "pending_reply_check": "sending",
    "pending_through_gmail": "sending",
    "pending_through_external": "sending",
    "sending": "sending",
    "delivering": "sending",
    "cancelled": "canceled",
    "failed": "failed",
    "bounced": "bounced",
}

ADAPTER: Final = make_adapter(
    SignedSender(
        kind="salesloft",
        title="Salesloft",
        page="salesloft",
        authentication=Authentication(method="HMAC-SHA1 of the body", signs_body=True),
        signature=sign_body("x-salesloft-signature"),
        digest="sha1",
        event_in="header:x-salesloft-event",
        fields={
            "activity_id": "id && join('-', [(starts_with(_.event, 'call_') && 'call') || (starts_with(_.event, 'email_') && "
            "'email') || (starts_with(_.event, 'meeting_') && 'meeting') || 'task', to_string(id)])",
            "kind": "_.event",
            "observed_at": "updated_at",
            "actor": "user.id",
            "started_at": "start_time || completed_at || sent_at || due_at || created_at",
            "duration_s": "duration",
            "duration_from": "start_time",
            "duration_until": "end_time",
            "outcome": "(bounced && 'bounced') || disposition || current_state || status",
            "deleted": "ends_with(_.event, '_deleted')",
        },
        kinds=KINDS,
        outcomes=OUTCOMES,
        retry_policy=RetryPolicy(attempts_max=4, window_s=45),
    )
)
