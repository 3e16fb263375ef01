"""A batch that has waited for its locks sees what was committed meanwhile."""

import asyncio
from collections.abc import Sequence

from services.nudges.intake.day_reports import Locks, Merged, merge_days
from services.nudges.locks import lock_erasure, lock_person
from shared.events import DayReport
from shared.postgres.pool import Connection
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rows import Rows

IS_ANYBODY_WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
DIGEST = b"ana"
LOCKS = Locks(people=[ANA.id, BEN.id], digests=[DIGEST])


async def _merge(rows: Rows, reports: Sequence[DayReport]) -> Merged:
    async with rows.pool.acquire() as connection, connection.transaction():
        return await merge_days(connection, reports, LOCKS, now=NOON)


async def _merge_after(rows: Rows, holder: Connection, *reports: DayReport) -> "asyncio.Task[Merged]":
    merging = asyncio.create_task(_merge(rows, reports))
    while not await holder.fetchval(IS_ANYBODY_WAITING):
        pass
    return merging


async def test_what_was_sent_while_a_batch_waited_may_be_retracted(rows: Rows) -> None:
    day = open_report()
    async with rows.pool.acquire() as holder:
        async with holder.transaction():
            await lock_person(holder, ANA.id)
            merging = await _merge_after(rows, holder, day, open_report(rep=BEN))
            await rows.add_nudge(make_nudge("n1", rule="plan_done", day=day.day))
        merged = await merging

    assert {rep_id: changes.has_sent for (rep_id, _), changes in merged.changes.items()} == {ANA.id: True, BEN.id: False}


async def test_nothing_is_stored_of_a_batch_about_somebody_who_was_erased_while_it_waited(rows: Rows) -> None:
    async with rows.pool.acquire() as holder:
        async with holder.transaction():
            await lock_erasure(holder)
            merging = await _merge_after(rows, holder, open_report(), open_report(rep=BEN))
            await holder.execute("INSERT INTO erased_person (digest, erased_at) VALUES ($1, $2)", DIGEST, NOON)
        merged = await merging

    assert merged == Merged(erased=[DIGEST], changes={})
    assert await rows.pool.fetchval("SELECT count(*) FROM day") == 0
