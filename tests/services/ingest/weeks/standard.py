"""Standard Webhooks: observations, as Daymark defines them."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Line, Week, Write, at, iso

ANA: Final = "7001"
BEN: Final = "7002"


def observation(number: int, kind: str, *, deleted: bool | None = None, **facts: object) -> Write:
    def write(moment: datetime) -> object:
        return {"activity_id": str(number), "kind": kind, "observed_at": iso(moment), "deleted": deleted, "facts": facts}

    return write


def done(number: int, kind: str, when: str, outcome: str) -> Write:
    return observation(number, kind, actor=ANA, started_at=iso(at(when)), outcome=outcome)


def meeting(number: int, when: str, booked: str, outcome: str) -> Write:
    return observation(number, "meeting", actor=ANA, started_at=iso(at(when)), booked_at=iso(at(booked)), outcome=outcome)


def deal(number: int, stage: str, *, kind: str = "deal_stage_changed", stage_kind: str = "", actor: str = ANA) -> Write:
    def write(moment: datetime) -> object:
        facts = {"actor": actor, "started_at": iso(moment), "stage": stage}
        extra = {"stage_kind": stage_kind} if stage_kind else {}
        return {"activity_id": str(number), "kind": kind, "observed_at": iso(moment), "facts": facts | extra}

    return write


LINES: Final[tuple[Line, ...]] = (
    ("Mon 16 09:05", "Ana reaches a customer by phone.", done(1, "call", "Mon 16 09:00", "connected")),
    ("Tue 17 09:20", "She corrects the duration.", observation(1, "call", duration_s=240)),
    ("Mon 16 10:00", "She logs a call by mistake ...", done(2, "call", "Mon 16 10:00", "connected")),
    ("Mon 16 10:05", "... and deletes it.", observation(2, "call", deleted=True)),
    ("Mon 16 11:00", "She books a meeting for Thursday (A).", meeting(11, "Thu 19 10:00", "Mon 16 11:00", "scheduled")),
    ("Mon 16 11:05", "She books one for Wednesday (B).", meeting(12, "Wed 18 10:00", "Mon 16 11:05", "scheduled")),
    ("Tue 17 09:00", "Meeting B is moved to Friday.", meeting(12, "Fri 20 10:00", "Mon 16 11:05", "scheduled")),
    ("Thu 19 11:00", "Meeting A has been held.", meeting(11, "Thu 19 10:00", "Mon 16 11:00", "held")),
    ("Fri 20 11:00", "Nobody came to meeting B.", meeting(12, "Fri 20 10:00", "Mon 16 11:05", "no_show")),
    ("Mon 16 14:00", "Ana sends a mail.", done(21, "email", "Mon 16 14:00", "sent")),
    ("Tue 17 15:00", "A task is done ...", done(31, "task", "Tue 17 15:00", "completed")),
    ("Wed 18 15:00", "... and reopened.", observation(31, "task", outcome="open")),
    ("Mon 16 16:00", "Deal 1 begins.", deal(41, "new")),
    ("Tue 17 16:00", "Ana proposes deal 1.", deal(41, "offer", stage_kind="proposal_sent")),
    ("Thu 19 16:00", "Deal 1 is won.", deal(41, "won", kind="deal_won")),
    ("Fri 20 16:00", "Deal 1 is reopened.", deal(41, "new")),
    ("Mon 23 16:00", "Deal 1 is lost.", deal(41, "lost", kind="deal_lost")),
    ("Tue 17 16:30", "Deal 2 is won.", deal(42, "won", kind="deal_won")),
    ("Tue 24 09:00", "Ben takes over deal 2.", observation(42, "deal_won", actor=BEN)),
    ("Fri 20 10:00", "Deal 6 begins ...", deal(46, "new")),
    ("Mon 23 10:00", "... is deleted ...", observation(46, "deal_stage_changed", deleted=True)),
    ("Tue 24 10:00", "... and restored.", observation(46, "deal_stage_changed", deleted=False)),
)
TABLE: Final = """
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23
Ana calls                   1       .       .       .       .       .
Ana conversations           1       .       .       .       .       .
Ana meetings booked         2       .       .       .       .       .
Ana meetings held           .       .       .       1       .       .
Ana mails                   1       .       .       .       .       .
Ana stage moves             1       .       .       .       1       .
Ana proposals               .       1       .       .       .       .
Ana wins                    .       1       .       .       .       .
Ana losses                  .       .       .       .       .       1
"""

WEEK: Final = Week(sender="standard", users={"Ana": ANA, "Ben": BEN}, lines=LINES, table=TABLE)
