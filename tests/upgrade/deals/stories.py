"""What happened before the upgrade, and what is said about the same deals and meetings on the day after it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from tests.upgrade.deals.installation import Post
from tests.upgrade.deals.senders import ANA, BRUNO, acme, force, hub, pipe, utc, zap

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (datetime(2026, 3, day, 10, tzinfo=UTC) for day in range(2, 7))
STOPPED_AT: Final = datetime(2026, 3, 10, 6, tzinfo=UTC)
"""When the earlier version was stopped, on the second Tuesday. Nothing was posted since Friday, and all days are closed."""
EDITED_AT: Final = datetime(2026, 3, 10, 10, tzinfo=UTC)
MOVED_AT: Final = EDITED_AT + timedelta(hours=1)
CONTINUED_UNTIL: Final = datetime(2026, 3, 11, 12, tzinfo=UTC)
_ONE_HOUR: Final = timedelta(hours=1)


def week() -> list[Post]:
    """In the order in which it was posted."""
    return sorted([*_acme(), *_hub(), *_pipe(), *_force(), *_zap()], key=lambda post: post.at)


def _acme() -> list[Post]:
    """A deal that moved on; one that was won and handed over; one that was won, opened again and lost; one without a stage; one
    that was deleted. Two meetings with a date of booking, which meant nothing to the earlier version. Bruno sends proposals
    until Thursday. Both receive a hint on the Monday on which nothing happens."""
    met_at = THURSDAY.isoformat()
    return [
        acme(MONDAY, "moved", "deal_stage_changed", stage="qualified", started_at=MONDAY.isoformat()),
        acme(TUESDAY, "moved", "deal_stage_changed", stage="offer", started_at=TUESDAY.isoformat()),
        acme(WEDNESDAY, "handed-over", "deal_won", stage="offer", started_at=WEDNESDAY.isoformat(), amount="900.00"),
        acme(THURSDAY, "handed-over", "deal_won", stage="offer", actor=BRUNO),
        acme(TUESDAY, "lost", "deal_won", stage="offer", started_at=TUESDAY.isoformat()),
        acme(WEDNESDAY, "lost", "deal_stage_changed", stage="offer", started_at=WEDNESDAY.isoformat()),
        acme(THURSDAY, "lost", "deal_lost", stage="offer", started_at=THURSDAY.isoformat()),
        acme(WEDNESDAY, "no-stage", "deal_stage_changed", started_at=WEDNESDAY.isoformat()),
        acme(MONDAY, "deleted", "deal_stage_changed", stage="offer", started_at=MONDAY.isoformat()),
        acme(TUESDAY, "deleted", "deal_stage_changed", deleted=True),
        acme(TUESDAY, "proposal", "proposal_sent", started_at=TUESDAY.isoformat(), amount="700.00"),
        *(
            acme(day, f"proposal-{day:%a}", "proposal_sent", actor=BRUNO, started_at=day.isoformat())
            for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
        ),
        acme(THURSDAY, "met", "meeting", booked_at=MONDAY.isoformat(), outcome="held", started_at=met_at),
        acme(THURSDAY + _ONE_HOUR, "met-as-well", "meeting", booked_at="last week", outcome="held", started_at=met_at),
    ]


def _hub() -> list[Post]:
    """A deal counted on its close date: one that moved on, one that was won, one that was opened again. And a meeting."""
    stages = ("appointmentscheduled", "presentationscheduled", "closedwon")
    return [
        hub(MONDAY, 1, hubspot_owner_id=ANA, dealstage=stages[0], amount="100", closedate=_ms(FRIDAY)),
        hub(TUESDAY, 1, dealstage=stages[1]),
        hub(MONDAY, 2, hubspot_owner_id=ANA, dealstage=stages[1], amount="200", closedate=_ms(FRIDAY)),
        hub(WEDNESDAY, 2, dealstage=stages[2], closedate=_ms(WEDNESDAY)),
        hub(TUESDAY, 3, hubspot_owner_id=ANA, dealstage=stages[2], closedate=_ms(TUESDAY)),
        hub(THURSDAY, 3, dealstage=stages[1]),
        hub(MONDAY, 4, object_type="0-47", hubspot_owner_id=ANA, hs_meeting_start_time=_ms(THURSDAY)),
        hub(THURSDAY, 4, object_type="0-47", hs_meeting_outcome="COMPLETED"),
    ]


def _pipe() -> list[Post]:
    """Deals of which stage 7 is a proposal: one that moved on, one that was won, one that was handed over, and one that was
    won, opened again and lost. And two meetings, of which one is still to come."""
    return [
        pipe(MONDAY, "deal", 1, status="open", stage_id=6, stage_change_time=utc(MONDAY)),
        pipe(TUESDAY, "deal", 1, status="open", stage_id=7, stage_change_time=utc(TUESDAY)),
        pipe(TUESDAY, "deal", 2, status="open", stage_id=7, stage_change_time=utc(TUESDAY), value=50),
        pipe(THURSDAY, "deal", 2, status="won", stage_id=7, stage_change_time=utc(TUESDAY), won_time=utc(THURSDAY), value=50),
        pipe(WEDNESDAY, "deal", 3, status="open", stage_id=7, stage_change_time=utc(WEDNESDAY)),
        pipe(THURSDAY, "deal", 3, status="open", stage_id=7, stage_change_time=utc(WEDNESDAY), owner_id=int(BRUNO)),
        pipe(MONDAY, "deal", 4, status="won", stage_id=7, stage_change_time=utc(MONDAY), won_time=utc(MONDAY)),
        pipe(TUESDAY, "deal", 4, status="open", stage_id=7, stage_change_time=utc(MONDAY)),
        pipe(WEDNESDAY, "deal", 4, status="lost", stage_id=7, stage_change_time=utc(MONDAY), lost_time=utc(WEDNESDAY)),
        _meeting(WEDNESDAY, 5, due_date="2026-03-04", added_at=MONDAY, done=True),
        _meeting(THURSDAY, 6, due_date="2026-03-12", added_at=THURSDAY, done=False),
    ]


def _meeting(at: datetime, number: int, *, due_date: str, added_at: datetime, done: bool) -> Post:
    return pipe(at, "activity", number, type="meeting", due_date=due_date, due_time="10:00", add_time=utc(added_at), done=done)


def _force() -> list[Post]:
    """An opportunity that moved on, and one whose win was entered two days after the close date that somebody typed."""
    return [
        _opportunity(MONDAY, 1, "Prospecting", moved_at=MONDAY),
        _opportunity(TUESDAY, 1, "Proposal", moved_at=TUESDAY),
        _opportunity(FRIDAY, 2, "Closed Won", moved_at=FRIDAY, is_won=True),
    ]


def _zap() -> list[Post]:
    return [zap(MONDAY, "undated", stage="first"), zap(TUESDAY, "undated", stage="second")]


def _opportunity(
    at: datetime, number: int, stage: str, *, moved_at: datetime, is_won: bool = False, amount: str = "40"
) -> Post:
    is_closed = "true" if is_won else "false"
    fields = {
        "StageName": stage,
        "IsWon": is_closed,
        "IsClosed": is_closed,
        "Amount": amount,
        "CloseDate": "2026-03-04",
        "LastStageChangeDate": f"{moved_at:%Y-%m-%dT%H:%M:%S}.000Z",
    }
    return force(at, number, fields)


def _ms(at: datetime) -> str:
    return str(int(at.timestamp() * 1_000))


def edits() -> list[Post]:
    """Every deal and meeting is edited: its amount or its owner is another, and nothing moves."""
    at = EDITED_AT
    return [
        acme(at, "moved", "deal_stage_changed", stage="offer", started_at=TUESDAY.isoformat(), amount="11.00"),
        acme(at, "handed-over", "deal_won", stage="offer", started_at=WEDNESDAY.isoformat(), actor=ANA, amount="12.00"),
        acme(at, "lost", "deal_lost", stage="offer", started_at=THURSDAY.isoformat(), actor=BRUNO),
        acme(at, "no-stage", "deal_stage_changed", started_at=WEDNESDAY.isoformat(), amount="13.00"),
        acme(at, "deleted", "deal_stage_changed", stage="offer", started_at=MONDAY.isoformat(), amount="14.00"),
        acme(at, "proposal", "proposal_sent", started_at=TUESDAY.isoformat(), amount="15.00"),
        acme(at, "met", "meeting", outcome="held", booked_at=MONDAY.isoformat(), started_at=THURSDAY.isoformat()),
        acme(at, "met-as-well", "meeting", outcome="held", started_at=THURSDAY.isoformat()),
        hub(at, 1, amount="101", hubspot_owner_id=BRUNO),
        hub(at, 2, amount="201"),
        hub(at, 3, hubspot_owner_id=BRUNO),
        hub(at, 4, object_type="0-47", hs_createdate=_ms(MONDAY), hs_meeting_outcome="COMPLETED"),
        pipe(at, "deal", 1, status="open", stage_id=7, stage_change_time=utc(TUESDAY), value=51),
        pipe(at, "deal", 2, status="won", stage_id=7, stage_change_time=utc(TUESDAY), won_time=utc(THURSDAY), value=52),
        pipe(at, "deal", 3, status="open", stage_id=7, stage_change_time=utc(WEDNESDAY), owner_id=int(ANA)),
        pipe(at, "deal", 4, status="lost", stage_id=7, stage_change_time=utc(MONDAY), lost_time=utc(WEDNESDAY), value=53),
        _meeting(at, 5, due_date="2026-03-04", added_at=MONDAY, done=True),
        _opportunity(at, 1, "Proposal", moved_at=TUESDAY, amount="41"),
        _opportunity(at, 2, "Closed Won", moved_at=FRIDAY, is_won=True, amount="42"),
        zap(at, "undated", stage="second"),
    ]


def moves() -> list[Post]:
    """An hour later, six deals enter a stage that they were never in, and two are won."""
    at = MOVED_AT
    return [
        acme(at, "moved", "deal_stage_changed", stage="negotiation", started_at=at.isoformat()),
        acme(at, "no-stage", "deal_stage_changed", stage="offer", started_at=at.isoformat()),
        hub(at, 1, hubspot_owner_id=ANA, dealstage="contractsent"),
        hub(at, 3, hubspot_owner_id=ANA, dealstage="closedwon"),
        pipe(at, "deal", 1, status="open", stage_id=8, stage_change_time=utc(at)),
        pipe(at, "deal", 3, status="won", stage_id=7, stage_change_time=utc(WEDNESDAY), won_time=utc(at)),
        _opportunity(at, 1, "Negotiation", moved_at=at),
        zap(at, "undated", stage="third"),
    ]
