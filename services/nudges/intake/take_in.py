"""Take in a batch of events in one transaction: everybody whom they are about is locked, then decided about at the same time.

The number of statements does not depend on the size of the batch, but on what the day of one person leads to.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import asyncpg

from services.nudges.decide.announcements import announce_version, withdraw_version
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.domain.decision import Outcome
from services.nudges.domain.history import is_plan_done
from services.nudges.intake.day_reports import NO_LOCKS, ChangesOfDays, Locks, merge_days, take_in_day_report
from services.nudges.intake.erased_people import people_by_digest, without_erased
from services.nudges.intake.read_message import Arrived
from shared.events import DayReport, PersonId, PlaybookWithdrawn, RepId, TeamId
from shared.postgres.shared_connection import SharedConnection, run_together
from shared.trace import continue_trace


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenIn:
    """Whether an event was news, what it led to, and in which trace. Handled again, it is no news."""

    is_news: bool
    outcomes: Sequence[Outcome] = ()
    traceparent: str = ""


_STALE = TakenIn(is_news=False)


async def take_in(
    pool: asyncpg.Pool, arrived: Sequence[Arrived], settings: DecisionSettings, *, now: datetime, erasure_key: bytes
) -> list[TakenIn]:
    """What became of each event, in the order in which they arrived. Of the reports of one day only the newest is looked at.
    Events about erased reps are passed over, and erased managers leave no trace of them."""
    people = people_by_digest(_people(arrived), erasure_key=erasure_key)
    locks = Locks(people={message.rep_id for message in arrived}, teams=_teams_with_finished_days(arrived), digests=people)
    erased: set[PersonId] = set()
    results = [_STALE] * len(arrived)
    async with pool.acquire() as connection, connection.transaction():
        for places in _rounds(arrived):
            merged = await merge_days(connection, _reports(arrived, places, erased), locks, now=now)
            if merged.erased:
                erased = {people[digest] for digest in merged.erased}
                merged = await merge_days(connection, _reports(arrived, places, erased), now=now)
            locks = NO_LOCKS  # they are held
            known = [place for place in places if arrived[place].rep_id not in erased]
            pieces = [partial(_take_in_one, arrived[place], merged.changes, erased, settings, now) for place in known]
            for place, taken_in in zip(known, await run_together(connection, pieces), strict=True):
                results[place] = taken_in
    return results


async def _take_in_one(
    arrived: Arrived,
    changes: ChangesOfDays,
    erased: set[PersonId],
    settings: DecisionSettings,
    now: datetime,
    connection: SharedConnection,
) -> TakenIn:
    event, context = arrived.event, settings.at(now, traceparent=continue_trace(arrived.traceparent))
    if isinstance(event, PlaybookWithdrawn):
        return TakenIn(is_news=await withdraw_version(connection, event))
    if isinstance(event, DayReport):
        changed = changes.get((event.rep.id, event.day))
        if changed is None:
            return _STALE
        outcomes = await take_in_day_report(connection, without_erased(event, erased), changed, context)
        return TakenIn(is_news=True, outcomes=outcomes, traceparent=context.traceparent)
    is_newer, outcome = await announce_version(connection, without_erased(event, erased), context)
    return TakenIn(is_news=is_newer, outcomes=[outcome] if outcome is not None else [], traceparent=context.traceparent)


def _rounds(arrived: Sequence[Arrived]) -> list[list[int]]:
    """The places of what is looked at, in rounds: what is about one person comes in the order in which it arrived, and each of
    it in another round. Of the reports of a day only the newest is looked at; of equal ones the first."""
    newest: dict[tuple[RepId, date], tuple[int, int]] = {}
    for place, message in enumerate(arrived):
        if isinstance(message.event, DayReport):
            key = message.rep_id, message.event.day
            if key not in newest or newest[key][1] < message.event.revision:
                newest[key] = place, message.event.revision
    others = [place for place, message in enumerate(arrived) if not isinstance(message.event, DayReport)]
    rounds: list[list[int]] = []
    counts: Counter[RepId] = Counter()
    for place in sorted([*(place for place, _ in newest.values()), *others]):
        rep_id = arrived[place].rep_id
        if counts[rep_id] == len(rounds):
            rounds.append([])
        rounds[counts[rep_id]].append(place)
        counts[rep_id] += 1
    return rounds


def _reports(arrived: Sequence[Arrived], places: Sequence[int], erased: set[PersonId]) -> list[DayReport]:
    """The reports at these places, without those about erased reps."""
    events = [arrived[place].event for place in places if arrived[place].rep_id not in erased]
    return [without_erased(event, erased) for event in events if isinstance(event, DayReport)]


def _teams_with_finished_days(arrived: Sequence[Arrived]) -> set[TeamId]:
    events = [message.event for message in arrived]
    return {event.team.id for event in events if isinstance(event, DayReport) and is_plan_done(event)}


def _people(arrived: Sequence[Arrived]) -> set[PersonId]:
    """Everybody whom the events name."""
    people: set[PersonId] = set()
    for message in arrived:
        people.add(message.rep_id)
        if not isinstance(message.event, PlaybookWithdrawn):
            people.update(manager.id for manager in message.event.managers)
    return people
