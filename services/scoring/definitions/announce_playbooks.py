"""Announce playbook versions to the reps whom they judge, each version once."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.scoring.definitions.announcement_event import announcement_event
from services.scoring.definitions.announcements import list_announced, merge_notices
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.bindings import Notice, find_bindings, find_notices
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.roster.calendar import rep_day_of
from shared.events import RepId
from shared.postgres.outbox import enqueue_events
from shared.postgres.pool import Connection
from shared.trace import continue_trace

_REPS_AT_ONCE: Final = 500
"""Events of so many take about a tenth of a second to write; nothing else is answered meanwhile."""


async def announce_playbooks(
    connection: Connection, definitions: Definitions, rep_ids: Collection[RepId], *, now: datetime
) -> int:
    """Announce to these reps every version that judges them today or will do so later and was not announced yet, and withdraw
    announced versions that will not judge them after all. Returns to how many reps something is announced.

    Needs a transaction that locks the definitions, or that shares them and has locked the last opened days of these reps. It
    takes three statements at most for every 500 reps.
    """
    in_order = sorted(rep_ids)
    slices = [in_order[first : first + _REPS_AT_ONCE] for first in range(0, len(in_order), _REPS_AT_ONCE)]
    return sum([await _announce_to(connection, definitions, rep_slice, now=now) for rep_slice in slices])


async def announce_wordings(
    connection: Connection, definitions: Definitions, versions: Sequence[Playbook], *, now: datetime
) -> None:
    """Publish the announcements of these versions again, with their new words, for everybody to whom they were announced and
    whom they judge today or will judge. Needs a transaction that locks the definitions."""
    numbers = {version.number for version in versions}
    reps = {rep.id: rep for version in versions for rep in definitions.roster.reps_of(version.team)}
    announced = await list_announced(connection, reps)
    notices = [
        Notice(
            rep_id=rep.id,
            version=binding.playbook.number,
            first=known.first,
            announcement_number=known.announcement_number,
            binding=replace(binding, first=known.first),
        )
        for _, rep in sorted(reps.items())
        for binding in find_bindings(rep, definitions.playbooks, today=rep_day_of(rep, now))
        if binding.playbook.number in numbers
        and (known := announced.get((rep.id, binding.playbook.number))) is not None
        and not known.is_withdrawn
    ]
    traceparent = continue_trace(None)
    for first in range(0, len(notices), _REPS_AT_ONCE):
        events = [
            announcement_event(notice, definitions, traceparent=traceparent, now=now)
            for notice in notices[first : first + _REPS_AT_ONCE]
        ]
        await enqueue_events(connection, events)


async def _announce_to(connection: Connection, definitions: Definitions, rep_ids: Sequence[RepId], *, now: datetime) -> int:
    reps = definitions.roster.reps
    today = {rep_id: rep_day_of(reps[rep_id], now) if rep_id in reps else now.date() for rep_id in rep_ids}
    bindings = [
        binding
        for rep_id, day in today.items()
        if rep_id in reps
        for binding in find_bindings(reps[rep_id], definitions.playbooks, today=day)
    ]
    notices = list(find_notices(bindings, await list_announced(connection, today), today=today))
    if notices:
        await merge_notices(connection, notices, now=now)
        traceparent = continue_trace(None)
        await enqueue_events(
            connection, [announcement_event(notice, definitions, traceparent=traceparent, now=now) for notice in notices]
        )
    return len({notice.rep_id for notice in notices if notice.binding is not None})
