"""Requests to score days again: merged per rep, and worked off once."""

from datetime import date, timedelta

import asyncpg
import pytest

from services.scoring.definitions.pending_rescores import (
    RepSpan,
    claim_rescores,
    finish_reassignment,
    finish_scoring,
    list_pending_reassignments,
    list_pending_rescores,
    request_rescore,
)
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, Scoring

SUNDAY, TUESDAY = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)


async def _request(scoring: Scoring, first: date, last: date, *, needs_reassignment: bool) -> None:
    async with scoring.pool.acquire() as connection:
        await request_rescore(connection, [ANA], first=first, last=last, needs_reassignment=needs_reassignment, now=MONDAY_NOON)


async def _stored(scoring: Scoring) -> list[tuple[object, ...]]:
    rows = await scoring.pool.fetch("SELECT rep_id, first_day, last_day, needs_reassignment FROM pending_rescore")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (True, True), (False, False)])
async def test_two_requests_for_a_rep_cover_both_spans_and_reassign_if_either_does(
    scoring: Scoring, first: bool, second: bool
) -> None:
    await _request(scoring, SUNDAY, MONDAY, needs_reassignment=first)

    await _request(scoring, MONDAY, TUESDAY, needs_reassignment=second)

    assert await _stored(scoring) == [(ANA, SUNDAY, TUESDAY, first or second)]


async def test_a_request_within_an_earlier_one_changes_nothing(scoring: Scoring) -> None:
    await _request(scoring, SUNDAY, TUESDAY, needs_reassignment=False)

    await _request(scoring, MONDAY, MONDAY, needs_reassignment=False)

    assert await _stored(scoring) == [(ANA, SUNDAY, TUESDAY, False)]


async def test_a_rep_is_reassigned_first_and_then_scored(scoring: Scoring) -> None:
    await _request(scoring, SUNDAY, MONDAY, needs_reassignment=True)

    async with scoring.pool.acquire() as connection, connection.transaction():
        assert await claim_rescores(connection, needs_reassignment=False, reps_max=9) == []
        assert await claim_rescores(connection, needs_reassignment=True, reps_max=9) == [
            RepSpan(rep_id=ANA, first=SUNDAY, last=MONDAY)
        ]
        assert await list_pending_reassignments(connection, [ANA, BEN]) == {ANA}
        await finish_reassignment(connection, [ANA])
        assert await list_pending_reassignments(connection, [ANA, BEN]) == set()
        assert await list_pending_rescores(connection) == await list_pending_rescores(connection, [ANA]) == {ANA}
        assert await list_pending_rescores(connection, [BEN]) == set()


async def test_days_that_are_scored_are_not_scored_again(scoring: Scoring) -> None:
    await _request(scoring, SUNDAY, TUESDAY, needs_reassignment=False)

    async with scoring.pool.acquire() as connection:
        await finish_scoring(connection, [ANA], next_day=MONDAY)
        assert await _stored(scoring) == [(ANA, MONDAY, TUESDAY, False)]
        await finish_scoring(connection, [ANA], next_day=SUNDAY)
        assert await _stored(scoring) == [(ANA, MONDAY, TUESDAY, False)]
        await finish_scoring(connection, [ANA], next_day=None)
        assert await _stored(scoring) == []


async def test_the_earliest_days_go_first_and_what_another_replica_works_on_is_passed_over(scoring: Scoring) -> None:
    await _request(scoring, MONDAY, MONDAY, needs_reassignment=False)
    async with scoring.pool.acquire() as connection:
        await request_rescore(connection, [BEN], first=SUNDAY, last=SUNDAY, needs_reassignment=False, now=MONDAY_NOON)

    async def claim(connection: asyncpg.pool.PoolConnectionProxy) -> list[str]:
        spans = await claim_rescores(connection, needs_reassignment=False, reps_max=1)
        return [span.rep_id for span in spans]

    async with scoring.pool.acquire() as mine, scoring.pool.acquire() as other, mine.transaction(), other.transaction():
        assert await claim(mine) == [BEN]
        assert await claim(other) == [ANA]
        assert await claim(other) == [ANA]
