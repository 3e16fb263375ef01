"""Zoho CRM: each notification has the id of a record, and the values that have changed."""

from datetime import datetime
from typing import Final

from tests.services.ingest.senders import SECRET
from tests.services.ingest.weeks.week import Week, Write, at, iso, unix_ms

ANA: Final = "554023000000235011"
BEN: Final = "554023000000235012"
MINE: Final = {"Owner": {"id": ANA, "name": "Ana"}}
HIS: Final = {"Owner": {"id": BEN, "name": "Ben"}}


def notified(module: str, number: int, operation: str, values: dict[str, object] | None = None) -> Write:
    def write(moment: datetime) -> object:
        sent: dict[str, object] = {
            "server_time": unix_ms(moment),
            "query_params": {},
            "module": module,
            "resource_uri": f"https://www.zohoapis.com/crm/v7/{module}",
            "ids": [str(number)],
            "affected_fields": [{str(number): list(values or {})}] if values else [],
            "operation": operation,
            "channel_id": "1000000068001",
            "token": SECRET,
        }
        return sent | ({"affected_values": [{"record_id": str(number), "values": values}]} if values else {})

    return write


def created(module: str, number: int, **values: object) -> Write:
    return notified(module, number, "insert", {**MINE, **values})


def edited(module: str, number: int, **values: object) -> Write:
    return notified(module, number, "update", values)


def call(number: int, when: str, result: str) -> Write:
    return created(
        "Calls",
        number,
        Call_Start_Time=iso(at(when)),
        Call_Type="Outbound",
        Outgoing_Call_Status="Completed",
        Call_Result=result,
        Call_Duration="03:00",
    )


def meeting(number: int, start: str) -> Write:
    return created("Events", number, Start_DateTime=iso(at(start)), Check_In_Status="PLANNED")


WEEK: Final = Week(
    sender="zoho",
    users={"Ana": ANA, "Ben": BEN},
    kinds={"Proposal/Price Quote": "proposal_sent"},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", call(1, "Mon 16 09:00", "Interested")),
        ("Tue 17 09:20", "She corrects the duration.", edited("Calls", 1, Call_Duration="04:00")),
        ("Mon 16 10:00", "She logs a call by mistake ...", call(2, "Mon 16 10:00", "Interested")),
        ("Mon 16 10:05", "... and deletes it.", notified("Calls", 2, "delete")),
        ("Mon 16 10:30", "She calls somebody who does not answer.", call(3, "Mon 16 10:30", "No response/Busy")),
        ("Mon 16 10:40", "A call of which Zoho sends only the id counts for nobody.", notified("Calls", 4, "insert")),
        ("Mon 16 11:00", "She books a meeting for Thursday (A).", meeting(11, "Thu 19 10:00")),
        ("Mon 16 11:05", "She books a meeting for Wednesday (B).", meeting(12, "Wed 18 10:00")),
        ("Mon 16 11:10", "She books a meeting for Thursday (C).", meeting(13, "Thu 19 14:00")),
        ("Tue 17 09:00", "Meeting B is moved to Friday.", edited("Events", 12, Start_DateTime=iso(at("Fri 20 10:00")))),
        ("Thu 19 11:00", "She checks in at meeting A.", edited("Events", 11, Check_In_Status="VISITED")),
        (
            "Fri 20 10:00",
            "She checks in at meeting B; nobody came to meeting C.",
            edited("Events", 12, Check_In_Status="VISITED"),
        ),
        ("Mon 16 15:00", "A task is due on Friday ...", created("Tasks", 31, Status="Not Started", Due_Date="2026-11-20")),
        ("Tue 17 15:00", "... and done early.", edited("Tasks", 31, Status="Completed", Closed_Time=iso(at("Tue 17 15:00")))),
        ("Mon 16 15:05", "A task is due on Tuesday ...", created("Tasks", 32, Status="Not Started", Due_Date="2026-11-17")),
        ("Thu 19 15:00", "... and done late; Zoho sends only the status.", edited("Tasks", 32, Status="Completed")),
        ("Mon 16 15:10", "A task is due on Tuesday ...", created("Tasks", 33, Status="Not Started", Due_Date="2026-11-17")),
        ("Tue 17 15:10", "... done on time ...", edited("Tasks", 33, Status="Completed", Closed_Time=iso(at("Tue 17 15:10")))),
        ("Wed 18 09:00", "... and reopened.", edited("Tasks", 33, Status="In Progress", Closed_Time=None)),
        ("Mon 16 16:00", "Deal 1 begins.", created("Deals", 41, Stage="Qualification", Closing_Date="2026-11-30", Amount=1200)),
        ("Tue 17 16:00", "Ana proposes deal 1.", edited("Deals", 41, Stage="Proposal/Price Quote")),
        ("Wed 18 16:00", "Deal 1 is negotiated.", edited("Deals", 41, Stage="Negotiation/Review")),
        ("Thu 19 16:00", "Deal 1 is won.", edited("Deals", 41, Stage="Closed Won", Closing_Date="2026-11-19")),
        ("Fri 20 16:00", "Deal 1 is reopened.", edited("Deals", 41, Stage="Negotiation/Review")),
        ("Mon 23 16:00", "Deal 1 is lost.", edited("Deals", 41, Stage="Closed Lost")),
        ("Mon 16 16:30", "Deal 2 begins.", created("Deals", 42, Stage="Qualification")),
        ("Tue 17 16:30", "Deal 2 is won.", edited("Deals", 42, Stage="Closed Won")),
        ("Tue 24 09:00", "Ben takes over deal 2.", edited("Deals", 42, **HIS)),
        ("Mon 16 16:40", "Deal 3 begins.", created("Deals", 43, Stage="Qualification")),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", edited("Deals", 43, **HIS)),
        ("Wed 25 09:00", "... and proposes it.", edited("Deals", 43, Stage="Proposal/Price Quote")),
        ("Wed 18 09:00", "Ben begins deal 4.", notified("Deals", 44, "insert", {**HIS, "Stage": "Qualification"})),
        ("Wed 18 12:00", "It becomes Ana's at noon.", edited("Deals", 44, **MINE)),
        ("Fri 20 10:00", "Deal 6 begins ...", created("Deals", 46, Stage="Qualification")),
        ("Mon 23 10:00", "... and is deleted.", notified("Deals", 46, "delete")),
    ],
    not_sent=[
        "What a notification does not contain is not known: a record whose Owner was never sent counts for nobody.",
        "Mails, and missed or cancelled meetings: a meeting was held if somebody checked in at it.",
    ],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19
Ana calls                   2       .       .       .
Ana conversations           1       .       .       .
Ana meetings booked         3       .       .       .
Ana meetings held           .       .       .       1
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
Ana meetings booked         3       .       .       .       .       .       .       .
Ana meetings held           .       .       .       1       1       .       .       .
Ana tasks                   .       1       .       1       .       .       .       .
Ana stage moves             3       .       2       .       .       .       .       .
Ana proposals               .       1       .       .       .       .       .       .
Ana wins                    .       1       .       .       .       .       .       .
Ana losses                  .       .       .       .       .       1       .       .
Ben proposals               .       .       .       .       .       .       .       1
""",
)
