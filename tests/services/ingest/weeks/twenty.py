"""Twenty: each webhook has the whole record, and on an update the names of the fields that have changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso

ANA: Final = "wm-ana"
BEN: Final = "wm-ben"


def event(name: str, number: int, action: str, created: str, record: Mapping[str, object], *updated: str) -> Write:
    def write(moment: datetime) -> object:
        return {
            "eventName": f"{name}.{action}",
            "objectMetadata": {"id": name, "nameSingular": name},
            "workspaceId": "ws",
            "webhookId": "wh",
            "eventDate": iso(moment),
            "record": {
                "id": f"{name}-{number}",
                "createdAt": iso(at(created)),
                "updatedAt": iso(moment),
                "createdBy": {"workspaceMemberId": ANA},
                **record,
            },
            **({"updatedFields": list(updated)} if updated else {}),
        }

    return write


def call(number: int, when: str, status: str, *, action: str = "created", minutes: int = 3) -> Write:
    """Calls are an object of the workspace's own."""
    end = at(when).replace(minute=at(when).minute + minutes)
    record = {"ownerId": ANA, "startsAt": iso(at(when)), "endsAt": iso(end), "status": status}
    return event("call", number, action, when, record, *(["endsAt"] if action == "updated" else []))


def meeting(number: int, start: str, booked: str, *, is_canceled: bool = False, action: str = "created") -> Write:
    end = at(start).replace(minute=45)
    record = {"startsAt": iso(at(start)), "endsAt": iso(end), "isCanceled": is_canceled}
    return event("calendarEvent", number, action, booked, record, *(["startsAt", "isCanceled"] if action == "updated" else []))


def task(number: int, created: str, status: str, *updated: str) -> Write:
    record = {"assigneeId": ANA, "status": status, "dueAt": iso(at("Wed 18 09:00")), "title": "Call back"}
    return event("task", number, "updated" if updated else "created", created, record, *updated)


def deal(
    number: int, created: str, stage: str, *updated: str, owner: str = ANA, close: str = "2026-12-31", action: str = ""
) -> Write:
    record = {
        "ownerId": owner,
        "stage": stage,
        "closeDate": f"{close}T00:00:00.000Z",
        "amount": {"amountMicros": 1_200_000_000, "currencyCode": "EUR"},
    }
    return event("opportunity", number, action or ("updated" if updated else "created"), created, record, *updated)


WEEK: Final = Week(
    sender="twenty",
    users={"Ana": ANA, "Ben": BEN},
    kinds={"PROPOSAL": "proposal_sent", "LOST": "deal_lost"},
    outcomes={"CONNECTED": "connected", "NO_ANSWER": "no_answer"},
    behaviours={"meetings held": {"kinds": frozenset({"meeting"}), "outcomes": frozenset({"scheduled"})}},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", call(1, "Mon 16 09:00", "CONNECTED")),
        ("Tue 17 09:20", "She corrects the duration.", call(1, "Mon 16 09:00", "CONNECTED", action="updated", minutes=4)),
        ("Mon 16 10:00", "She logs a call by mistake ...", call(2, "Mon 16 10:00", "CONNECTED")),
        ("Mon 16 10:05", "... and deletes it.", call(2, "Mon 16 10:00", "CONNECTED", action="deleted")),
        ("Mon 16 10:30", "She calls somebody who does not answer.", call(3, "Mon 16 10:30", "NO_ANSWER")),
        ("Mon 16 11:00", "She books a meeting for Thursday (A).", meeting(11, "Thu 19 10:00", "Mon 16 11:00")),
        ("Mon 16 11:05", "She books a meeting for Wednesday (B).", meeting(12, "Wed 18 10:00", "Mon 16 11:05")),
        ("Mon 16 11:15", "She books a meeting for Friday (D).", meeting(14, "Fri 20 14:00", "Mon 16 11:15")),
        ("Tue 17 09:00", "Meeting B is moved to Friday.", meeting(12, "Fri 20 10:00", "Mon 16 11:05", action="updated")),
        (
            "Wed 18 15:00",
            "Meeting D is cancelled.",
            meeting(14, "Fri 20 14:00", "Mon 16 11:15", is_canceled=True, action="updated"),
        ),
        ("Mon 16 15:00", "A task is due on Wednesday ...", task(31, "Mon 16 15:00", "TODO")),
        ("Tue 17 15:00", "... and done early.", task(31, "Mon 16 15:00", "DONE", "status")),
        ("Fri 20 15:00", "Its title is corrected.", task(31, "Mon 16 15:00", "DONE", "title")),
        ("Mon 16 15:05", "A task is due on Wednesday ...", task(32, "Mon 16 15:05", "TODO")),
        ("Thu 19 15:00", "... and done late.", task(32, "Mon 16 15:05", "DONE", "status")),
        ("Mon 16 15:10", "A task is due on Wednesday ...", task(33, "Mon 16 15:10", "TODO")),
        ("Tue 17 15:10", "... done ...", task(33, "Mon 16 15:10", "DONE", "status")),
        ("Wed 18 09:00", "... and reopened.", task(33, "Mon 16 15:10", "IN_PROGRESS", "status")),
        ("Mon 16 16:00", "Deal 1 begins.", deal(41, "Mon 16 16:00", "NEW")),
        ("Tue 17 16:00", "Ana proposes deal 1.", deal(41, "Mon 16 16:00", "PROPOSAL", "stage")),
        ("Wed 18 16:00", "Deal 1 meets the board.", deal(41, "Mon 16 16:00", "MEETING", "stage")),
        ("Thu 19 16:00", "Deal 1 is won.", deal(41, "Mon 16 16:00", "CUSTOMER", "stage", "closeDate", close="2026-11-19")),
        ("Fri 20 16:00", "Deal 1 is reopened.", deal(41, "Mon 16 16:00", "MEETING", "stage", close="2026-11-19")),
        ("Mon 23 16:00", "Deal 1 is lost.", deal(41, "Mon 16 16:00", "LOST", "stage", close="2026-11-19")),
        ("Mon 16 16:30", "Deal 2 begins.", deal(42, "Mon 16 16:30", "NEW")),
        ("Tue 17 16:30", "Deal 2 is won.", deal(42, "Mon 16 16:30", "CUSTOMER", "stage")),
        ("Tue 24 09:00", "Ben takes over deal 2.", deal(42, "Mon 16 16:30", "CUSTOMER", "ownerId", owner=BEN)),
        ("Mon 16 16:40", "Deal 3 begins.", deal(43, "Mon 16 16:40", "NEW")),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", deal(43, "Mon 16 16:40", "NEW", "ownerId", owner=BEN)),
        ("Wed 25 09:00", "... and proposes it.", deal(43, "Mon 16 16:40", "PROPOSAL", "stage", owner=BEN)),
        ("Wed 18 09:00", "Ben begins deal 4.", deal(44, "Wed 18 09:00", "NEW", owner=BEN)),
        ("Wed 18 12:00", "It becomes Ana's at noon.", deal(44, "Wed 18 09:00", "NEW", "ownerId")),
        ("Thu 19 09:00", "Deal 5 begins ...", deal(45, "Thu 19 09:00", "NEW")),
        ("Fri 20 09:00", "... it was deal 4, and is merged into that.", deal(45, "Thu 19 09:00", "NEW", action="destroyed")),
        ("Fri 20 10:00", "Deal 6 begins ...", deal(46, "Fri 20 10:00", "NEW")),
        ("Mon 23 10:00", "... is deleted ...", deal(46, "Fri 20 10:00", "NEW", action="deleted")),
        ("Tue 24 10:00", "... and restored.", deal(46, "Fri 20 10:00", "NEW", action="restored")),
    ],
    not_sent=[
        "Twenty does not say that a meeting was held or missed.",
        "Twenty does not say whether a mail was sent or received, nor that it was opened.",
    ],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20
Ana calls                   2       .       .       .       .
Ana conversations           1       .       .       .       .
Ana meetings booked         3       .       .       .       .
Ana meetings held           .       .       .       1       1
Ana tasks                   .       1       .       1       .
Ana stage moves             3       .       2       1       .
Ana proposals               .       1       .       .       .
Ana wins                    .       1       .       1       .
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23  Tue 24  Wed 25
Ana calls                   2       .       .       .       .       .       .       .
Ana conversations           1       .       .       .       .       .       .       .
Ana meetings booked         3       .       .       .       .       .       .       .
Ana meetings held           .       .       .       1       1       .       .       .
Ana tasks                   .       1       .       1       .       .       .       .
Ana stage moves             3       .       2       .       1       .       .       .
Ana proposals               .       1       .       .       .       .       .       .
Ana wins                    .       1       .       .       .       .       .       .
Ana losses                  .       .       .       .       .       1       .       .
Ben proposals               .       .       .       .       .       .       .       1
""",
)
