"""Calendly: each webhook is about one invitee of a scheduled event."""

from datetime import datetime, timedelta
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso

ANA: Final = "https://api.calendly.com/users/ANA"
BEN: Final = "https://api.calendly.com/users/BEN"
EVENTS: Final = "https://api.calendly.com/scheduled_events"


def invitee(
    name: str, number: int, start: str, booked: str, *, host: str = ANA, replaces: int = 0, moved: bool = False
) -> Write:
    def write(moment: datetime) -> object:
        return {
            "event": name,
            "created_at": iso(moment),
            "payload": {
                "uri": f"{EVENTS}/E{number}/invitees/I{number}",
                "created_at": iso(at(booked)),
                "updated_at": iso(moment),
                "status": "canceled" if name == "invitee.canceled" else "active",
                "rescheduled": moved,
                "old_invitee": f"{EVENTS}/E{replaces}/invitees/I{replaces}" if replaces else None,
                "scheduled_event": {
                    "uri": f"{EVENTS}/E{number}",
                    "start_time": iso(at(start)),
                    "end_time": iso(at(start) + timedelta(minutes=30)),
                    "event_memberships": [{"user": host}],
                },
            },
        }

    return write


def no_show(name: str, number: int) -> Write:
    def write(moment: datetime) -> object:
        uri = f"https://api.calendly.com/invitee_no_shows/N{number}"
        payload = {"uri": uri, "invitee": f"{EVENTS}/E{number}/invitees/I{number}", "created_at": iso(moment)}
        return {"event": name, "created_at": iso(moment), "payload": payload}

    return write


WEEK: Final = Week(
    sender="calendly",
    users={"Ana": ANA, "Ben": BEN},
    behaviours={"meetings held": {"kinds": frozenset({"meeting"}), "outcomes": frozenset({"scheduled"})}},
    lines=[
        ("Mon 16 11:00", "A customer books Thursday (A).", invitee("invitee.created", 1, "Thu 19 10:00", "Mon 16 11:00")),
        ("Mon 16 11:05", "A customer books Wednesday (B).", invitee("invitee.created", 2, "Wed 18 10:00", "Mon 16 11:05")),
        ("Mon 16 11:10", "A customer books Thursday (C).", invitee("invitee.created", 3, "Thu 19 14:00", "Mon 16 11:10")),
        ("Mon 16 11:15", "A customer books Friday (D).", invitee("invitee.created", 4, "Fri 20 14:00", "Mon 16 11:15")),
        (
            "Tue 17 09:00",
            "Meeting B is moved: Calendly cancels it ...",
            invitee("invitee.canceled", 2, "Wed 18 10:00", "Mon 16 11:05", moved=True),
        ),
        (
            "Tue 17 09:00",
            "... and creates another one on Friday.",
            invitee("invitee.created", 5, "Fri 20 10:00", "Tue 17 09:00", replaces=2),
        ),
        ("Wed 18 15:00", "Meeting D is cancelled.", invitee("invitee.canceled", 4, "Fri 20 14:00", "Mon 16 11:15")),
        ("Thu 19 10:20", "Ana takes A for missed ...", no_show("invitee_no_show.created", 1)),
        ("Thu 19 10:40", "... but the customer was only late.", no_show("invitee_no_show.deleted", 1)),
        ("Thu 19 14:20", "Nobody comes to meeting C.", no_show("invitee_no_show.created", 3)),
        (
            "Tue 17 10:00",
            "A customer books Ben for next Monday (E).",
            invitee("invitee.created", 6, "Mon 23 10:00", "Tue 17 10:00", host=BEN),
        ),
    ],
    not_sent=["Calendly does not say that a meeting was held.", "Calls and deals: Calendly has none."],
    tables={
        "Tue 17": """
                       Mon 16  Tue 17  Thu 19  Fri 20  Mon 23
Ana meetings booked         4       .       .       .       .
Ana meetings held           .       .       2       2       .
Ben meetings booked         .       1       .       .       .
Ben meetings held           .       .       .       .       1
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23
Ana meetings booked         4       .       .       .       .       .
Ana meetings held           .       .       .       1       1       .
Ben meetings booked         .       1       .       .       .       .
Ben meetings held           .       .       .       .       .       1
""",
)
