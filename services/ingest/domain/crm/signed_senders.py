"""Senders that sign with HMAC and differ only in data: a row each of where the signature is, what it covers, what is where.

A source's own `kinds`, `outcomes` and `fields` go before what its row says.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Final

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.signed_sender import Sender, Signature, adapter_of
from services.ingest.domain.webhook import RawWebhook


def _of_body(header: str) -> Callable[[RawWebhook], Signature]:
    return lambda webhook: Signature(hex=webhook.headers.get(header, ""), signed=webhook.body)


def _attio(webhook: RawWebhook) -> Signature:
    header = webhook.headers.get("attio-signature") or webhook.headers.get("x-attio-signature") or ""
    return Signature(hex=header, signed=webhook.body)


def _calendly_parts(headers: Mapping[str, str]) -> dict[str, str]:
    pairs = [one.strip().partition("=") for one in headers.get("calendly-webhook-signature", "").split(",")]
    return {name: value for name, _, value in pairs}


def _calendly(webhook: RawWebhook) -> Signature:
    parts = _calendly_parts(webhook.headers)
    return Signature(hex=parts.get("v1", ""), signed=_bytes(parts.get("t", "")) + b"." + webhook.body)


def _twenty(webhook: RawWebhook) -> Signature:
    timestamp = webhook.headers.get("x-twenty-webhook-timestamp", "")
    given = webhook.headers.get("x-twenty-webhook-signature", "")
    return Signature(hex=given, signed=_bytes(timestamp) + b":" + webhook.body)


def _espocrm(webhook: RawWebhook) -> Signature:
    """The header is base64 of `webhook id:hex digest`."""
    try:
        given = base64.b64decode(webhook.headers.get("signature", ""), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        given = ""
    return Signature(hex=given.rpartition(":")[2], signed=webhook.body)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


SENDERS: Final = (
    Sender(
        kind="attio",
        signature=_attio,
        fields={
            "items": "events",
            "activity_id": "id.call_recording_id || id.task_id || id.note_id || id.meeting_id || id.record_id || id.entry_id",
            "account": "id.workspace_id",
            "kind": "event_type",
            "actor": "actor.id",
            "started_at": "_.received_at",
            "deleted": "ends_with(event_type, '.deleted')",
        },
        kinds={
            "call-recording.created": "call",
            "note.created": "note",
            "note.deleted": "note",
            "task.created": "task",
            "task.deleted": "task",
        },
        retry_policy=RetryPolicy(timeout_s=5, attempts_max=10, window_s=72 * 3_600),
    ),
    Sender(
        kind="calendly",
        signature=_calendly,
        timestamp=lambda headers: _calendly_parts(headers).get("t", ""),
        fields={
            "activity_id": "payload.uri || payload.invitee",
            "kind": "event",
            "observed_at": "created_at || payload.updated_at || payload.created_at",
            "actor": "payload.scheduled_event.event_memberships[0].user",
            "started_at": "payload.scheduled_event.start_time",
            "duration_from": "payload.scheduled_event.start_time",
            "duration_until": "payload.scheduled_event.end_time",
            "outcome": "event",
        },
        kinds={
            "invitee.created": "meeting",
            "invitee.canceled": "meeting",
            "invitee_no_show.created": "meeting",
            "invitee_no_show.deleted": "meeting",
        },
        outcomes={
            "invitee.created": "scheduled",
            "invitee.canceled": "canceled",
            "invitee_no_show.created": "no_show",
            "invitee_no_show.deleted": "scheduled",
        },
        retry_policy=RetryPolicy(timeout_s=15, window_s=24 * 3_600),
    ),
    Sender(
        kind="twenty",
        signature=_twenty,
        timestamp=lambda headers: headers.get("x-twenty-webhook-timestamp", ""),
        per_second=1_000,
        fields={
            "activity_id": "record.id",
            "account": "workspaceId",
            "kind": "objectMetadata.nameSingular",
            "observed_at": "record.updatedAt || eventDate",
            "actor": "record.ownerId || record.assigneeId || record.createdBy.workspaceMemberId",
            "started_at": "record.startsAt || record.happensAt || record.closeDate || record.createdAt",
            "duration_from": "record.startsAt",
            "duration_until": "record.endsAt",
            "stage": "record.stage",
            "amount_micros": "record.amount.amountMicros",
            "currency": "record.amount.currencyCode",
            "outcome": "record.status",
            "deleted": "ends_with(eventName, '.deleted') || ends_with(eventName, '.destroyed')",
        },
        kinds={"calendarEvent": "meeting", "opportunity": "deal_stage_changed", "message": "email"},
        outcomes={"DONE": "completed", "IN_PROGRESS": "open", "TODO": "open"},
        retry_policy=RetryPolicy(timeout_s=5, attempts_max=1, window_s=0),
    ),
    Sender(
        kind="espocrm",
        signature=_espocrm,
        event_in="query:event",
        fields={
            "activity_id": "id",
            "kind": "_.event",
            "observed_at": "modifiedAt || createdAt",
            "actor": "assignedUserId",
            "started_at": "dateStart || (stage && (modifiedAt || _.received_at)) || createdAt",
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
        kinds={
            f"{entity}.{event}": kind
            for entity, kind in (
                ("Call", "call"),
                ("Meeting", "meeting"),
                ("Email", "email"),
                ("Task", "task"),
                ("Opportunity", "deal_stage_changed"),
            )
            for event in ("create", "update", "delete")
        },
        outcomes={
            "Held": "held",
            "Not Held": "no_show",
            "Planned": "scheduled",
            "Completed": "completed",
            "Started": "open",
            "Not Started": "open",
            "Canceled": "canceled",
            "Sent": "sent",
        },
        retry_policy=RetryPolicy(timeout_s=10, attempts_max=4, window_s=30 * 60),
    ),
    Sender(
        kind="salesloft",
        signature=_of_body("x-salesloft-signature"),
        digest="sha1",
        event_in="header:x-salesloft-event",
        fields={
            "activity_id": "id && join('-', [(starts_with(_.event, 'call_') && 'call') || (starts_with(_.event, 'email_') && "
            "'email') || (starts_with(_.event, 'meeting_') && 'meeting') || 'task', to_string(id)])",
            "kind": "_.event",
            "observed_at": "updated_at",
            "actor": "user.id",
            "started_at": "start_time || completed_at || due_at || created_at",
            "duration_s": "duration",
            "duration_from": "start_time",
            "duration_until": "end_time",
            "outcome": "disposition || current_state || status",
            "deleted": "ends_with(_.event, '_deleted')",
        },
        kinds={
            f"{entity}_{event}": kind
            for entity, kind in (("task", "task"), ("call", "call"), ("email", "email"), ("meeting", "meeting"))
            for event in ("created", "updated", "completed", "booked", "deleted")
        },
        outcomes={
            "scheduled": "open",
            "booked": "scheduled",
            "completed": "completed",
            "Connected": "connected",
            "No Answer": "no_answer",
            "Busy": "busy",
            "Left Voicemail": "left_voicemail",
            "Wrong Number": "wrong_number",
            "sent": "sent",
            "bounced": "bounced",
        },
        retry_policy=RetryPolicy(attempts_max=4, window_s=45),
    ),
    Sender(
        kind="outreach",
        signature=_of_body("outreach-webhook-signature"),
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
        kinds={"call": "call", "mailing": "email", "task": "task", "opportunity": "deal_stage_changed"},
        outcomes={
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
            "bounced": "bounced",
            "failed": "failed",
        },
        retry_policy=RetryPolicy(timeout_s=5, attempts_max=4, window_s=3),
        unavailable=None,  # every answer, 503 too, counts as delivered; only a broken connection is tried again
    ),
)


ADAPTERS: Final = tuple(adapter_of(sender) for sender in SENDERS)
