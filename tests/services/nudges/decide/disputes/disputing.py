"""What reps dispute, planted."""

from datetime import date, datetime

from services.nudges.domain.feedback.disputes import DisputeId, DisputeReason, RecordedActivity
from services.nudges.pages.disputes.disputes import NewDispute, merge_dispute
from shared.events import Rep
from shared.observation import ActivityId, SourceName
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.rows import Rows


async def dispute(
    rows: Rows,
    name: str = "d1",
    *,
    of_rep: Rep = ANA,
    day: date = MONDAY,
    reason: DisputeReason = DisputeReason.NOT_DONE,
    now: datetime = NOON,
) -> DisputeId:
    """A rep disputes a call."""
    new = NewDispute(
        id=DisputeId(name),
        rep_id=of_rep.id,
        day=day,
        source=SourceName("acme"),
        account="",
        activity_id=ActivityId(name),
        reason=reason,
        recorded=RecordedActivity(kind="call"),
    )
    await merge_dispute(rows.pool, new, now=now)
    return new.id
