"""BottleCRM: each webhook has the whole record. An interaction is sent once, when it is created."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso

ANA: Final = "p-7"
BEN: Final = "p-8"


def event(name: str, number: int, record: Mapping[str, object]) -> Write:
    def write(moment: datetime) -> object:
        data = {"id": f"{name.partition('.')[0]}-{number}", "updated_at": iso(moment), **record}
        return {
            "id": f"{name}-{number}-{iso(moment)}",
            "event": name,
            "created_at": iso(moment),
            "org_id": "org-1",
            "data": data,
        }

    return write


def logged(number: int, kind: str, when: str, **more: object) -> Write:
    return event("interaction.created", number, {"kind": kind, "occurred_at": iso(at(when)), "logged_by": ANA, **more})


def task(name: str, number: int, status: str) -> Write:
    return event(name, number, {"status": status, "due_date": "2026-11-18", "assigned_to": [ANA]})


def deal(name: str, number: int, stage: str, *, owner: str = ANA, closed_on: str | None = None) -> Write:
    record = {"stage": stage, "amount": "1200.00", "currency": "EUR", "closed_on": closed_on, "assigned_to": [owner]}
    return event(name, number, record)


WEEK: Final = Week(
    sender="bottlecrm",
    users={"Ana": ANA, "Ben": BEN},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", logged(1, "call", "Mon 16 09:00", outcome="connected")),
        ("Tue 17 08:00", "She logs a call of yesterday.", logged(2, "call", "Mon 16 17:00", outcome="voicemail")),
        ("Thu 19 11:00", "She logs a meeting.", logged(3, "meeting", "Thu 19 10:00")),
        ("Mon 16 14:00", "She logs a mail.", logged(4, "email", "Mon 16 14:00")),
        ("Mon 16 15:00", "A task is created ...", task("task.created", 31, "New")),
        ("Tue 17 15:00", "... and done.", task("task.updated", 31, "Completed")),
        ("Mon 16 15:10", "A task is created ...", task("task.created", 33, "New")),
        ("Tue 17 15:10", "... done ...", task("task.updated", 33, "Completed")),
        ("Wed 18 09:00", "... and reopened.", task("task.updated", 33, "In Progress")),
        ("Mon 16 16:00", "Deal 1 begins.", deal("deal.created", 41, "PROSPECTING")),
        ("Tue 17 16:00", "Ana proposes deal 1.", deal("deal.updated", 41, "PROPOSAL")),
        ("Wed 18 16:00", "Deal 1 is negotiated.", deal("deal.updated", 41, "NEGOTIATION")),
        ("Thu 19 16:00", "Deal 1 is won.", deal("deal.won", 41, "CLOSED_WON", closed_on="2026-11-19")),
        ("Fri 20 16:00", "Deal 1 is reopened.", deal("deal.updated", 41, "NEGOTIATION", closed_on="2026-11-19")),
        ("Mon 23 16:00", "Deal 1 is lost.", deal("deal.lost", 41, "CLOSED_LOST", closed_on="2026-11-19")),
        ("Tue 17 16:30", "Deal 2 is won.", deal("deal.won", 42, "CLOSED_WON", closed_on="2026-11-17")),
        ("Tue 24 09:00", "Ben takes over deal 2.", deal("deal.updated", 42, "CLOSED_WON", closed_on="2026-11-17", owner=BEN)),
        ("Fri 20 10:00", "Deal 6 begins ...", deal("deal.created", 46, "PROSPECTING")),
        ("Mon 23 10:00", "... and is deleted.", event("deal.deleted", 46, {})),
    ],
    not_sent=["An interaction that is edited or deleted afterwards: BottleCRM sends only that it was created."],
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23
Ana calls                   2       .       .       .       .       .
Ana conversations           1       .       .       .       .       .
Ana meetings held           .       .       .       1       .       .
Ana mails                   1       .       .       .       .       .
Ana tasks                   .       1       .       .       .       .
Ana stage moves             1       .       1       .       .       .
Ana proposals               .       1       .       .       .       .
Ana wins                    .       1       .       .       .       .
Ana losses                  .       .       .       .       .       1
""",
)
