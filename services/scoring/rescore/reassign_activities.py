"""Assign activities to reps and days again, after a roster has changed identities or time zones."""

from collections.abc import Sequence
from datetime import datetime

from services.scoring.days.days import insert_days
from services.scoring.days.score_days import initial_states
from services.scoring.definitions.pending_rescores import RepSpan, finish_reassignment, request_rescore
from services.scoring.domain.activities.activity_record import derive_again
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.roster.roster import Identity, Roster
from services.scoring.record.activities import list_reps_with_activities, lock_activities_of_reps, update_activities
from shared.postgres.pool import Connection


async def choose_reps(
    connection: Connection, spans: Sequence[RepSpan], definitions: Definitions, *, reps_max: int
) -> list[RepSpan]:
    """All of these reps who have no activities, and whose users have none, and `reps_max` of the others."""
    owners = [(span.rep_id, identity) for span in spans for identity in _identities(span, definitions.roster)]
    owning = await list_reps_with_activities(connection, [span.rep_id for span in spans], owners)
    others = [span for span in spans if span.rep_id in owning]
    return [*(span for span in spans if span.rep_id not in owning), *others[:reps_max]]


async def reassign_activities(
    connection: Connection, spans: Sequence[RepSpan], definitions: Definitions, *, now: datetime
) -> None:
    """Assign the activities of these reps, and those that may become theirs, again. Every day that has one of them, or loses
    one, is scored again later. Needs a transaction that shares the definitions."""
    roster, rep_ids = definitions.roster, [span.rep_id for span in spans]
    identities = [identity for span in spans for identity in _identities(span, roster)]
    records = await lock_activities_of_reps(connection, rep_ids, identities)
    changed, touched = [], set()
    for record in records:
        derived = derive_again(record, record.states, roster=roster)
        if derived != record:
            changed.append(derived)
        elif record.rep_day is None or record.rep_day.rep_id not in rep_ids:
            continue
        touched |= {rep_day for rep_day in (record.rep_day, derived.rep_day) if rep_day is not None}
    if changed:
        await update_activities(connection, changed)
    await finish_reassignment(connection, rep_ids)
    if touched:
        await insert_days(connection, initial_states(touched, definitions, now=now))
        await request_rescore(
            connection,
            {rep_day.rep_id for rep_day in touched},
            first=min(rep_day.day for rep_day in touched),
            last=max(rep_day.day for rep_day in touched),
            needs_reassignment=False,
            now=now,
        )


def _identities(span: RepSpan, roster: Roster) -> Sequence[Identity]:
    """What identities the rep has, and which they had before."""
    rep = roster.reps.get(span.rep_id)
    return [*(rep.identities if rep is not None else ()), *span.lost_identities]
