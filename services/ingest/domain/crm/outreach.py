"""Outreach: the whole record on creation, and on an update only what changed."""

from typing import Final

from services.ingest.domain.adapter import Authentication, RetryPolicy
from services.ingest.domain.signed_sender import SignedSender, make_adapter, sign_body

KINDS: Final = {"call": "call", "mailing": "email", "task": "task", "opportunity": "deal_stage_changed"}
OUTCOMES: Final = {
    "Answered": "connected",
    "Completed": "connected",
    "completed": "completed",
    "complete": "completed",
    "No Answer": "no_answer",
    "Not Answered": "no_answer",
    "noAnswer": "no_answer",
    "Busy": "busy",
    "Left Voicemail": "left_voicemail",
    "incomplete": "open",
    "delivered": "sent",
    "opened": "sent",
    "clicked": "sent",
    "replied": "sent",
    "unsubscribed": "sent",
    "delivering": "sending",
    "placeholder": "open",
    "queued": "scheduled",
    "scheduled": "scheduled",
    "drafted": "open",
    "pending": "open",
    "skipped": "canceled",
    "bounced": "bounced",
    "failed": "failed",
}

ADAPTER: Final = make_adapter(
    SignedSender(
        kind="outreach",
        title="Outreach",
        page="outreach",
        authentication=Authentication(method="HMAC-SHA256 of the body", signs_body=True),
        signature=sign_body("outreach-webhook-signature"),
        fields={
            "activity_id": "data.id && join('-', [data.type, to_string(data.id)])",
            "kind": "data.type",
            "observed_at": "data.attributes.updatedAt || data.attributes.createdAt || meta.deliveredAt",
            "actor": "data.relationships.user.id || data.relationships.owner.id",
            "started_at": "(data.type == 'opportunity' && (data.attributes.updatedAt || meta.deliveredAt)) || (data."
            "attributes.[answeredAt, dialedAt, completedAt, deliveredAt, createdAt][?@] | [0])",
            "duration_from": "data.attributes.answeredAt",
            "duration_until": "data.attributes.completedAt",
            "direction": "data.attributes.direction",
            "outcome": "data.attributes.outcome || data.attributes.state",
            "stage": "data.relationships.stage.id",
            "amount": "data.attributes.amount",
            "currency": "data.attributes.currencyType",
            "deleted": "ends_with(meta.eventName, '.destroyed')",
        },
        kinds=KINDS,
        outcomes=OUTCOMES,
        retry_policy=RetryPolicy(timeout_s=5, attempts_max=4, window_s=3),
        unavailable=None,  # Outreach takes every response for success, also a 503; it retries only a broken connection
    )
)
