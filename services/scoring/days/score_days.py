"""Count days again, store what changed, and report it: the only way in which a day gets its counts and its score."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from services.scoring.days.cause import Cause
from services.scoring.days.day_report import make_report, report_event
from services.scoring.days.days import claim_days, update_days, update_reported_days
from services.scoring.days.goal_counts import GoalCounts, count_goals, has_goals
from services.scoring.days.recount_days import recount_days
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import EMPTY_TALLY, Day, DayState, initial_state
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.roster.calendar import presence_on
from services.scoring.domain.roster.roster import Rep
from shared.event_types import DAY_CHANGED, EventType
from shared.events import DayReport, Presence
from shared.postgres.outbox import EventLeases, OutboxEvent, enqueue_events
from shared.postgres.pool import Connection
from shared.trace import continue_trace

REPORTED_DAYS: Final = 60
"""A change of definitions is reported for this many days back. Rules look back six weeks; those that look back further take
older days as they were judged then."""
_WORKED_OR_AWAY: Final = (Presence.WORKING, Presence.ABSENT)


class DayEvent(NamedTuple):
    """A day as it is now, what to report about it, and why."""

    day: Day
    cause: Cause
    event_type: EventType[DayReport]


async def score_days(
    connection: Connection,
    definitions: Definitions,
    causes: Mapping[RepDay, Cause],
    *,
    leases: EventLeases | None = None,
    now: datetime,
) -> int:
    """Lock these days, count them again, store what changed and put reports of it into the outbox, under `leases` if this
    process publishes them itself. Returns how many days changed.

    Needs a transaction that shares or locks the definitions and has locked the activities before. Two kinds of days are left
    out. Days of reps whose activities wait to be reassigned: only some of their activities would be counted. And days of reps
    who are not in the roster: they stay as last reported, so that a return to the roster reports what has changed since.
    """
    states = initial_states(causes, definitions, now=now)
    if not states:
        return 0
    days = await claim_days(connection, states, only_assigned=True)
    return await score_locked_days(connection, definitions, days, causes, leases=leases, now=now)


async def score_locked_days(
    connection: Connection,
    definitions: Definitions,
    days: Sequence[Day],
    causes: Mapping[RepDay, Cause],
    *,
    leases: EventLeases | None = None,
    now: datetime,
) -> int:
    """As `score_days`, for days that are locked already, of reps whose activities are assigned."""
    reps = definitions.roster.reps
    known = [(day.rep_day, day) for day in days if day.rep_id in reps]
    versions = {rep_day: definitions.playbook_of(reps[rep_day.rep_id], rep_day.day) for rep_day, _ in known}
    if not versions:
        return 0
    tallies = await recount_days(connection, versions)
    changed: list[Day] = []
    reported: list[DayEvent] = []
    for rep_day, day in known:
        tally, cause = tallies.get(rep_day, EMPTY_TALLY), causes[rep_day]
        score = definitions.score_under(versions[rep_day], reps[rep_day.rep_id], rep_day.day, tally.counts).shown
        is_unchanged = (tally, score) == (day.tally, day.score)
        if is_unchanged and not (cause.is_redefinition and _may_differ_otherwise(day, reps[rep_day.rep_id])):
            continue
        is_reported = _is_reported(day, cause, now=now)
        updated = msgspec.structs.replace(day, tally=tally, score=score, revision=day.revision + is_reported)
        changed.append(updated)
        if is_reported:
            reported.append(DayEvent(updated, cause, DAY_CHANGED))
    await _store(connection, definitions, changed, reported, leases, now=now)
    return len(changed)


async def _store(
    connection: Connection,
    definitions: Definitions,
    changed: Sequence[Day],
    reported: Sequence[DayEvent],
    leases: EventLeases | None,
    *,
    now: datetime,
) -> None:
    """Store days and report them: in one statement, unless a report names goals, whose counts are those of the stored days."""
    if changed and leases is not None and not has_goals(definitions, (event.day.rep_day for event in reported)):
        goals: Mapping[RepDay, GoalCounts] = {event.day.rep_day: [] for event in reported}
        await update_reported_days(connection, changed, _make_events(reported, definitions, goals, now=now), leases)
        return
    if changed:
        await update_days(connection, changed)
    await report_days(connection, definitions, reported, leases=leases, now=now)


def initial_states(rep_days: Iterable[RepDay], definitions: Definitions, *, now: datetime) -> list[tuple[RepDay, DayState]]:
    """The days of reps in the roster, each with the state that it is stored in if it is not stored yet."""
    reps = definitions.roster.reps
    return [
        (rep_day, initial_state(reps[rep_day.rep_id], rep_day.day, now=now)) for rep_day in rep_days if rep_day.rep_id in reps
    ]


def first_reported_day(now: datetime) -> date:
    """The earliest day for which a change of definitions is reported."""
    return now.date() - timedelta(days=REPORTED_DAYS)


def _may_differ_otherwise(day: Day, rep: Rep) -> bool:
    """Whether a new definition may change what is reported of a day besides its counts and its score: of an open day anything,
    and of a closed one without a score whether the rep was away."""
    return day.state == "open" or (day.score is None and presence_on(rep, day.day)[0] in _WORKED_OR_AWAY)


def _is_reported(day: Day, cause: Cause, *, now: datetime) -> bool:
    """Future days are not reported, nor are days of long ago when a definition has changed."""
    return day.state != "future" and not (cause.is_redefinition and day.day < first_reported_day(now))


async def report_days(
    connection: Connection,
    definitions: Definitions,
    day_events: Sequence[DayEvent],
    *,
    leases: EventLeases | None = None,
    now: datetime,
) -> None:
    """Put reports of these days into the outbox."""
    if not day_events:
        return
    goals = await count_goals(connection, definitions, {event.day.rep_day: event.cause for event in day_events})
    events = _make_events(day_events, definitions, goals, now=now)
    await (enqueue_events(connection, events) if leases is None else leases.enqueue(connection, events))


def _make_events(
    day_events: Sequence[DayEvent], definitions: Definitions, goals: Mapping[RepDay, GoalCounts], *, now: datetime
) -> list[OutboxEvent]:
    return [
        report_event(
            event_type,
            make_report(day, definitions, goals[day.rep_day], now=now, is_history=cause.is_history),
            traceparent=continue_trace(cause.traceparent),
            at=now,
        )
        for day, cause, event_type in day_events
    ]
