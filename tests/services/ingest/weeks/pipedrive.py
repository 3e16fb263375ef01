"""Pipedrive: each webhook has the whole record."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso

ANA: Final = 101
BEN: Final = 102
PROPOSAL: Final = 3


def change(entity: str, number: int, action: str, record: dict[str, object] | None, **meta: object) -> Write:
    def write(moment: datetime) -> object:
        sent = {
            "action": action,
            "company_id": "900",
            "entity": entity,
            "entity_id": str(number),
            "id": f"{entity}-{number}-{iso(moment)}",
            "timestamp": iso(moment),
            "attempt": 1,
            "version": "2.0",
            **meta,
        }
        return {"meta": sent, "data": record and {"id": number, **record}, "previous": None}

    return write


def activity(number: int, kind: str, due: str, *, done: str = "", added: str = "Mon 16 08:00", owner: int = ANA) -> Write:
    """`due` and `done` are on the clock in Berlin; the webhook has both in UTC."""
    due_at = at(due)
    record = {
        "type": kind,
        "owner_id": owner,
        "add_time": iso(at(added)),
        "due_date": f"{due_at:%Y-%m-%d}",
        "due_time": {"value": f"{due_at:%H:%M}", "timezone_id": None},
        "duration": {"value": "00:05"},
        "done": bool(done),
        "marked_as_done_time": f"{at(done):%Y-%m-%d %H:%M:%S}" if done else None,
    }
    return change("activity", number, "change", record)


def deal(
    number: int, stage: int, since: str, *, owner: int = ANA, status: str = "open", closed: str = "", value: int = 1_200
) -> Write:
    record = {
        "owner_id": owner,
        "stage_id": stage,
        "stage_change_time": iso(at(since)),
        "status": status,
        "won_time": iso(at(closed)) if status == "won" else None,
        "lost_time": iso(at(closed)) if status == "lost" else None,
        "expected_close_date": "2026-12-31",
        "value": value,
        "currency": "EUR",
    }
    return change("deal", number, "change", record)


WEEK: Final = Week(
    sender="pipedrive",
    users={"Ana": str(ANA), "Ben": str(BEN)},
    kinds={str(PROPOSAL): "proposal_sent", "missed_call": "call"},
    outcomes={"missed_call": "no_answer"},
    lines=[
        ("Mon 16 09:05", "Ana logs a call that she has made.", activity(1, "call", "Mon 16 09:00", done="Mon 16 09:05")),
        ("Tue 17 09:20", "She corrects its date by an hour.", activity(1, "call", "Mon 16 08:00", done="Mon 16 09:05")),
        ("Mon 16 10:00", "She logs a call by mistake ...", activity(2, "call", "Mon 16 10:00", done="Mon 16 10:00")),
        ("Mon 16 10:05", "... and deletes it.", change("activity", 2, "delete", None)),
        ("Mon 16 10:30", "Somebody does not answer.", activity(3, "missed_call", "Mon 16 10:30", done="Mon 16 10:30")),
        ("Mon 16 10:40", "She plans a call for Friday ...", activity(4, "call", "Fri 20 09:00")),
        ("Tue 17 10:00", "... and makes it early.", activity(4, "call", "Fri 20 09:00", done="Tue 17 10:00")),
        (
            "Mon 16 11:00",
            "She books a meeting for Thursday (A).",
            activity(11, "meeting", "Thu 19 10:00", added="Mon 16 11:00"),
        ),
        ("Mon 16 11:05", "She books one for Wednesday (B).", activity(12, "meeting", "Wed 18 10:00", added="Mon 16 11:05")),
        ("Mon 16 11:10", "She books one for Thursday (C).", activity(13, "meeting", "Thu 19 14:00", added="Mon 16 11:10")),
        ("Mon 16 11:15", "She books one for Friday (D).", activity(14, "meeting", "Fri 20 14:00", added="Mon 16 11:15")),
        ("Tue 17 09:00", "Meeting B is moved to Friday.", activity(12, "meeting", "Fri 20 10:00", added="Mon 16 11:05")),
        ("Wed 18 15:00", "Meeting D is cancelled: she deletes it.", change("activity", 14, "delete", None)),
        (
            "Thu 19 11:00",
            "Meeting A has been held; nobody came to meeting C, which stays undone.",
            activity(11, "meeting", "Thu 19 10:00", added="Mon 16 11:00", done="Thu 19 11:00"),
        ),
        (
            "Mon 23 08:30",
            "Meeting B was held on Friday.",
            activity(12, "meeting", "Fri 20 10:00", added="Mon 16 11:05", done="Mon 23 08:30"),
        ),
        ("Mon 16 14:00", "Ana sends a mail and logs it.", activity(21, "email", "Mon 16 14:00", done="Mon 16 14:00")),
        ("Mon 16 15:00", "A task is due on Friday ...", activity(31, "task", "Fri 20 09:00")),
        ("Tue 17 15:00", "... and done early.", activity(31, "task", "Fri 20 09:00", done="Tue 17 15:00")),
        ("Mon 16 15:05", "A task is due on Tuesday ...", activity(32, "task", "Tue 17 09:00")),
        ("Thu 19 15:00", "... and done late.", activity(32, "task", "Tue 17 09:00", done="Thu 19 15:00")),
        ("Mon 16 15:10", "A task is due on Tuesday ...", activity(33, "task", "Tue 17 09:00")),
        ("Tue 17 15:10", "... done on time ...", activity(33, "task", "Tue 17 09:00", done="Tue 17 15:10")),
        ("Wed 18 09:00", "... and reopened.", activity(33, "task", "Tue 17 09:00")),
        ("Mon 16 16:00", "Deal 1 begins.", deal(41, 1, "Mon 16 16:00")),
        ("Tue 17 16:00", "Ana proposes deal 1.", deal(41, PROPOSAL, "Tue 17 16:00")),
        ("Wed 18 16:00", "The contract of deal 1 is out.", deal(41, 4, "Wed 18 16:00")),
        ("Thu 19 16:00", "Deal 1 is won.", deal(41, 4, "Wed 18 16:00", status="won", closed="Thu 19 16:00")),
        ("Fri 20 16:00", "Deal 1 is reopened.", deal(41, 4, "Wed 18 16:00")),
        ("Mon 23 16:00", "Deal 1 is lost.", deal(41, 4, "Wed 18 16:00", status="lost", closed="Mon 23 16:00")),
        ("Mon 16 16:30", "Deal 2 begins.", deal(42, 1, "Mon 16 16:30")),
        ("Tue 17 16:30", "Deal 2 is won.", deal(42, 1, "Mon 16 16:30", status="won", closed="Tue 17 16:30")),
        (
            "Tue 24 09:00",
            "Ben takes over deal 2.",
            deal(42, 1, "Mon 16 16:30", status="won", closed="Tue 17 16:30", owner=BEN),
        ),
        ("Mon 16 16:40", "Deal 3 begins.", deal(43, 1, "Mon 16 16:40")),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", deal(43, 1, "Mon 16 16:40", owner=BEN)),
        ("Wed 25 09:00", "... and proposes it.", deal(43, PROPOSAL, "Wed 25 09:00", owner=BEN)),
        ("Wed 18 09:00", "Ben begins deal 4.", deal(44, 1, "Wed 18 09:00", owner=BEN)),
        ("Wed 18 12:00", "It becomes Ana's at noon.", deal(44, 1, "Wed 18 09:00")),
        ("Thu 19 09:00", "Deal 5 begins ...", deal(45, 1, "Thu 19 09:00")),
        ("Fri 20 09:00", "... it was deal 4, and is merged into that.", change("deal", 45, "delete", None, merged_to_id="44")),
        ("Fri 20 10:00", "Deal 6 begins ...", deal(46, 1, "Fri 20 10:00")),
        ("Mon 23 10:00", "... is deleted ...", deal(46, 1, "Fri 20 10:00", status="deleted")),
        ("Mon 23 10:01", "(which Pipedrive reports twice)", change("deal", 46, "delete", None)),
        ("Tue 24 10:00", "... and restored.", deal(46, 1, "Fri 20 10:00")),
        ("Fri 20 11:00", "Deal 7 begins ...", deal(47, 1, "Fri 20 11:00")),
        ("Mon 23 11:00", "... is deleted ...", change("deal", 47, "delete", None)),
        ("Mon 23 11:01", "... and changed by that.", deal(47, 1, "Fri 20 11:00", status="deleted")),
    ],
    not_sent=[
        "Missed and cancelled meetings: Pipedrive knows only that a meeting is done.",
        "That a mail was opened or answered, and mails that nobody logs as an activity.",
    ],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19
Ana calls                   2       1       .       .
Ana conversations           1       1       .       .
Ana meetings booked         3       .       .       .
Ana meetings held           .       .       .       1
Ana mails                   1       .       .       .
Ana tasks                   .       1       .       1
Ana stage moves             3       .       2       1
Ana proposals               .       1       .       .
Ana wins                    .       1       .       1
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23  Tue 24  Wed 25
Ana calls                   2       1       .       .       .       .       .       .
Ana conversations           1       1       .       .       .       .       .       .
Ana meetings booked         3       .       .       .       .       .       .       .
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
