"""Take in a batch of events in one transaction: everybody whom they are about is locked, then decided about at the same time.

The number of statements does not depend on the size of the batch, but on what the day of one person leads to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import asyncpg

from services.nudges.decide.announcements import announce_version, withdraw_version
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.domain.decision import Outcome
from services.nudges.domain.history import is_plan_done
from services.nudges.intake.day_reports import take_in_day_report
from services.nudges.intake.erased_people import list_erased_among, without_erased
from services.nudges.intake.read_message import Arrived
from services.nudges.locks import lock_people
from shared.events import DayReport, PersonId, PlaybookWithdrawn, RepId
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
    newest = _newest_reports(arrived)
    places_by_rep: dict[RepId, list[int]] = {}
    for place, message in enumerate(arrived):
        if not isinstance(message.event, DayReport) or newest[message.event.rep.id, message.event.day] == place:
            places_by_rep.setdefault(message.rep_id, []).append(place)
    results = [_STALE] * len(arrived)
    async with pool.acquire() as connection, connection.transaction():
        reports = [message.event for message in arrived if isinstance(message.event, DayReport)]
        await lock_people(connection, places_by_rep.keys(), {report.team.id for report in reports if is_plan_done(report)})
        erased = await list_erased_among(connection, _people(arrived), erasure_key=erasure_key)

        async def take_in_person(places: Sequence[int], shared: SharedConnection) -> None:
            for place in places:
                results[place] = await _take_in_one(shared, arrived[place], settings, erased, now=now)

        await run_together(connection, [partial(take_in_person, places) for places in places_by_rep.values()])
    return results


async def _take_in_one(
    connection: SharedConnection, arrived: Arrived, settings: DecisionSettings, erased: set[PersonId], *, now: datetime
) -> TakenIn:
    event = arrived.event
    if arrived.rep_id in erased:
        return _STALE
    if isinstance(event, PlaybookWithdrawn):
        return TakenIn(is_news=await withdraw_version(connection, event))
    context = settings.at(now, traceparent=continue_trace(arrived.traceparent))
    if isinstance(event, DayReport):
        is_newer, outcomes = await take_in_day_report(connection, without_erased(event, erased), context)
        return TakenIn(is_news=is_newer, outcomes=outcomes, traceparent=context.traceparent)
    is_newer, outcome = await announce_version(connection, without_erased(event, erased), context)
    return TakenIn(is_news=is_newer, outcomes=[outcome] if outcome is not None else [], traceparent=context.traceparent)


def _newest_reports(arrived: Sequence[Arrived]) -> dict[tuple[RepId, date], int]:
    """The place of the newest report of each rep's day; of equal ones the first."""
    newest: dict[tuple[RepId, date], tuple[int, int]] = {}
    for place, message in enumerate(arrived):
        if isinstance(message.event, DayReport):
            key, revision = (message.event.rep.id, message.event.day), message.event.revision
            if key not in newest or newest[key][0] < revision:
                newest[key] = revision, place
    return {key: place for key, (_, place) in newest.items()}


def _people(arrived: Sequence[Arrived]) -> set[PersonId]:
    """Everybody whom the events name."""
    people: set[PersonId] = set()
    for message in arrived:
        people.add(message.rep_id)
        if not isinstance(message.event, PlaybookWithdrawn):
            people.update(manager.id for manager in message.event.managers)
    return people
