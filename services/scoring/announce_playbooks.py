"""Put on its way to each rep what they are to be told of: the versions that bind them today or will, each once."""

from collections.abc import Collection
from datetime import datetime

from services.scoring import store
from services.scoring.announcement import PlaybookAnnouncement, announced
from services.scoring.domain.binding import bindings_of
from services.scoring.domain.calendar import rep_day_of
from services.scoring.domain.day import Definitions
from shared.postgres import Connection
from shared.trace import continue_trace


async def announce_playbooks(
    connection: Connection, definitions: Definitions, rep_ids: Collection[str], *, now: datetime
) -> int:
    """Keep what these reps are to be told of and were not yet, and put it into the outbox. Returns how many reps that are.

    Needs a transaction that shares or locks the definitions. Two statements, whatever the number of reps.
    """
    reps = [rep for rep_id in sorted(rep_ids) if (rep := definitions.roster.reps.get(rep_id)) is not None]
    binding = [one for rep in reps for one in bindings_of(rep, definitions.playbooks, today=rep_day_of(rep, now))]
    if not binding:
        return 0
    times = await store.add_announcements(
        connection, [(one.rep.id, one.playbook.number, one.first) for one in binding], now=now
    )
    traceparent = continue_trace(None)
    events = [
        PlaybookAnnouncement(
            body=announced(one, definitions, now=now),
            times=times[one.rep.id, one.playbook.number],
            traceparent=traceparent,
            at=now,
        )
        for one in binding
        if (one.rep.id, one.playbook.number) in times
    ]
    if events:
        await store.enqueue_events(connection, events)
    return len({event.body.rep.id for event in events})
