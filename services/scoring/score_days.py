"""Count days anew and announce those that changed: the one way in which a day's counts and score come about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.scoring import store
from services.scoring.domain.counting import Place
from services.scoring.domain.day import NOTHING_COUNTED, Day, DayState, Definitions, Tally, state_when_first_heard_of
from services.scoring.report import Announcement, report_of
from shared.events import DAY_CHANGED
from shared.postgres import Connection
from shared.trace import continue_trace


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """What made a day worth counting anew. `history` is true while only imported observations did; `redefined` when it was
    a roster or a playbook, which may change more of an open day's report than its score."""

    traceparent: str | None = None
    history: bool = False
    redefined: bool = False


async def score_days(connection: Connection, definitions: Definitions, causes: Mapping[Place, Cause], *, now: datetime) -> int:
    """Lock these days, recount them, store what changed and put its reports into the outbox. Returns how many that were.

    Needs a transaction that shares or locks the definitions, and that has locked its activities before.
    """
    places = [place for place in causes if place.rep_id in definitions.roster.reps]
    gone = [place for place in causes if place.rep_id not in definitions.roster.reps]
    wanted: list[tuple[Place, DayState]] = [
        (place, state_when_first_heard_of(definitions.roster.reps[place.rep_id], place.day, now=now)) for place in places
    ] + [(place, "closed") for place in gone]
    if not wanted:
        return 0
    days = await store.claim_days(connection, wanted)
    tallies = await store.recount_days(connection, [day.place for day in days])
    changed, announcements = [], []
    for day in days:
        fresh = _recounted(day, tallies, definitions)
        cause = causes[day.place]
        if fresh == day and not (cause.redefined and day.state == "open"):
            continue
        announcement = announce(fresh, definitions, cause, DAY_CHANGED, now=now)
        if announcement is not None:
            fresh = replace(fresh, revision=announcement.report.revision)
            announcements.append(announcement)
        changed.append(fresh)
    if changed:
        await store.update_days(connection, changed)
    if announcements:
        await store.enqueue_reports(connection, announcements)
    return len(changed)


def announce(day: Day, definitions: Definitions, cause: Cause, event_type: str, *, now: datetime) -> Announcement | None:
    """The next report of a day; None while it lies in the future, and for somebody no longer in the roster."""
    if day.state == "future":
        return None
    report = report_of(replace(day, revision=day.revision + 1), definitions, now=now, history=cause.history)
    if report is None:
        return None
    traceparent = continue_trace(cause.traceparent)
    return Announcement(event_type=event_type, report=report, traceparent=traceparent, at=now)


def _recounted(day: Day, tallies: Mapping[Place, Tally], definitions: Definitions) -> Day:
    tally = tallies.get(day.place, NOTHING_COUNTED)
    score = definitions.shown_score(day.rep_id, day.day, tally.counts)
    return replace(day, tally=tally, score=score)


def union(causes: Collection[tuple[Place, Cause]]) -> dict[Place, Cause]:
    """One cause per day: the newest trace, and history only where every cause is."""
    joined: dict[Place, Cause] = {}
    for place, cause in causes:
        known = joined.get(place)
        history = cause.history and (known is None or known.history)
        joined[place] = Cause(traceparent=cause.traceparent, history=history)
    return joined
