"""What HubSpot, Pipedrive, Salesforce, Close and Zoho CRM document."""

from typing import Final

from services.ingest.domain.crm.hubspot import CALL_OUTCOMES as HUBSPOT_DISPOSITIONS
from tests.services.ingest.vocabularies.vocabulary import Vocabulary
from tests.services.ingest.weeks import close, hubspot, pipedrive, salesforce, zoho

OUTCOMES: Final = (
    Vocabulary(
        sender="hubspot",
        document="HubSpot, CRM API, Calls: hs_call_disposition",
        write=lambda value: hubspot.changed(hubspot.CALL, 1, hs_call_disposition=value),
        means=HUBSPOT_DISPOSITIONS,
    ),
    Vocabulary(
        sender="hubspot",
        document="HubSpot, CRM API, Calls: hs_call_status, which is that of the line and not of the call",
        write=lambda value: hubspot.changed(hubspot.CALL, 1, hs_call_status=value),
        means=dict.fromkeys(
            (
                "BUSY",
                "CALLING_CRM_USER",
                "CANCELED",
                "COMPLETED",
                "CONNECTING",
                "FAILED",
                "HOLD",
                "IN_PROGRESS",
                "MISSED",
                "NO_ANSWER",
                "QUEUED",
                "RINGING",
                "UNKNOWN",
            ),
        ),
    ),
    Vocabulary(
        sender="hubspot",
        document="HubSpot, CRM API, Meetings: hs_meeting_outcome",
        write=lambda value: hubspot.changed(hubspot.MEETING, 1, hs_meeting_outcome=value),
        means={
            "SCHEDULED": "scheduled",
            "COMPLETED": "held",
            "RESCHEDULED": "rescheduled",
            "NO_SHOW": "no_show",
            "CANCELED": "canceled",
        },
    ),
    Vocabulary(
        sender="hubspot",
        document="HubSpot, CRM API, Emails: hs_email_status",
        write=lambda value: hubspot.changed(hubspot.MAIL, 1, hs_email_status=value),
        means={"BOUNCED": "bounced", "FAILED": "failed", "SCHEDULED": "scheduled", "SENDING": "sending", "SENT": "sent"},
    ),
    Vocabulary(
        sender="hubspot",
        document="HubSpot, CRM API, Tasks: hs_task_status",
        write=lambda value: hubspot.changed(hubspot.TASK, 1, hs_task_status=value),
        means={
            "NOT_STARTED": "open",
            "IN_PROGRESS": "open",
            "WAITING": "open",
            "DEFERRED": "open",
            "COMPLETED": "completed",
        },
    ),
    Vocabulary(
        sender="pipedrive",
        document="Pipedrive, Activity types: the types of a new account, done",
        write=lambda value: pipedrive.activity(1, value, "Tue 17 09:00", done="Tue 17 09:00"),
        means={
            "call": "connected",
            "meeting": "held",
            "task": "completed",
            "deadline": "completed",
            "email": "sent",
            "lunch": "held",
        },
    ),
    Vocabulary(
        sender="salesforce",
        document="Salesforce, Object Reference, Task: TaskSubtype, closed; a call has the result that it states",
        write=lambda value: salesforce.task("00T1", "Tue 17 09:00", done="Tue 17 09:00", subtype=value),
        means={
            "Task": "completed",
            "Email": "sent",
            "ListEmail": "sent",
            "Cadence": "completed",
            "Call": None,
            "LinkedIn": "completed",
        },
    ),
    Vocabulary(
        sender="close",
        document="Close, API, Calls: disposition",
        write=lambda value: close.call(1, "Tue 17 09:00", value),
        means={
            "answered": "connected",
            "no-answer": "no_answer",
            "vm-answer": "no_answer",
            "vm-left": "left_voicemail",
            "busy": "busy",
            "blocked": "failed",
            "error": "failed",
            "abandoned": "abandoned",
        },
    ),
    Vocabulary(
        sender="close",
        document="Close, API, Meetings: status",
        write=lambda value: close.meeting(1, "Tue 17 09:00", "Mon 16 09:00", value),
        means={
            "upcoming": "scheduled",
            "in-progress": None,
            "completed": "held",
            "canceled": "canceled",
            "declined-by-lead": "canceled",
            "declined-by-org": "canceled",
        },
    ),
    Vocabulary(
        sender="close",
        document="Close, API, Emails: status",
        write=lambda value: close.mail(1, "Tue 17 09:00", value),
        means={"inbox": None, "draft": None, "scheduled": "scheduled", "outbox": None, "sent": "sent", "error": "failed"},
    ),
    Vocabulary(
        sender="zoho",
        document="Zoho CRM, Calls: Call_Result",
        write=lambda value: zoho.edited("Calls", 1, Call_Result=value),
        means={
            "Interested": "connected",
            "Not interested": "connected",
            "No response/Busy": "no_answer",
            "Requested more info": "connected",
            "Requested call back": "connected",
            "Invalid number": "wrong_number",
        },
    ),
    Vocabulary(
        sender="zoho",
        document="Zoho CRM, Calls: Outgoing_Call_Status",
        write=lambda value: zoho.edited("Calls", 1, Outgoing_Call_Status=value),
        means={"Scheduled": "scheduled", "Completed": "connected", "Overdue": "scheduled", "Cancelled": "canceled"},
    ),
    Vocabulary(
        sender="zoho",
        document="Zoho CRM, Tasks: Status",
        write=lambda value: zoho.edited("Tasks", 1, Status=value),
        means={
            "Not Started": "open",
            "Deferred": "open",
            "In Progress": "open",
            "Completed": "completed",
            "Waiting for input": "open",
            "Waiting on someone else": "open",
        },
    ),
    Vocabulary(
        sender="zoho",
        document="Zoho CRM, Meetings: Check_In_Status",
        write=lambda value: zoho.edited("Events", 1, Check_In_Status=value),
        means={"PLANNED": "scheduled", "VISITED": "held"},
    ),
)
