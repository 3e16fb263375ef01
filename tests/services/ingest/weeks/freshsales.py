"""Freshsales: one record per webhook, in the template that its page suggests."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso

ANA: Final = 402000123
BEN: Final = 402000124


def record(activity: str, number: int, when: str, result: str, *, owner: int = ANA, minutes: str = "5") -> Write:
    def write(moment: datetime) -> object:
        sent = {"activity": activity, "id": number, "owner": owner, "when": iso(at(when)), "updated": iso(moment)}
        return sent | {"result": result, "minutes": minutes}

    return write


WEEK: Final = Week(
    sender="freshsales",
    users={"Ana": str(ANA), "Ben": str(BEN)},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", record("call", 1, "Mon 16 09:00", "Interested")),
        ("Tue 17 09:20", "She corrects the duration.", record("call", 1, "Mon 16 09:00", "Interested", minutes="7")),
        ("Mon 16 10:30", "She calls somebody who does not answer.", record("call", 2, "Mon 16 10:30", "No answer")),
        ("Tue 24 09:00", "Ben takes over that call.", record("call", 2, "Mon 16 10:30", "No answer", owner=BEN)),
        ("Thu 19 11:00", "She logs a meeting.", record("meeting", 3, "Thu 19 10:00", "held", minutes="45")),
    ],
    not_sent=["A deletion, and what your template does not contain."],
    table="""
                       Mon 16  Thu 19
Ana calls                   2       .
Ana conversations           1       .
Ana meetings held           .       1
""",
)
