"""Salesloft: each webhook has the whole record. The name of the event is in a header."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Posted, Week, Write, at

ANA: Final = 501
BEN: Final = 502


def stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.000000+00:00}"


def event(name: str, number: int, created: str, record: Mapping[str, object], *, owner: int = ANA) -> Write:
    def write(moment: datetime) -> object:
        body = {"id": number, "created_at": stamp(at(created)), "updated_at": stamp(moment), "user": {"id": owner}, **record}
        return Posted(body=body, headers={"x-salesloft-event": name})

    return write


def call(
    number: int, when: str, disposition: str, *, name: str = "call_created", seconds: int = 180, owner: int = ANA
) -> Write:
    return event(name, number, when, {"disposition": disposition, "duration": seconds}, owner=owner)


def mail(number: int, created: str, status: str, *, sent: str = "", views: int = 0) -> Write:
    record = {"status": status, "sent_at": stamp(at(sent)) if sent else None, "bounced": False, "counts": {"views": views}}
    return event("email_updated", number, created, record)


def task(name: str, number: int, state: str, *, done: str = "") -> Write:
    record = {"current_state": state, "due_at": stamp(at("Wed 18 09:00")), "completed_at": stamp(at(done)) if done else None}
    return event(name, number, "Mon 16 15:00", record)


WEEK: Final = Week(
    sender="salesloft",
    users={"Ana": str(ANA), "Ben": str(BEN)},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", call(1, "Mon 16 09:00", "Connected")),
        ("Tue 17 09:20", "She corrects the duration.", call(1, "Mon 16 09:00", "Connected", name="call_updated", seconds=240)),
        ("Mon 16 10:30", "She calls somebody who does not answer.", call(3, "Mon 16 10:30", "No Answer")),
        ("Tue 24 09:00", "Ben takes over the call.", call(3, "Mon 16 10:30", "No Answer", name="call_updated", owner=BEN)),
        ("Tue 24 10:00", "Ben reaches a customer.", call(4, "Tue 24 10:00", "Connected", owner=BEN)),
        ("Mon 16 14:00", "Ana sends a mail.", mail(21, "Mon 16 14:00", "sent", sent="Mon 16 14:00")),
        ("Tue 17 08:00", "It is opened.", mail(21, "Mon 16 14:00", "sent", sent="Mon 16 14:00", views=1)),
        ("Mon 16 14:30", "She sends one from Gmail.", mail(22, "Mon 16 14:30", "sent_from_gmail", sent="Mon 16 14:30")),
        ("Mon 16 17:00", "A mail of a cadence is scheduled ...", mail(23, "Mon 16 17:00", "scheduled")),
        ("Tue 17 08:30", "... sent the next day ...", mail(23, "Mon 16 17:00", "sent", sent="Tue 17 08:30")),
        ("Wed 18 08:30", "... and answered.", mail(23, "Mon 16 17:00", "replied", sent="Tue 17 08:30")),
        ("Mon 16 17:10", "A mail is cancelled.", mail(24, "Mon 16 17:00", "cancelled")),
        ("Mon 16 15:00", "A task is due on Wednesday ...", task("task_created", 31, "scheduled")),
        ("Tue 17 15:00", "... and done early.", task("task_completed", 31, "completed", done="Tue 17 15:00")),
        ("Mon 16 15:05", "A task is due on Wednesday ...", task("task_created", 32, "scheduled")),
        ("Thu 19 15:00", "... and done late.", task("task_completed", 32, "completed", done="Thu 19 15:00")),
        ("Mon 16 15:10", "A task is due on Wednesday ...", task("task_created", 33, "scheduled")),
        ("Tue 17 15:10", "... done ...", task("task_completed", 33, "completed", done="Tue 17 15:10")),
        ("Wed 18 09:00", "... and reopened.", task("task_updated", 33, "scheduled")),
        ("Mon 16 15:20", "A task is created ...", task("task_created", 34, "scheduled")),
        ("Tue 17 15:20", "... done ...", task("task_completed", 34, "completed", done="Tue 17 15:20")),
        ("Wed 18 09:30", "... and deleted.", task("task_deleted", 34, "completed", done="Tue 17 15:20")),
    ],
    not_sent=[
        "Meetings: `meeting_booked` and `meeting_updated` are read, but they name no user and so count for nobody.",
        "Won deals have to come from your CRM, too.",
        "That a call was deleted.",
    ],
    tables={
        "Tue 17": """
                       Mon 16  Tue 17
Ana calls                   2       .
Ana conversations           1       .
Ana mails                   2       1
Ana tasks                   .       3
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Tue 24
Ana calls                   2       .       .       .       .
Ana conversations           1       .       .       .       .
Ana mails                   2       1       .       .       .
Ana tasks                   .       1       .       1       .
Ben calls                   .       .       .       .       1
Ben conversations           .       .       .       .       1
""",
)
