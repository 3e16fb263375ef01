"""What the other senders document."""

from typing import Final

from tests.services.ingest.vocabularies.vocabulary import Means, Vocabulary
from tests.services.ingest.weeks import aircall, attio, calendly, dataverse, espocrm, monday, outreach, salesloft, twenty


def _dataverse(table: str, means: Means) -> Vocabulary:
    return Vocabulary(
        sender="dataverse",
        document=f"Microsoft Dataverse, table reference, {table}: statecode",
        write=lambda value: dataverse.updated(table, 1, state=int(value)),
        means=means,
    )


OUTCOMES: Final = (
    Vocabulary(
        sender="attio",
        document="Attio, REST API, Webhook events: those of notes, tasks and recordings",
        write=lambda value: attio.event(value, note_id="1"),
        means={
            "call-recording.created": "held",
            "note.created": None,
            "note.deleted": None,
            "task.created": "open",
            "task.deleted": None,
        },
    ),
    Vocabulary(
        sender="calendly",
        document="Calendly, API, Webhook subscriptions: events of invitees",
        write=lambda value: calendly.invitee(value, 1, "Tue 17 09:00", "Mon 16 09:00"),
        means={
            "invitee.created": "scheduled",
            "invitee.canceled": "canceled",
            "invitee_no_show.created": "no_show",
            "invitee_no_show.deleted": "scheduled",
        },
    ),
    Vocabulary(
        sender="espocrm",
        document="EspoCRM, metadata/entityDefs/Call.json: status",
        write=lambda value: espocrm.changed("Call", 1, status=value),
        means={"Planned": "scheduled", "Held": "connected", "Not Held": "no_answer"},
    ),
    Vocabulary(
        sender="espocrm",
        document="EspoCRM, metadata/entityDefs/Meeting.json: status",
        write=lambda value: espocrm.changed("Meeting", 1, status=value),
        means={"Planned": "scheduled", "Held": "held", "Not Held": "canceled"},
    ),
    Vocabulary(
        sender="espocrm",
        document="EspoCRM, metadata/entityDefs/Task.json: status",
        write=lambda value: espocrm.changed("Task", 1, status=value),
        means={
            "Not Started": "open",
            "Started": "open",
            "Completed": "completed",
            "Canceled": "canceled",
            "Deferred": "open",
        },
    ),
    Vocabulary(
        sender="espocrm",
        document="EspoCRM, metadata/entityDefs/Email.json: status; an archived one may have been received as well as sent",
        write=lambda value: espocrm.changed("Email", 1, status=value),
        means={"Draft": "open", "Sending": "sending", "Sent": "sent", "Archived": "other", "Failed": "failed"},
    ),
    Vocabulary(
        sender="monday",
        document="monday.com, the labels of a new status column",
        write=lambda value: monday.labelled(monday.TASKS, 1, value),
        means={"Done": "completed", "Working on it": "open", "Stuck": "open"},
    ),
    Vocabulary(
        sender="outreach",
        document="Outreach, API reference, Mailing: state",
        write=lambda value: outreach.event("mailing.updated", 1, {"state": value}),
        means={
            "bounced": "bounced",
            "clicked": "sent",
            "delivered": "sent",
            "delivering": "sending",
            "drafted": "open",
            "failed": "failed",
            "opened": "sent",
            "placeholder": "open",
            "queued": "scheduled",
            "replied": "sent",
            "scheduled": "scheduled",
        },
    ),
    Vocabulary(
        sender="outreach",
        document="Outreach, API reference, Call: outcome",
        write=lambda value: outreach.event("call.updated", 1, {"outcome": value}),
        means={"Answered": "connected", "Not Answered": "no_answer"},
    ),
    Vocabulary(
        sender="outreach",
        document="Outreach, API reference, Task: state",
        write=lambda value: outreach.event("task.updated", 1, {"state": value}),
        means={"pending": "open", "incomplete": "open", "complete": "completed", "skipped": "canceled"},
    ),
    Vocabulary(
        sender="salesloft",
        document="Salesloft, API, Emails: status",
        write=lambda value: salesloft.mail(1, "Tue 17 09:00", value),
        means={
            "sent": "sent",
            "sent_from_gmail": "sent",
            "sent_from_external": "sent",
            "pending": "sending",
            "pending_reply_check": "sending",
            "scheduled": "open",
            "sending": "sending",
            "delivering": "sending",
            "failed": "failed",
            "cancelled": "canceled",
            "pending_through_gmail": "sending",
            "pending_through_external": "sending",
        },
    ),
    Vocabulary(
        sender="salesloft",
        document="Salesloft, API, Tasks: current_state",
        write=lambda value: salesloft.task("task_updated", 1, value),
        means={"scheduled": "open", "completed": "completed"},
    ),
    Vocabulary(
        sender="twenty",
        document="Twenty, task.workspace-entity.ts: status",
        write=lambda value: twenty.task(1, "Tue 17 09:00", value, "status"),
        means={"TODO": "open", "IN_PROGRESS": "open", "DONE": "completed"},
    ),
    Vocabulary(
        sender="aircall",
        document="Aircall, API references, Call: missed_call_reason",
        write=lambda value: aircall.ended(1, direction="inbound", missed=value),
        means={
            "out_of_opening_hours": "no_answer",
            "short_abandoned": "abandoned",
            "abandoned_in_ivr": "abandoned",
            "abandoned_in_classic": "abandoned",
            "no_available_agent": "no_answer",
            "agents_did_not_answer": "no_answer",
        },
    ),
    _dataverse("phonecall", {"0": "open", "1": "connected", "2": "canceled"}),
    _dataverse("appointment", {"0": "scheduled", "1": "held", "2": "canceled", "3": "scheduled"}),
    _dataverse("email", {"0": "open", "1": "sent", "2": "canceled"}),
    _dataverse("task", {"0": "open", "1": "completed", "2": "canceled"}),
)
