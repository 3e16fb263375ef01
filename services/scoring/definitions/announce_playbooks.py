"""Put on its way to each rep what they are to be told of: the versions that bind them today or will, each once."""

from collections.abc import Collection
from datetime import datetime

from services.scoring import store
from services.scoring.definitions.announcement_event import PlaybookEvent, body_of
from services.scoring.domain.day import Definitions
from services.scoring.domain.playbook.bindings import bindings_of, notices
from services.scoring.domain.roster.calendar import rep_day_of
from shared.postgres.pool import Connection
from shared.trace import continue_trace


async def announce_playbooks(
    connection: Connection, definitions: Definitions, rep_ids: Collection[str], *, now: datetime
) -> int:
    """Keep what these reps are to be told of and were not yet, withdraw what will not come to bind them after all, and put
    both into the outbox. Returns how many reps are to be told.

    Needs a transaction that locks the definitions, or that shares them and holds these reps' progress. Three statements at
    most, whatever the number of reps.
    """
    reps = definitions.roster.reps
    today = {rep_id: rep_day_of(reps[rep_id], now) if rep_id in reps else now.date() for rep_id in sorted(rep_ids)}
    if not today:
        return 0
    bindings = [
        one
        for rep_id, day in today.items()
        if rep_id in reps
        for one in bindings_of(reps[rep_id], definitions.playbooks, today=day)
    ]
    given = list(notices(bindings, await store.list_announcements(connection, today), today=today))
    if given:
        await store.merge_announcements(connection, given, now=now)
        traceparent = continue_trace(None)
        events = [PlaybookEvent(body=body_of(one, definitions, now=now), traceparent=traceparent, at=now) for one in given]
        await store.enqueue_events(connection, events)
    return len({one.rep_id for one in given if one.binding is not None})
