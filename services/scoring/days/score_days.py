"""Count days anew and announce those that changed: the one way in which a day's counts and score come about."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import compress
from typing import Final

import msgspec

from services.scoring import store
from services.scoring.days.day_report import Announcement, GoalCounts, report_of
from services.scoring.days.recount_days import GoalPeriod, recount_days, sum_goals
from services.scoring.definitions.pending_rescores import waiting_to_be_placed, waiting_to_be_scored
from services.scoring.domain.activities.counting import Place
from services.scoring.domain.day import NOTHING_COUNTED, Day, DayState, Definitions, state_when_first_heard_of
from shared.events import DAY_CHANGED
from shared.postgres.pool import Connection
from shared.trace import continue_trace

REPORTED_DAYS: Final = 60
"""A change of definitions is reported for so many days back. Rules look back six weeks; those that watch for longer take the
older days as they were judged then."""


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """What made a day worth counting anew. `history` is true while only imported observations did; `redefined` when it was
    a roster or a playbook, which may change more of an open day's report than its score."""

    traceparent: str | None = None
    history: bool = False
    redefined: bool = False


async def score_days(connection: Connection, definitions: Definitions, causes: Mapping[Place, Cause], *, now: datetime) -> int:
    """Lock these days, recount them, store what changed and put its reports into the outbox. Returns how many that were.

    Needs a transaction that shares or locks the definitions, and that has locked its activities before. Days of reps whose
    activities are still to be placed are left out: half of what they did would be counted. Days of who is no longer in the
    roster stay as they were last reported, so that coming back says what has changed since.
    """
    if not causes:
        return 0
    unplaced = await waiting_to_be_placed(connection, {place.rep_id for place in causes})
    wanted = with_state([place for place in causes if place.rep_id not in unplaced], definitions, now=now)
    if not wanted:
        return 0
    days = await store.claim_days(connection, wanted)
    return await score_locked_days(connection, definitions, days, causes, now=now)


async def score_locked_days(
    connection: Connection, definitions: Definitions, days: Sequence[Day], causes: Mapping[Place, Cause], *, now: datetime
) -> int:
    """As `score_days`, of days that are locked and of reps whose activities are placed."""
    reps = definitions.roster.reps
    placed = [(day.place, day) for day in days if day.rep_id in reps]
    judged_by = {place: definitions.playbook_of(reps[place.rep_id], place.day) for place, _ in placed}
    if not judged_by:
        return 0
    tallies = await recount_days(connection, judged_by)
    changed, reported = [], []
    for place, day in placed:
        tally, cause = tallies.get(place, NOTHING_COUNTED), causes[place]
        score = definitions.score_under(judged_by[place], reps[place.rep_id], place.day, tally.counts).shown
        if (tally, score) == (day.tally, day.score) and not (cause.redefined and day.state == "open"):
            continue
        is_reported = _is_reported(day, cause, now=now)
        fresh = msgspec.structs.replace(day, tally=tally, score=score, revision=day.revision + is_reported)
        changed.append(fresh)
        if is_reported:
            reported.append((fresh, cause, DAY_CHANGED))
    if changed:
        await store.update_days(connection, changed)
    await announce(connection, definitions, reported, now=now)
    return len(changed)


def with_state(places: Iterable[Place], definitions: Definitions, *, now: datetime) -> list[tuple[Place, DayState]]:
    """Those of reps in the roster, each with the state of a day that is heard of only now."""
    reps = definitions.roster.reps
    return [
        (place, state_when_first_heard_of(reps[place.rep_id], place.day, now=now)) for place in places if place.rep_id in reps
    ]


def first_reported_day(now: datetime) -> date:
    """The earliest day of which a change of definitions is reported."""
    return now.date() - timedelta(days=REPORTED_DAYS)


def _is_reported(day: Day, cause: Cause, *, now: datetime) -> bool:
    """Nothing is said of the future, or of long ago when a definition changed."""
    return day.state != "future" and not (cause.redefined and day.day < first_reported_day(now))


async def announce(
    connection: Connection, definitions: Definitions, said: Sequence[tuple[Day, Cause, str]], *, now: datetime
) -> None:
    """Put the reports of these days, as they stand now, into the outbox."""
    if not said:
        return
    goals = await goal_counts(connection, definitions, {day.place: cause for day, cause, _ in said})
    announcements = [
        Announcement(
            event_type=event_type,
            report=report_of(day, definitions, goals[day.place], now=now, history=cause.history),
            traceparent=continue_trace(cause.traceparent),
            at=now,
        )
        for day, cause, event_type in said
    ]
    await store.enqueue_events(connection, announcements)


async def goal_counts(
    connection: Connection, definitions: Definitions, causes: Mapping[Place, Cause]
) -> dict[Place, GoalCounts]:
    """How far each goal in force on these days has come, up to and including the day.

    While a rep's days are scored anew, the earliest first, those before a day hold what is right only for who does that.
    """
    reps = definitions.roster.reps
    wanted = [
        (goal, place)
        for place in causes
        if (playbook := definitions.playbook_of(reps[place.rep_id], place.day)) is not None
        for goal in playbook.goals
    ]
    found: dict[Place, GoalCounts] = {place: [] for place in causes}
    if not wanted:
        return found
    periods = [(goal.key, place, goal.period_start(place.day)) for goal, place in wanted]
    live = {place.rep_id for _, place in wanted if not causes[place].redefined}
    waiting = await waiting_to_be_scored(connection, live) if live else set()
    is_stored = [causes[place].redefined or place.rep_id not in waiting for _, place in wanted]
    times = await sum_goals(connection, list(compress(periods, is_stored)))
    if not all(is_stored):
        others = [period for period, stored in zip(periods, is_stored, strict=True) if not stored]
        times |= await _recount_goals(connection, definitions, others)
    for (goal, place), period in zip(wanted, periods, strict=True):
        found[place].append((goal, times.get(period, 0)))
    return found


async def _recount_goals(
    connection: Connection, definitions: Definitions, periods: Sequence[GoalPeriod]
) -> dict[GoalPeriod, int]:
    """As `sum_goals`, of reps some of whose days hold what an older definition made of them."""
    reps = definitions.roster.reps
    days = {
        (key, place, first): [first + timedelta(days=number) for number in range((place.day - first).days + 1)]
        for key, place, first in periods
    }
    judged_by = {
        Place(place.rep_id, day): definitions.playbook_of(reps[place.rep_id], day)
        for (_, place, _), of_period in days.items()
        for day in of_period
    }
    tallies = await recount_days(connection, judged_by)
    return {
        period: sum(tallies.get(Place(period[1].rep_id, day), NOTHING_COUNTED).goals.get(period[0], 0) for day in of_period)
        for period, of_period in days.items()
    }
