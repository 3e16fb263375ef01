"""Attio: ids of what changed and who changed it, without any fields and without a time."""

from typing import Final

from services.ingest.domain.adapter import Authentication, RetryPolicy
from services.ingest.domain.signed_sender import Signature, SignedSender, make_adapter
from services.ingest.domain.webhook import RawWebhook

KINDS: Final = {
    "call-recording.created": "meeting",
    "note.created": "note",
    "note.deleted": "note",
    "task.created": "task",
    "task.deleted": "task",
}
OUTCOMES: Final = {"call-recording.created": "held", "task.created": "open"}
"""A task that is created is not done."""


def _signature(webhook: RawWebhook) -> Signature:
    hex_digest = webhook.headers.get("attio-signature") or webhook.headers.get("x-attio-signature") or ""
    return Signature(hex_digest=hex_digest, signed=webhook.body)


ADAPTER: Final = make_adapter(
    SignedSender(
        kind="attio",
        title="Attio",
        page="attio",
        authentication=Authentication(method="HMAC-SHA256 of the body", signs_body=True),
        signature=_signature,
        fields={
            "items": "events",
            "activity_id": "id.meeting_id || id.call_recording_id || id.task_id || id.note_id || id.record_id || id.entry_id",
            "account": "id.workspace_id",
            "kind": "event_type",
            "actor": "actor.id",
            "started_at": "_.received_at",
            "outcome": "(contains(['call-recording.created', 'task.created'], event_type) && event_type) || `null`",
            "deleted": "ends_with(event_type, '.deleted')",
        },
        kinds=KINDS,
        outcomes=OUTCOMES,
        retry_policy=RetryPolicy(timeout_s=5, attempts_max=10, window_s=72 * 3_600),
    )
)
"""The account of an activity is the workspace."""
