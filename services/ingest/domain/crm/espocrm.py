"""EspoCRM: the whole record on creation, and on an update only the fields that changed, without a time."""

import base64
import binascii
from typing import Final

from services.ingest.domain.adapter import Authentication, RetryPolicy
from services.ingest.domain.field_map import CALL_OUTCOMES
from services.ingest.domain.signed_sender import Signature, SignedSender, make_adapter
from services.ingest.domain.webhook import RawWebhook

_ENTITIES: Final = {
    "Call": "call",
    "Meeting": "meeting",
    "Email": "email",
    "Task": "task",
    "Opportunity": "deal_stage_changed",
}
KINDS: Final = {f"{entity}.{event}": kind for entity, kind in _ENTITIES.items() for event in ("create", "update", "delete")}
OUTCOMES: Final = {
    "Held": "held",
    "Not Held": "canceled",
    "Planned": "scheduled",
    "Completed": "completed",
    "Started": "open",
    "Not Started": "open",
    "Canceled": "canceled",
    "Deferred": "open",
    "Draft": "open",
    "Sending": "sending",
    "Sent": "sent",
    "Failed": "failed",
}
_CALL_OUTCOMES: Final = {**CALL_OUTCOMES, "canceled": "no_answer"}
"""EspoCRM has no separate status for a call that nobody answered: such a call is `Not Held`, too."""


DEAL_STAGES: Final = {"closed won": "deal_won", "closed lost": "deal_lost"}
"""Those of the stages that EspoCRM comes with, in lower case."""


def _signature(webhook: RawWebhook) -> Signature:
    """The header is base64 of `webhook id:hex digest`."""
    try:
        decoded = base64.b64decode(webhook.headers.get("signature", ""), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        decoded = ""
    return Signature(hex_digest=decoded.rpartition(":")[2], signed=webhook.body)


ADAPTER: Final = make_adapter(
    SignedSender(
        kind="espocrm",
        title="EspoCRM",
        page="espocrm",
        authentication=Authentication(method="HMAC-SHA256 of the body", signs_body=True),
        signature=_signature,
        event_in="query:event",
        fields={
            "activity_id": "id",
            "kind": "_.event",
            "observed_at": "modifiedAt || createdAt",
            "actor": "assignedUserId",
            "started_at": "dateCompleted || dateSent || dateStartDate || dateStart || "
            "(stage && (modifiedAt || _.received_at)) || createdAt",
            "booked_at": "(contains(['Meeting.create', 'Meeting.update'], _.event) && createdAt) || `null`",
            "closed_on": "closeDate",
            "duration_s": "duration",
            "duration_from": "dateStart",
            "duration_until": "dateEnd",
            "direction": "direction",
            "outcome": "status",
            "stage": "stage",
            "amount": "amount",
            "currency": "amountCurrency",
            "deleted": "ends_with(_.event, '.delete')",
        },
        kinds=KINDS,
        outcomes=OUTCOMES,
        call_outcomes=_CALL_OUTCOMES,
        results_by_stage=DEAL_STAGES,
        retry_policy=RetryPolicy(timeout_s=10, attempts_max=4, window_s=30 * 60),
    )
)
