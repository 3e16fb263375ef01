"""What a manager's reps dispute, clause by clause, on a real database."""

from datetime import datetime

from services.nudges.context.team_context import OpenDispute
from services.nudges.context.team_news.open_disputes import list_open_disputes
from services.nudges.decide.disputes.dispute_answers import mark_resolved
from services.nudges.domain.feedback.disputes import DisputeId, DisputeReason, RecordedActivity, Resolution
from services.nudges.pages.disputes.disputes import NewDispute, merge_dispute
from shared.events import Rep
from shared.observation import ActivityId, SourceName
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY, at
from tests.services.nudges.builders.people import ANA, BEN, MARA, rep
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows


async def _dispute(rows: Rows, of_rep: Rep, dispute_id: str, *, now: datetime = NOON) -> DisputeId:
    dispute = NewDispute(
        id=DisputeId(dispute_id),
        rep_id=of_rep.id,
        day=MONDAY,
        source=SourceName("acme"),
        account="",
        activity_id=ActivityId(dispute_id),
        reason=DisputeReason.TIME,
        recorded=RecordedActivity(kind="call"),
    )
    await merge_dispute(rows.pool, dispute, now=now)
    return dispute.id


async def test_open_disputes_of_the_reps_come_with_their_day_the_oldest_first(rows: Rows) -> None:
    cleo = rep("Cleo Fox")
    for of_rep in (ANA, BEN, cleo):
        await rows.add_day(report(rep=of_rep, timezone="Pacific/Auckland"))
    await rows.add_day(report(TUESDAY, rep=BEN, timezone="Europe/Madrid"))
    await _dispute(rows, ANA, "b", now=at(MONDAY, "12:30"))
    await _dispute(rows, BEN, "c", now=at(MONDAY, "12:00"))
    await _dispute(rows, BEN, "a", now=at(MONDAY, "12:30"))
    await rows.ignore_indexes()
    await _dispute(rows, cleo, "other")
    resolved = await _dispute(rows, ANA, "resolved")
    await mark_resolved(rows.pool, resolved, MARA.id, Resolution.STANDS, now=NOON)

    async with rows.pool.acquire() as connection:
        disputes = await list_open_disputes(connection, [ANA.id, BEN.id])

    assert disputes == (
        OpenDispute(rep_id=BEN.id, disputed_on=MONDAY),
        OpenDispute(rep_id=BEN.id, disputed_on=MONDAY),
        OpenDispute(rep_id=ANA.id, disputed_on=TUESDAY),
    )
