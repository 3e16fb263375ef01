"""Twenty: one record per webhook, as it is after the change."""

from collections.abc import Mapping
from typing import Final

from services.ingest.domain.adapter import Authentication, RetryPolicy
from services.ingest.domain.signed_sender import Signature, SignedSender, make_adapter
from services.ingest.domain.webhook import RawWebhook

KINDS: Final = {"calendarEvent": "meeting", "opportunity": "deal_stage_changed", "message": "email"}
"""Objects whose name is not the name of our kind already, as `call`, `note` and `task` are."""

OUTCOMES: Final = {"DONE": "completed", "IN_PROGRESS": "open", "TODO": "open"}

DEAL_STAGES: Final = {"customer": "deal_won"}
"""Of the stages that Twenty comes with, in lower case. It has none for lost ones."""

_HAS_MOVED: Final = (
    "(ends_with(eventName, '.created') || "
    "(objectMetadata.nameSingular == 'opportunity' && contains(not_null(updatedFields, `[]`), 'stage')) || "
    "(objectMetadata.nameSingular == 'task' && contains(not_null(updatedFields, `[]`), 'status')))"
)
_IS_MOVED: Final = "contains(['opportunity', 'task'], objectMetadata.nameSingular)"
_STARTED_AT: Final = (
    f"({_IS_MOVED} && ({_HAS_MOVED} && (record.updatedAt || eventDate) || `null`)) || "
    f"(!{_IS_MOVED} && (record.startsAt || record.happensAt || record.receivedAt || record.createdAt)) || `null`"
)
"""An opportunity moves when its stage is among the updated fields, and a task is done when its status is. `closeDate` and
`dueAt` are when somebody expects it."""

_OUTCOME: Final = (
    "(objectMetadata.nameSingular == 'calendarEvent' && (record.isCanceled && 'canceled' || 'scheduled')) || record.status"
)


def _timestamp(headers: Mapping[str, str]) -> str:
    return headers.get("x-twenty-webhook-timestamp", "")


def _signature(webhook: RawWebhook) -> Signature:
    signed = _timestamp(webhook.headers).encode("utf-8", "surrogateescape") + b":" + webhook.body
    return Signature(hex_digest=webhook.headers.get("x-twenty-webhook-signature", ""), signed=signed)


ADAPTER: Final = make_adapter(
    SignedSender(
        kind="twenty",
        title="Twenty",
        page="twenty",
        authentication=Authentication(method="HMAC-SHA256 of time and body", signs_body=True, signs_time=True),
        signature=_signature,
        timestamp=_timestamp,
        units_per_s=1_000,
        fields={
            "activity_id": "record.id",
            "account": "workspaceId",
            "kind": "objectMetadata.nameSingular",
            "observed_at": "record.updatedAt || eventDate",
            "actor": "record.ownerId || record.assigneeId || record.createdBy.workspaceMemberId",
            "started_at": _STARTED_AT,
            "booked_at": "objectMetadata.nameSingular == 'calendarEvent' && record.createdAt || `null`",
            "closed_on": "record.closeDate",
            "duration_from": "record.startsAt",
            "duration_until": "record.endsAt",
            "stage": "record.stage",
            "amount_micros": "record.amount.amountMicros",
            "currency": "record.amount.currencyCode",
            "outcome": _OUTCOME,
            "deleted": "ends_with(eventName, '.deleted') || ends_with(eventName, '.destroyed')",
        },
        kinds=KINDS,
        outcomes=OUTCOMES,
        results_by_stage=DEAL_STAGES,
        retry_policy=RetryPolicy(timeout_s=5, attempts_max=1, window_s=0),
    )
)
"""The account of an activity is the workspace."""
