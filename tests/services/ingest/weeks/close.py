"""Close: each event has the whole record, and the names of the fields that have changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso

ANA: Final = "user_ana"
BEN: Final = "user_ben"


def event(object_type: str, number: int, action: str, record: Mapping[str, object] | None, *changed: str) -> Write:
    def write(moment: datetime) -> object:
        sent = {
            "id": f"ev_{object_type}_{number}_{iso(moment)}",
            "object_type": object_type,
            "object_id": f"{object_type}_{number}",
            "action": action,
            "organization_id": "orga_1",
            "date_created": f"{moment:%Y-%m-%dT%H:%M:%S.000000}",
            "date_updated": f"{moment:%Y-%m-%dT%H:%M:%S.000000}",
            "changed_fields": list(changed),
            "data": record,
        }
        return {"event": sent, "subscription_id": "whsub_1"}

    return write


def call(number: int, when: str, disposition: str, *, seconds: int = 180, action: str = "created") -> Write:
    record = {
        "user_id": ANA,
        "activity_at": iso(at(when)),
        "date_created": iso(at(when)),
        "direction": "outbound",
        "status": "completed",
        "disposition": disposition,
        "duration": seconds,
    }
    return event("activity.call", number, action, record)


def meeting(number: int, start: str, booked: str, status: str, *, outcome: str | None = None) -> Write:
    record = {
        "user_id": ANA,
        "starts_at": iso(at(start)),
        "date_created": iso(at(booked)),
        "activity_at": iso(at(start)),
        "status": status,
        "outcome_id": outcome,
        "duration": 2_700,
    }
    return event("activity.meeting", number, "updated", record, "status")


def mail(number: int, written: str, status: str, *, sent: str = "", direction: str = "outgoing", opens: int = 0) -> Write:
    record = {
        "user_id": ANA,
        "date_created": iso(at(written)),
        "date_sent": iso(at(sent)) if sent else None,
        "status": status,
        "direction": direction,
        "opens_summary": f"{opens} opens",
    }
    return event("activity.email", number, "updated", record, "status")


def task_done(number: int) -> Write:
    def write(moment: datetime) -> object:
        record = {"user_id": ANA, "date_created": iso(moment), "activity_at": iso(moment), "task_id": f"task_{number}"}
        return event("activity.task_completed", number, "created", record)(moment)

    return write


def deal(
    number: int, label: str, *, state: str = "active", won: str | None = None, owner: str = ANA, changed: str = "status_id"
) -> Write:
    record = {
        "user_id": owner,
        "status_label": label,
        "status_type": state,
        "status_id": f"stat_{label}",
        "date_won": won,
        "value": 120_000,
        "value_currency": "EUR",
    }
    return event("opportunity", number, "updated", record, changed)


WEEK: Final = Week(
    sender="close",
    users={"Ana": ANA, "Ben": BEN},
    kinds={"Proposal": "proposal_sent"},
    outcomes={"outcome_no_show": "no_show"},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", call(1, "Mon 16 09:00", "answered")),
        ("Tue 17 09:20", "She corrects the duration.", call(1, "Mon 16 09:00", "answered", seconds=240, action="updated")),
        ("Mon 16 10:00", "She logs a call by mistake ...", call(2, "Mon 16 10:00", "answered")),
        ("Mon 16 10:05", "... and deletes it.", event("activity.call", 2, "deleted", None)),
        ("Mon 16 10:30", "She calls somebody who does not answer.", call(3, "Mon 16 10:30", "no-answer")),
        ("Mon 16 11:00", "She books a meeting for Thursday (A).", meeting(11, "Thu 19 10:00", "Mon 16 11:00", "upcoming")),
        ("Mon 16 11:05", "She books one for Wednesday (B).", meeting(12, "Wed 18 10:00", "Mon 16 11:05", "upcoming")),
        ("Mon 16 11:10", "She books one for Thursday (C).", meeting(13, "Thu 19 14:00", "Mon 16 11:10", "upcoming")),
        ("Mon 16 11:15", "She books one for Friday (D).", meeting(14, "Fri 20 14:00", "Mon 16 11:15", "upcoming")),
        ("Mon 16 11:20", "She books one for Friday (E).", meeting(15, "Fri 20 15:00", "Mon 16 11:20", "upcoming")),
        ("Tue 17 09:00", "Meeting B is moved to Friday.", meeting(12, "Fri 20 10:00", "Mon 16 11:05", "upcoming")),
        ("Wed 18 15:00", "Meeting D is cancelled.", meeting(14, "Fri 20 14:00", "Mon 16 11:15", "canceled")),
        ("Wed 18 15:05", "The customer declines E.", meeting(15, "Fri 20 15:00", "Mon 16 11:20", "declined-by-lead")),
        ("Thu 19 10:01", "Meeting A has begun ...", meeting(11, "Thu 19 10:00", "Mon 16 11:00", "in-progress")),
        ("Thu 19 11:00", "... and been held.", meeting(11, "Thu 19 10:00", "Mon 16 11:00", "completed")),
        ("Thu 19 14:45", "Close takes C for held ...", meeting(13, "Thu 19 14:00", "Mon 16 11:10", "completed")),
        (
            "Thu 19 15:30",
            "... but nobody came, as Ana notes.",
            meeting(13, "Thu 19 14:00", "Mon 16 11:10", "completed", outcome="outcome_no_show"),
        ),
        ("Fri 20 11:00", "Meeting B has been held.", meeting(12, "Fri 20 10:00", "Mon 16 11:05", "completed")),
        ("Mon 16 14:00", "Ana sends a mail.", mail(21, "Mon 16 14:00", "sent", sent="Mon 16 14:00")),
        ("Tue 17 08:00", "The customer opens it ...", mail(21, "Mon 16 14:00", "sent", sent="Mon 16 14:00", opens=1)),
        ("Wed 18 08:00", "... and replies.", mail(22, "Wed 18 08:00", "inbox", direction="incoming")),
        ("Mon 16 17:00", "Ana writes a draft ...", mail(23, "Mon 16 17:00", "draft")),
        ("Tue 17 08:30", "... and sends it the next day.", mail(23, "Mon 16 17:00", "sent", sent="Tue 17 08:30")),
        ("Tue 17 15:00", "A task that is due on Friday is done early.", task_done(31)),
        ("Thu 19 15:00", "A task that was due on Tuesday is done late.", task_done(32)),
        ("Mon 16 16:00", "Deal 1 begins.", deal(41, "Qualified")),
        ("Tue 17 16:00", "Ana proposes deal 1.", deal(41, "Proposal")),
        ("Wed 18 16:00", "The contract of deal 1 is out.", deal(41, "Contract")),
        ("Thu 19 16:00", "Deal 1 is won.", deal(41, "Won", state="won", won="2026-11-19")),
        ("Fri 20 16:00", "Deal 1 is reopened.", deal(41, "Contract")),
        ("Mon 23 16:00", "Deal 1 is lost.", deal(41, "Lost", state="lost")),
        ("Mon 16 16:30", "Deal 2 begins.", deal(42, "Qualified")),
        ("Tue 17 16:30", "Deal 2 is won.", deal(42, "Won", state="won", won="2026-11-17")),
        (
            "Tue 24 09:00",
            "Ben takes over deal 2.",
            deal(42, "Won", state="won", won="2026-11-17", owner=BEN, changed="user_id"),
        ),
        ("Mon 16 16:40", "Deal 3 begins.", deal(43, "Qualified")),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", deal(43, "Qualified", owner=BEN, changed="user_id")),
        ("Wed 25 09:00", "... and proposes it.", deal(43, "Proposal", owner=BEN)),
        ("Wed 18 09:00", "Ben begins deal 4.", deal(44, "Qualified", owner=BEN)),
        ("Wed 18 12:00", "It becomes Ana's at noon.", deal(44, "Qualified", changed="user_id")),
        ("Fri 20 10:00", "Deal 6 begins ...", deal(46, "Qualified")),
        ("Mon 23 10:00", "... and is deleted.", event("opportunity", 46, "deleted", None)),
    ],
    not_sent=[
        "A task that is opened again stays done, unless Close deletes its completion.",
        "Close takes every meeting for held once its time is over: a missed one counts until somebody sets an outcome for it.",
    ],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19
Ana calls                   2       .       .       .
Ana conversations           1       .       .       .
Ana meetings booked         5       .       .       .
Ana meetings held           .       .       .       1
Ana mails                   1       1       .       .
Ana tasks                   .       1       .       1
Ana stage moves             3       .       2       .
Ana proposals               .       1       .       .
Ana wins                    .       1       .       1
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23  Tue 24  Wed 25
Ana calls                   2       .       .       .       .       .       .       .
Ana conversations           1       .       .       .       .       .       .       .
Ana meetings booked         5       .       .       .       .       .       .       .
Ana meetings held           .       .       .       1       1       .       .       .
Ana mails                   1       1       .       .       .       .       .       .
Ana tasks                   .       1       .       1       .       .       .       .
Ana stage moves             3       .       2       .       .       .       .       .
Ana proposals               .       1       .       .       .       .       .       .
Ana wins                    .       1       .       .       .       .       .       .
Ana losses                  .       .       .       .       .       1       .       .
Ben proposals               .       .       .       .       .       .       .       1
""",
)
