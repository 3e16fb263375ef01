"""HubSpot: each webhook has the new values of a few properties, and the creation after them, as HubSpot sends it."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso, unix_ms

ANA: Final = "7001"
BEN: Final = "7002"
CALL, MEETING, MAIL, TASK, NOTE, DEAL = "0-48", "0-47", "0-49", "0-27", "0-46", "0-3"
REACHED: Final = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
NO_ANSWER: Final = "73a0d17f-1163-4015-bdd5-ec830791da20"


def event(object_type: str, number: int, change: str, moment: datetime, **more: object) -> dict[str, object]:
    return {
        "eventId": 1,
        "subscriptionId": 900,
        "portalId": 62515,
        "occurredAt": unix_ms(moment),
        "subscriptionType": f"object.{change}",
        "attemptNumber": 0,
        "objectId": number,
        "objectTypeId": object_type,
        **more,
    }


def changed(object_type: str, number: int, *, is_new: bool = False, **properties: str) -> Write:
    def write(moment: datetime) -> object:
        events = [
            event(object_type, number, "propertyChange", moment, propertyName=name, propertyValue=value)
            for name, value in properties.items()
        ]
        return [*events, *([event(object_type, number, "creation", moment)] if is_new else [])]

    return write


def happened(object_type: str, number: int, change: str, **more: object) -> Write:
    return lambda moment: [event(object_type, number, change, moment, **more)]


def call(number: int, when: str, disposition: str, *, owner: str = ANA, duration_ms: str = "180000") -> Write:
    return changed(
        CALL,
        number,
        is_new=True,
        hubspot_owner_id=owner,
        hs_timestamp=iso(at(when)),
        hs_call_duration=duration_ms,
        hs_call_disposition=disposition,
        hs_call_direction="OUTBOUND",
    )


def meeting(number: int, start: str) -> Write:
    return changed(
        MEETING, number, is_new=True, hubspot_owner_id=ANA, hs_meeting_start_time=iso(at(start)), hs_meeting_outcome="SCHEDULED"
    )


def task(number: int, due: str) -> Write:
    return changed(TASK, number, is_new=True, hubspot_owner_id=ANA, hs_timestamp=iso(at(due)), hs_task_status="NOT_STARTED")


def deal(number: int, stage: str, *, owner: str = ANA, close: str = "2026-11-30T00:00:00Z") -> Write:
    """HubSpot fills in the end of the month as the date of closing."""
    return changed(DEAL, number, is_new=True, hubspot_owner_id=owner, dealstage=stage, amount="1200", closedate=close)


WEEK: Final = Week(
    sender="hubspot",
    users={"Ana": ANA, "Ben": BEN},
    kinds={"presentationscheduled": "proposal_sent"},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", call(1, "Mon 16 09:00", REACHED)),
        ("Mon 16 09:20", "She corrects the duration of that call.", changed(CALL, 1, hs_call_duration="240000")),
        ("Mon 16 10:00", "She logs a call by mistake ...", call(2, "Mon 16 09:50", REACHED)),
        ("Mon 16 10:05", "... and deletes it.", happened(CALL, 2, "deletion")),
        ("Mon 16 10:30", "She calls somebody who does not answer.", call(3, "Mon 16 10:30", NO_ANSWER)),
        ("Tue 17 08:30", "She logs a call of yesterday evening.", call(4, "Mon 16 18:00", REACHED)),
        ("Mon 16 11:00", "She books a meeting for Thursday (A).", meeting(11, "Thu 19 10:00")),
        ("Mon 16 11:05", "She books a meeting for Wednesday (B).", meeting(12, "Wed 18 10:00")),
        ("Mon 16 11:10", "She books a meeting for Thursday (C).", meeting(13, "Thu 19 14:00")),
        ("Mon 16 11:15", "She books a meeting for Friday (D).", meeting(14, "Fri 20 14:00")),
        ("Tue 17 09:00", "Meeting B is moved to Friday.", changed(MEETING, 12, hs_meeting_start_time=iso(at("Fri 20 10:00")))),
        ("Wed 18 15:00", "Meeting D is cancelled.", changed(MEETING, 14, hs_meeting_outcome="CANCELED")),
        ("Thu 19 11:00", "Meeting A has been held.", changed(MEETING, 11, hs_meeting_outcome="COMPLETED")),
        ("Thu 19 14:30", "Nobody came to meeting C.", changed(MEETING, 13, hs_meeting_outcome="NO_SHOW")),
        ("Mon 23 08:30", "Meeting B was held on Friday.", changed(MEETING, 12, hs_meeting_outcome="COMPLETED")),
        (
            "Mon 16 14:00",
            "Ana sends a mail.",
            changed(
                MAIL,
                21,
                is_new=True,
                hubspot_owner_id=ANA,
                hs_timestamp=iso(at("Mon 16 14:00")),
                hs_email_direction="EMAIL",
                hs_email_status="SENT",
            ),
        ),
        (
            "Tue 17 08:00",
            "The customer replies.",
            changed(
                MAIL,
                22,
                is_new=True,
                hubspot_owner_id=ANA,
                hs_timestamp=iso(at("Tue 17 08:00")),
                hs_email_direction="INCOMING_EMAIL",
                hs_email_status="SENT",
            ),
        ),
        ("Mon 16 15:00", "A task is due on Friday ...", task(31, "Fri 20 09:00")),
        ("Tue 17 15:00", "... and done early.", changed(TASK, 31, hs_task_status="COMPLETED")),
        ("Mon 16 15:05", "A task is due on Tuesday ...", task(32, "Tue 17 09:00")),
        ("Thu 19 15:00", "... and done late.", changed(TASK, 32, hs_task_status="COMPLETED")),
        ("Mon 16 15:10", "A task is due on Tuesday ...", task(33, "Tue 17 09:00")),
        ("Tue 17 15:10", "... done on time ...", changed(TASK, 33, hs_task_status="COMPLETED")),
        ("Wed 18 09:00", "... and reopened.", changed(TASK, 33, hs_task_status="IN_PROGRESS")),
        ("Mon 16 16:00", "Deal 1 begins.", deal(41, "appointmentscheduled")),
        ("Tue 17 16:00", "Ana proposes deal 1.", changed(DEAL, 41, dealstage="presentationscheduled")),
        ("Wed 18 16:00", "The contract of deal 1 is out.", changed(DEAL, 41, dealstage="contractsent")),
        (
            "Thu 19 16:00",
            "Deal 1 is won; HubSpot sets the date of closing.",
            changed(DEAL, 41, dealstage="closedwon", closedate=iso(at("Thu 19 16:00"))),
        ),
        ("Fri 20 16:00", "Deal 1 is reopened.", changed(DEAL, 41, dealstage="contractsent")),
        (
            "Mon 23 16:00",
            "Deal 1 is lost.",
            changed(DEAL, 41, dealstage="closedlost", closedate=iso(at("Mon 23 16:00"))),
        ),
        ("Mon 16 16:30", "Deal 2 begins.", deal(42, "appointmentscheduled")),
        (
            "Tue 17 16:30",
            "Deal 2 is won.",
            changed(DEAL, 42, dealstage="closedwon", closedate=iso(at("Tue 17 16:30")), amount="1500"),
        ),
        ("Tue 24 09:00", "Ben takes over deal 2.", changed(DEAL, 42, hubspot_owner_id=BEN)),
        ("Mon 16 16:40", "Deal 3 begins.", deal(43, "appointmentscheduled")),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", changed(DEAL, 43, hubspot_owner_id=BEN)),
        ("Wed 25 09:00", "... and proposes it.", changed(DEAL, 43, dealstage="presentationscheduled")),
        ("Wed 18 09:00", "Ben begins deal 4.", deal(44, "appointmentscheduled", owner=BEN)),
        ("Wed 18 12:00", "It becomes Ana's at noon.", changed(DEAL, 44, hubspot_owner_id=ANA)),
        ("Thu 19 09:00", "Deal 5 begins ...", deal(45, "appointmentscheduled")),
        (
            "Fri 20 09:00",
            "... it was deal 4, and is merged into that.",
            happened(DEAL, 44, "merge", primaryObjectId=44, mergedObjectIds=[45]),
        ),
        ("Fri 20 10:00", "Deal 6 begins ...", deal(46, "appointmentscheduled")),
        ("Mon 23 10:00", "... is deleted ...", happened(DEAL, 46, "deletion")),
        ("Tue 24 10:00", "... and restored.", happened(DEAL, 46, "restore")),
    ],
    behaviours={
        "mails": {"kinds": frozenset({"email"}), "outcomes": frozenset({"sent"}), "directions": frozenset({"outbound"})}
    },
    not_sent=["That a mail was opened."],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20
Ana calls                   3       .       .       .       .
Ana conversations           2       .       .       .       .
Ana meetings booked         4       .       .       .       .
Ana meetings held           .       .       .       1       .
Ana mails                   1       .       .       .       .
Ana tasks                   .       1       .       1       .
Ana stage moves             3       .       2       1       .
Ana proposals               .       1       .       .       .
Ana wins                    .       1       .       1       .
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23  Tue 24  Wed 25
Ana calls                   3       .       .       .       .       .       .       .
Ana conversations           2       .       .       .       .       .       .       .
Ana meetings booked         4       .       .       .       .       .       .       .
Ana meetings held           .       .       .       1       1       .       .       .
Ana mails                   1       .       .       .       .       .       .       .
Ana tasks                   .       1       .       1       .       .       .       .
Ana stage moves             3       .       2       .       1       .       .       .
Ana proposals               .       1       .       .       .       .       .       .
Ana wins                    .       1       .       .       .       .       .       .
Ana losses                  .       .       .       .       .       1       .       .
Ben proposals               .       .       .       .       .       .       .       1
""",
)
