"""Score days again in small steps, each a transaction. First activities are reassigned, then days are scored, the earliest
first.

A day goes from its old score to its new one in one step. Observations that are recorded meanwhile count such days under the new
definitions already, or leave them to this step while the rep's activities wait to be reassigned.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from services.scoring.days.cause import Cause
from services.scoring.days.open_and_close_days import open_and_close_days
from services.scoring.days.score_days import first_reported_day, score_locked_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import RepSpan, claim_rescores, finish_scoring
from services.scoring.domain.definitions import Definitions
from services.scoring.rescore.days_to_rescore import find_first_day, lock_days, lock_past_days, plan_each_time
from services.scoring.rescore.reassign_activities import choose_reps, reassign_activities
from services.scoring.rescore.score_past_days import score_past_days
from shared.postgres.pool import Connection
from shared.trace import continue_trace

REPS_REASSIGNED: Final = 4
"""Of those who may have activities. All others who are claimed with them are done at once."""

REPS_CLAIMED: Final = 200
REPS_SCORED: Final = 100
"""Many reps in one step, so that the days of one date are counted together: they lie beside each other on the disk."""

DAYS_SCORED: Final = 500
"""An observation of one of these days waits until all of them are done."""

PAST_DAYS_SCORED: Final = 1_000
"""Without reports they take half the time."""


async def rescore_next_days(pool: asyncpg.Pool, cache: DefinitionsCache, *, now: datetime) -> bool:
    """Take the next step. False if there is none, or other replicas are at work on everything that there is."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        await plan_each_time(connection)
        if spans := await claim_rescores(connection, needs_reassignment=True, reps_max=REPS_CLAIMED):
            reassigned = await choose_reps(connection, spans, definitions, reps_max=REPS_REASSIGNED)
            await reassign_activities(connection, reassigned, definitions, now=now)
            return True
        spans = await claim_rescores(connection, needs_reassignment=False, reps_max=REPS_SCORED)
        if not spans:
            return False
        next_day = await _score_earliest_days(connection, spans, definitions, now=now)
        await finish_scoring(connection, [span.rep_id for span in spans], next_day=next_day)
    if next_day is None:  # no day of these reps was opened meanwhile, since the report would have had its old score
        await open_and_close_days(pool, cache, [span.rep_id for span in spans], now=now)
    return True


async def _score_earliest_days(
    connection: Connection, spans: Sequence[RepSpan], definitions: Definitions, *, now: datetime
) -> date | None:
    """Score the earliest days of the spans. Returns the date from which on more may follow; None if nothing does."""
    first = await find_first_day(connection, spans)
    if first is None:
        return None
    reported_from = first_reported_day(now)
    if first < reported_from:
        before = min(first + timedelta(days=max(1, PAST_DAYS_SCORED // len(spans))), reported_from)
        await score_past_days(connection, definitions, await lock_past_days(connection, spans, first=first, before=before))
        return before
    before = first + timedelta(days=max(1, DAYS_SCORED // len(spans)))
    days = await lock_days(connection, spans, first=first, before=before)
    cause = Cause(traceparent=continue_trace(None), is_redefinition=True)
    await score_locked_days(connection, definitions, days, {day.rep_day: cause for day in days}, now=now)
    return before
