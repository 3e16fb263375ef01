"""Put on its way to each rep what they are to be told of: the versions that bind them today or will, each once."""

from collections.abc import Collection
from datetime import datetime

from services.scoring import store
from services.scoring.announcement import PlaybookEvent, announced
from services.scoring.domain.binding import bindings_of
from services.scoring.domain.calendar import rep_day_of
from services.scoring.domain.day import Definitions
from shared.events import PlaybookAnnounced, PlaybookWithdrawn
from shared.postgres import Connection
from shared.trace import continue_trace


async def announce_playbooks(
    connection: Connection, definitions: Definitions, rep_ids: Collection[str], *, now: datetime
) -> int:
    """Keep what these reps are to be told of and were not yet, withdraw what will not come to bind them after all, and put
    both into the outbox. Returns how many reps are to be told.

    Needs a transaction that shares or locks the definitions. Three statements at most, whatever the number of reps.
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
    bound = [(one.rep.id, one.playbook.number, one.first) for one in bindings]
    withdrawn = await store.withdraw_announcements(connection, today, bound, now=now)
    times = await store.add_announcements(connection, bound, now=now) if bound else {}
    trace = continue_trace(None)
    bodies: list[PlaybookAnnounced | PlaybookWithdrawn] = [
        *(
            PlaybookWithdrawn(rep_id=rep_id, version=version, times=often, withdrawn_at=now)
            for rep_id, version, often in withdrawn
        ),
        *(
            announced(one, definitions, times=often, now=now)
            for one in bindings
            if (often := times.get((one.rep.id, one.playbook.number)))
        ),
    ]
    events = [PlaybookEvent(body=body, traceparent=trace, at=now) for body in bodies]
    if events:
        await store.enqueue_events(connection, events)
    return len({rep_id for rep_id, _ in times})
