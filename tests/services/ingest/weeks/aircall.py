"""Aircall: one webhook per call, after it has ended."""

from datetime import datetime
from typing import Final

from tests.services.ingest.senders import SECRET
from tests.services.ingest.weeks.week import Week, Write

ANA: Final = 736640
BEN: Final = 736641


def ended(number: int, *, direction: str = "outbound", user: int = ANA, ringing_s: int = 5, missed: str | None = None) -> Write:
    """A call of three minutes that ended half a minute ago, or one that nobody took."""

    def write(moment: datetime) -> object:
        end_s = int(moment.timestamp()) - 30
        start_s = end_s - 180
        is_answered = missed is None and ringing_s > 0
        call = {
            "id": number,
            "direction": direction,
            "status": "done",
            "missed_call_reason": missed,
            "started_at": start_s,
            "answered_at": start_s + ringing_s if is_answered else None,
            "ended_at": end_s,
            **({"user": {"id": user}} if missed is None else {}),
        }
        return {"resource": "call", "event": "call.ended", "timestamp": end_s + 30, "token": SECRET, "data": call}

    return write


WEEK: Final = Week(
    sender="aircall",
    users={"Ana": str(ANA), "Ben": str(BEN)},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer.", ended(1)),
        ("Mon 16 09:15", "She calls somebody who does not answer.", ended(2, ringing_s=0)),
        ("Tue 17 10:00", "A customer calls, and Ben answers.", ended(3, direction="inbound", user=BEN)),
        (
            "Tue 17 11:00",
            "A customer calls, and nobody answers.",
            ended(4, direction="inbound", missed="agents_did_not_answer"),
        ),
        ("Wed 18 00:02", "Ben reaches a customer a minute before midnight.", ended(5, user=BEN)),
    ],
    not_sent=["A missed call has no user, and so counts for nobody."],
    table="""
                       Mon 16  Tue 17
Ana calls                   2       .
Ana conversations           1       .
Ben calls                   .       2
Ben conversations           .       2
""",
)
