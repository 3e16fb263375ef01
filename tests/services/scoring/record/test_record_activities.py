"""Recording observations, on a real database."""

import asyncio
import random
from datetime import timedelta
from decimal import Decimal

import msgspec

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.record.read_event import ObservedEvent
from services.scoring.record.record_activities import record_activities
from services.scoring.schema import SCHEMA
from shared.postgres.pool import make_pool
from shared.trace import trace_id
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, ROSTER, Scoring, observed

SMALL_STATEMENTS, STATEMENTS = 5, 7
"""Of a batch of up to twenty new activities on open days, and of a larger one. Two of them begin and end its transaction."""
SCORERS, RUNS = 8, 50


async def test_activities_make_a_score_and_a_report_of_the_whole_day(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("a2"), observed("a3", "proposal_sent"))

    day = await scoring.day(ANA)
    assert day["score"] == Decimal("100.00")
    ((event, report),) = await scoring.reports()
    assert (event, report.state, report.score, report.silent) == ("changed", "open", Decimal("100.00"), False)
    assert [(line.key, line.count, line.points) for line in report.behaviours] == [
        ("calls", 2, Decimal(60)),
        ("proposals", 1, Decimal(40)),
    ]
    assert (report.first_counted_at, report.managers[0].id) == (MONDAY_NOON, "mara")


async def test_a_redelivered_batch_changes_nothing(scoring: Scoring) -> None:
    batch = [observed("a1"), observed("a2")]
    await scoring.record(*batch)
    before = await scoring.tables(), await scoring.reports()

    again = await scoring.record(*batch)

    assert (again.activities, again.days) == (0, 0)
    assert (await scoring.tables(), await scoring.reports()) == before


async def test_order_batches_and_duplicates_do_not_matter(scoring: Scoring) -> None:
    events = _busy_week(random.Random(1), 120)
    await scoring.record(*events)
    expected = await scoring.tables()

    for seed in range(3):
        await scoring.pool.execute("TRUNCATE activity; DELETE FROM rep_day WHERE state <> 'open'")
        await scoring.pool.execute("UPDATE rep_day SET counts = '{}', score = 0, first_counted_at = NULL")
        randomness = random.Random(seed)
        shuffled = events * 2
        randomness.shuffle(shuffled)
        while shuffled:
            size = randomness.randint(1, 40)
            await scoring.record(*shuffled[:size])
            shuffled = shuffled[size:]
        assert await scoring.tables() == expected


async def test_eight_scorers_on_the_same_activities_neither_deadlock_nor_lose_nor_double(scoring: Scoring) -> None:
    events = _busy_week(random.Random(2), 100)
    await scoring.record(*events)
    expected = await scoring.tables()
    pools = [await make_pool(scoring.url, schema=SCHEMA, size_max=1) for _ in range(SCORERS)]
    caches = [DefinitionsCache() for _ in pools]

    async def scorer(number: int, run: int) -> None:
        mine = events[:]
        random.Random(SCORERS * run + number).shuffle(mine)
        size = 25 if number % 2 else 10  # what a small batch does in one statement meets what others do in several
        for start in range(0, len(mine), size):
            await record_activities(pools[number], caches[number], mine[start : start + size], now=MONDAY_NOON)

    for run in range(RUNS):
        await scoring.pool.execute("TRUNCATE activity; DELETE FROM rep_day WHERE state <> 'open'")
        await scoring.pool.execute("UPDATE rep_day SET counts = '{}', score = 0, first_counted_at = NULL")
        await asyncio.gather(*[scorer(number, run) for number in range(SCORERS)])

        assert await scoring.tables() == expected
        assert await scoring.differences() == ()
    await asyncio.gather(*[pool.close() for pool in pools])


async def test_a_batch_costs_so_many_statements_whatever_its_size(scoring: Scoring) -> None:
    statements: list[str] = []
    async with make_pool(scoring.url, schema=SCHEMA, size_max=1) as pool:
        async with pool.acquire() as connection:
            connection.add_query_logger(lambda query: statements.append(query.query))
        counts = []
        for number, size in enumerate((1, 1, 20, 21, 500)):
            statements.clear()
            batch = [observed(f"{number}-{item}") for item in range(size)]
            await record_activities(pool, scoring.cache, batch, now=MONDAY_NOON)
            counts.append(len(statements))

    assert counts[1:] == [
        SMALL_STATEMENTS,
        SMALL_STATEMENTS,
        STATEMENTS,
        STATEMENTS,
    ]  # the first also asks for types of columns


async def test_a_deletion_takes_the_count_back(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("a2"))

    await scoring.record(observed("a1", at=MONDAY_NOON + timedelta(minutes=1), deleted=True))

    day = await scoring.day(ANA)
    assert (day["counts"], day["revision"]) == ('{"calls": 1}', 3)
    assert await scoring.differences() == ()


async def test_an_activity_that_moves_to_another_rep_moves_its_count(scoring: Scoring) -> None:
    await scoring.record(observed("a1"))

    await scoring.record(observed("a1", at=MONDAY_NOON + timedelta(minutes=1), actor="8"))

    ana, ben = await scoring.day(ANA), await scoring.day(BEN)
    assert (ana["counts"], ben["counts"]) == ("{}", '{"calls": 1}')


async def test_a_late_observation_revises_a_closed_day_and_reports_it(scoring: Scoring) -> None:
    await scoring.record(observed("a1"))
    scoring.now = MONDAY_NOON + timedelta(days=1)
    await scoring.pool.execute("UPDATE rep_day SET state = 'closed' WHERE rep_id = 'ana'")

    await scoring.record(observed("a2"))

    first, second = [report for _, report in await scoring.reports(RepDay(ANA, MONDAY))]
    assert (second.state, second.silent, second.revision) == ("closed", False, first.revision + 1)


async def test_imported_history_and_long_past_days_are_reported_as_silent(scoring: Scoring) -> None:
    scoring.now = MONDAY_NOON + timedelta(days=1)
    await scoring.pool.execute("UPDATE rep_day SET state = 'closed'")

    await scoring.record(observed("a1", is_history=True))
    scoring.now = MONDAY_NOON + timedelta(days=7)
    await scoring.record(observed("a2"))

    assert [report.silent for _, report in await scoring.reports()] == [True, True]


async def test_a_late_live_observation_is_not_silent_although_history_is_imported_with_it(scoring: Scoring) -> None:
    scoring.now = MONDAY_NOON + timedelta(days=1)
    await scoring.pool.execute("UPDATE rep_day SET state = 'closed'")

    await scoring.record(observed("a1", is_history=True), observed("a2"))

    assert [report.silent for _, report in await scoring.reports()] == [False]


async def test_imported_history_of_an_open_day_is_reported_as_any_other(scoring: Scoring) -> None:
    await scoring.record(observed("a1", is_history=True))

    assert [report.silent for _, report in await scoring.reports()] == [False]


async def test_an_activity_of_the_future_waits_until_its_day(scoring: Scoring) -> None:
    tomorrow = MONDAY_NOON + timedelta(days=1)

    await scoring.record(observed("a1", started_at=tomorrow.isoformat()))

    day = await scoring.day(ANA, tomorrow.date())
    assert (day["state"], day["counts"]) == ("future", '{"calls": 1}')
    assert await scoring.reports() == []


async def test_activities_of_an_unmatched_user_are_kept_and_count_once_a_rep_has_the_identity(scoring: Scoring) -> None:
    await scoring.record(observed("a1", actor="99"))
    assert await scoring.reports() == []

    await scoring.apply(roster=ROSTER.replace('user: "8"', 'user: "99"'))

    ben = await scoring.day(BEN)
    assert ben["counts"] == '{"calls": 1}'
    assert await scoring.differences() == ()


async def test_a_new_playbook_scores_stored_activities_again(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("a2", duration_s=10))
    softer = (
        "team: north\neffective_from: 2026-01-01\nbehaviours:\n"
        "  - {key: calls, label: Calls, counts: {kinds: [call]}, target: 2, weight: 1}\n"
    )

    await scoring.apply(playbook=softer)

    day = await scoring.day(ANA)
    assert (day["counts"], day["score"]) == ('{"calls": 2}', Decimal("100.00"))
    assert await scoring.differences() == ()


async def test_the_trace_of_a_webhook_continues_in_the_report(scoring: Scoring) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    await scoring.record(msgspec.structs.replace(observed("a1"), headers={"traceparent": traceparent}))

    (stored,) = await scoring.pool.fetch("SELECT traceparent FROM outbox")
    assert trace_id(stored["traceparent"]) == trace_id(traceparent)
    assert stored["traceparent"] != traceparent


def _busy_week(randomness: random.Random, count: int) -> list[ObservedEvent]:
    """Observations of 40 activities of two reps over some days: calls, changed users, deletions."""
    return [
        observed(
            f"a{randomness.randrange(40)}",
            randomness.choice(["call", "proposal_sent"]),
            at=MONDAY_NOON + timedelta(seconds=number),
            deleted=randomness.choice([None, None, None, True, False]),
            actor=randomness.choice(["7", "8"]),
            started_at=(MONDAY_NOON - timedelta(hours=randomness.randrange(72))).isoformat(),
            duration_s=randomness.choice([30, 90]),
        )
        for number in range(count)
    ]
