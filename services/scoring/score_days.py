"""Count days anew and announce those that changed: the one way in which a day's counts and score come about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.scoring import store
from services.scoring.domain.counting import Place
from services.scoring.domain.day import NOTHING_COUNTED, Day, DayState, Definitions, state_when_first_heard_of
from services.scoring.recount import recount_days, sum_goals
from services.scoring.report import Announcement, GoalCounts, report_of
from services.scoring.rescore import waiting_to_be_placed
from shared.events import DAY_CHANGED
from shared.postgres import Connection
from shared.trace import continue_trace

REPORTED_DAYS: Final = 60
"""A change of definitions is reported for so many days back. Nobody looks further: rules look back six weeks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
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
    judged_by = {day.place: definitions.playbook_of(reps[day.rep_id], day.day) for day in days if day.rep_id in reps}
    if not judged_by:
        return 0
    tallies = await recount_days(connection, judged_by)
    changed, reported = [], []
    for day in days:
        place = day.place
        if place not in judged_by:
            continue
        tally, cause = tallies.get(place, NOTHING_COUNTED), causes[place]
        score = definitions.score_under(judged_by[place], reps[day.rep_id], day.day, tally.counts).shown
        if (tally, score) == (day.tally, day.score) and not (cause.redefined and day.state == "open"):
            continue
        is_reported = _is_reported(day, cause, now=now)
        fresh = replace(day, tally=tally, score=score, revision=day.revision + is_reported)
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


def _is_reported(day: Day, cause: Cause, *, now: datetime) -> bool:
    """Nothing is said of the future, or of long ago when a definition changed."""
    long_ago = now.date() - timedelta(days=REPORTED_DAYS)
    return day.state != "future" and not (cause.redefined and day.day < long_ago)


async def announce(
    connection: Connection, definitions: Definitions, said: Sequence[tuple[Day, Cause, str]], *, now: datetime
) -> None:
    """Put the reports of these days, as they stand now, into the outbox."""
    if not said:
        return
    goals = await goal_counts(connection, definitions, [day.place for day, _, _ in said])
    announcements = [
        Announcement(
            event_type=event_type,
            report=report_of(day, definitions, goals[day.place], now=now, history=cause.history),
            traceparent=continue_trace(cause.traceparent),
            at=now,
        )
        for day, cause, event_type in said
    ]
    await store.enqueue_reports(connection, announcements)


async def goal_counts(connection: Connection, definitions: Definitions, places: Collection[Place]) -> dict[Place, GoalCounts]:
    """How far each goal in force on these days has come, up to and including the day."""
    reps = definitions.roster.reps
    wanted = [
        (goal, place)
        for place in set(places)
        if (playbook := definitions.playbook_of(reps[place.rep_id], place.day)) is not None
        for goal in playbook.goals
    ]
    found: dict[Place, GoalCounts] = {place: [] for place in places}
    if wanted:
        sums = await sum_goals(connection, [(goal.key, place, goal.period_start(place.day)) for goal, place in wanted])
        for (goal, place), times in zip(wanted, sums, strict=True):
            found[place].append((goal, times))
    return found


def union(causes: Collection[tuple[Place, Cause]]) -> dict[Place, Cause]:
    """One cause per day: the newest trace, and history only where every cause is."""
    joined: dict[Place, Cause] = {}
    for place, cause in causes:
        known = joined.get(place)
        history = cause.history and (known is None or known.history)
        joined[place] = Cause(traceparent=cause.traceparent, history=history)
    return joined
