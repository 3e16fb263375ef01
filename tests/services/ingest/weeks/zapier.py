"""Any JSON by a field map: one flat record per webhook, as the page for Zapier and Make suggests, with further fields."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso

ANA: Final = "ana"
BEN: Final = "ben"


def record(kind: str, number: int, *, rep: str = ANA, when: str = "", is_deleted: bool = False, **more: object) -> Write:
    def write(moment: datetime) -> object:
        started = {"at": iso(at(when))} if when else {}
        return {
            "id": f"{kind}-{number}",
            "type": kind,
            "rep": rep,
            "changed": iso(moment),
            "gone": is_deleted,
            **started,
            **more,
        }

    return write


def meeting(number: int, when: str, booked: str, outcome: str) -> Write:
    return record("meeting", number, when=when, booked=iso(at(booked)), outcome=outcome)


def deal(number: int, stage: str, since: str, *, rep: str = ANA, is_deleted: bool = False) -> Write:
    return record("deal", number, rep=rep, when=since, stage=stage, amount="1,200.00", currency="eur", is_deleted=is_deleted)


WEEK: Final = Week(
    sender="zapier",
    users={"Ana": ANA, "Ben": BEN},
    fields={"booked_at": "booked", "stage": "stage", "deleted": "gone"},
    kinds={"deal": "deal_stage_changed", "Offer": "proposal_sent", "Won": "deal_won", "Lost": "deal_lost"},
    outcomes={"done": "completed", "delivered": "sent", "opened": "sent"},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", record("call", 1, when="Mon 16 09:00", outcome="connected")),
        (
            "Tue 17 09:20",
            "She corrects the duration.",
            record("call", 1, when="Mon 16 09:00", outcome="connected", seconds=240),
        ),
        ("Mon 16 10:00", "She logs a call by mistake ...", record("call", 2, when="Mon 16 10:00", outcome="connected")),
        ("Mon 16 10:05", "... and deletes it.", record("call", 2, is_deleted=True)),
        ("Mon 16 10:30", "Somebody does not answer.", record("call", 3, when="Mon 16 10:30", outcome="no answer")),
        ("Mon 16 11:00", "She books a meeting for Thursday (A).", meeting(11, "Thu 19 10:00", "Mon 16 11:00", "scheduled")),
        ("Mon 16 11:05", "She books one for Wednesday (B).", meeting(12, "Wed 18 10:00", "Mon 16 11:05", "scheduled")),
        ("Mon 16 11:10", "She books one for Thursday (C).", meeting(13, "Thu 19 14:00", "Mon 16 11:10", "scheduled")),
        ("Mon 16 11:15", "She books one for Friday (D).", meeting(14, "Fri 20 14:00", "Mon 16 11:15", "scheduled")),
        ("Tue 17 09:00", "Meeting B is moved to Friday.", meeting(12, "Fri 20 10:00", "Mon 16 11:05", "scheduled")),
        ("Wed 18 15:00", "Meeting D is cancelled.", meeting(14, "Fri 20 14:00", "Mon 16 11:15", "canceled")),
        ("Thu 19 11:00", "Meeting A has been held.", meeting(11, "Thu 19 10:00", "Mon 16 11:00", "held")),
        ("Thu 19 14:30", "Nobody came to meeting C.", meeting(13, "Thu 19 14:00", "Mon 16 11:10", "no_show")),
        ("Mon 23 08:30", "Meeting B was held on Friday.", meeting(12, "Fri 20 10:00", "Mon 16 11:05", "held")),
        ("Mon 16 14:00", "Ana sends a mail.", record("email", 21, when="Mon 16 14:00", outcome="delivered")),
        ("Tue 17 08:00", "It is opened.", record("email", 21, when="Mon 16 14:00", outcome="opened")),
        ("Tue 17 15:00", "A task is done early.", record("task", 31, when="Tue 17 15:00", outcome="done")),
        ("Thu 19 15:00", "A task is done late.", record("task", 32, when="Thu 19 15:00", outcome="done")),
        ("Tue 17 15:10", "A task is done ...", record("task", 33, when="Tue 17 15:10", outcome="done")),
        ("Wed 18 09:00", "... and reopened.", record("task", 33, outcome="open")),
        ("Mon 16 16:00", "Deal 1 begins.", deal(41, "New", "Mon 16 16:00")),
        ("Tue 17 16:00", "Ana proposes deal 1.", deal(41, "Offer", "Tue 17 16:00")),
        ("Wed 18 16:00", "The contract of deal 1 is out.", deal(41, "Contract", "Wed 18 16:00")),
        ("Thu 19 16:00", "Deal 1 is won.", deal(41, "Won", "Thu 19 16:00")),
        ("Fri 20 16:00", "Deal 1 is reopened.", deal(41, "Contract", "Fri 20 16:00")),
        ("Mon 23 16:00", "Deal 1 is lost.", deal(41, "Lost", "Mon 23 16:00")),
        ("Mon 16 16:30", "Deal 2 begins.", deal(42, "New", "Mon 16 16:30")),
        ("Tue 17 16:30", "Deal 2 is won.", deal(42, "Won", "Tue 17 16:30")),
        ("Tue 24 09:00", "Ben takes over deal 2.", deal(42, "Won", "Tue 17 16:30", rep=BEN)),
        ("Mon 16 16:40", "Deal 3 begins.", deal(43, "New", "Mon 16 16:40")),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", deal(43, "New", "Mon 16 16:40", rep=BEN)),
        ("Wed 25 09:00", "... and proposes it.", deal(43, "Offer", "Wed 25 09:00", rep=BEN)),
        ("Wed 18 09:00", "Ben begins deal 4.", deal(44, "New", "Wed 18 09:00", rep=BEN)),
        ("Wed 18 12:00", "It becomes Ana's at noon.", deal(44, "New", "Wed 18 09:00")),
        ("Fri 20 10:00", "Deal 6 begins ...", deal(46, "New", "Fri 20 10:00")),
        ("Mon 23 10:00", "... is deleted ...", deal(46, "New", "Fri 20 10:00", is_deleted=True)),
        ("Tue 24 10:00", "... and restored.", deal(46, "New", "Fri 20 10:00")),
    ],
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23  Tue 24  Wed 25
Ana calls                   2       .       .       .       .       .       .       .
Ana conversations           1       .       .       .       .       .       .       .
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
