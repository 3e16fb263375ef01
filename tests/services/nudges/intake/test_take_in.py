"""Batches of events: they lead to what the same events lead to one by one, for a number of statements that stays the same."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from random import Random
from typing import Final

import asyncpg
import pytest

from services.nudges.intake.read_message import Event
from services.nudges.schema import SCHEMA
from shared.events import DayReport, PlaybookWithdrawn, Rep, Team, TeamId
from shared.postgres.pool import make_pool
from tests.services.nudges.builders.announcements import VERSION_1, VERSION_2, announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.people import NORTH, SOUTH, rep
from tests.services.nudges.builders.reports import behaviour, open_report, report, worked_days
from tests.services.nudges.conftest import NOON, Nudging

DONE: Final = report(score=100, state="open")
REPS: Final = tuple(rep(name) for name in ("Ana Ruiz", "Ben Ode", "Cleo Fox", "Diego Santos", "Emi Sato", "Flo Hart"))
TABLES: Final = {
    "day": "rep_id, day, revision, report, first_seen_at, first_seen",
    "nudge": "id, rule, person_id, manager_ids, occasion, day, text, status, because, send_at, sent_day, event, wording",
    "delivery": "nudge_id, channel, state, due_at",
    "outbox": "event_id, event_type, subject, body",
    "scheduled_check": "person_id, day, moment, due_at, is_done",
    "announcement": "rep_id, version, announcement_number, body, withdrawn_at",
    "manager_of_rep": "manager_id, rep_id, newest_day",
    "ladder": "rep_id, goal, period_start, reached, size, reached_on",
}


def _team_of(person: Rep) -> Team:
    return NORTH if REPS.index(person) < 4 else SOUTH


def _past() -> list[DayReport]:
    """Fifteen worked days of everybody: good ones of some, poor ones of others, and of two reps none with a demo."""
    days: list[DayReport] = []
    for number, person in enumerate(REPS):
        scores = [100 if (place + number) % (number + 2) else 40 for place in range(15)]
        named = {"team": _team_of(person), "rep": person}
        days += [day.model_copy(update=named) for day in worked_days(*scores, until=MONDAY)]
    return days


def _events(random: Random) -> list[Event]:
    """A day of everybody in random steps, with reports that come twice or late, late data for the Friday before, announcements
    and withdrawals."""
    events: list[Event] = []
    for person in REPS:
        team, revision, calls = _team_of(person), 1, 0
        of_person: list[Event] = [open_report(rep=person, team=team)]
        for _ in range(random.randint(1, 7)):
            revision, calls = revision + 1, calls + random.choice((0, 1, 4, 9))
            behaviours = (behaviour("Calls", calls, 10), behaviour("Demos", random.choice((0, 0, 1)), 1, weight=0.1))
            of_person.append(report(rep=person, team=team, state="open", behaviours=behaviours, revision=revision))
        if random.random() < 0.5:
            friday = MONDAY - timedelta(days=3)
            of_person.append(report(friday, rep=person, team=team, score=random.choice((20, 100)), revision=9))
        if random.random() < 0.5:
            of_person.append(announcement(random.choice((VERSION_1, VERSION_2)), TUESDAY, rep=person, team=team))
        if random.random() < 0.3:
            of_person.append(PlaybookWithdrawn(rep_id=person.id, version=VERSION_1, announcement_number=1, withdrawn_at=NOON))
        of_person += random.sample(of_person, k=1)
        events += of_person
    return _interleaved(events, random)


def _interleaved(events: Sequence[Event], random: Random) -> list[Event]:
    """In another order, in which some overtake others."""
    places = {id(event): place + random.uniform(0, 12) for place, event in enumerate(events)}
    return sorted(events, key=lambda event: places[id(event)])


def _newest(batch: Iterable[Event]) -> list[Event]:
    """Without the reports of a day that another one of the batch is newer than."""
    newest: dict[tuple[str, date], DayReport] = {}
    for event in batch:
        if isinstance(event, DayReport):
            known = newest.get((event.rep.id, event.day))
            if known is None or known.revision < event.revision:
                newest[event.rep.id, event.day] = event
    return [event for event in batch if not isinstance(event, DayReport) or newest[event.rep.id, event.day] is event]


async def _state(pool: asyncpg.Pool) -> dict[str, list[str]]:
    """The rows of every table, in no order."""
    state = {}
    for table, columns in TABLES.items():
        rows = await pool.fetch(f"SELECT row_to_json(r)::text FROM (SELECT {columns} FROM {table}) AS r")
        state[table] = sorted(row[0] for row in rows)
    return state


@pytest.mark.parametrize("seed", range(6))
async def test_a_batch_leads_to_what_its_events_lead_to_one_by_one(nudging: Nudging, seed: int) -> None:
    events = _events(Random(seed))
    cuts = sorted(Random(seed).sample(range(len(events)), k=3))
    batches = [events[first:last] for first, last in zip([0, *cuts], [*cuts, len(events)], strict=True)]
    states = []
    for is_together in (False, True):
        await nudging.pool.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        nudging.now = at(MONDAY, "08:00")
        await nudging.take_in_together(*_past())
        for hour, batch in enumerate(batches, start=9):
            nudging.now = at(MONDAY, f"{hour:02}:30")
            if is_together:
                await nudging.take_in_together(*batch)
            else:
                await nudging.take_in_each(_newest(batch))
        states.append(await _state(nudging.pool))

    one_by_one, together = states
    assert together == one_by_one
    assert {"plan_done", "playbook"} <= {rule for rule, _ in await nudging.statuses()}


@asynccontextmanager
async def _listening(nudging: Nudging) -> AsyncIterator[tuple[asyncpg.Pool, list[str]]]:
    """A pool of one connection, and the statements that it has sent."""
    statements: list[str] = []
    async with make_pool(nudging.url, schema=SCHEMA, size_max=1) as pool:
        async with pool.acquire() as connection:
            connection.add_query_logger(lambda record: statements.append(record.query))
        yield pool, statements


async def _count_statements(nudging: Nudging, *, reps: int) -> int:
    """How many statements a batch costs that completes the plan of each of so many reps."""
    people = [rep(f"Rep{number}of{reps} Roe") for number in range(reps)]
    opened = [open_report(rep=person, team=Team(id=TeamId(person.id), name="Alone")) for person in people]
    done = [day.model_copy(update={"behaviours": DONE.behaviours, "score": DONE.score, "revision": 2}) for day in opened]
    async with _listening(nudging) as (pool, statements):
        await nudging.take_in_together(*opened, pool=pool)
        statements.clear()
        taken_in = await nudging.take_in_together(*done, pool=pool)
    assert [[outcome.status for outcome in result.outcomes] for result in taken_in] == [["sent"]] * reps
    return len(statements)


async def test_a_report_that_earns_nothing_costs_three_statements(nudging: Nudging) -> None:
    opened = open_report()
    counted, more = (report(state="open", behaviours=(behaviour("Calls", calls, 10),), revision=calls) for calls in (2, 3))
    async with _listening(nudging) as (pool, statements):
        await nudging.take_in_together(opened, pool=pool)
        await nudging.take_in_together(counted, pool=pool)
        nudging.now += timedelta(minutes=1)  # the behaviour has begun to count before
        statements.clear()
        await nudging.take_in_together(more, pool=pool)

    assert len(statements) == 3  # begins, locks and stores, commits


async def test_a_batch_costs_as_many_statements_however_many_people_it_is_about(nudging: Nudging) -> None:
    await nudging.take_in_together(open_report())  # what is prepared once is prepared

    assert await _count_statements(nudging, reps=40) == await _count_statements(nudging, reps=2)
