"""Requests to score days again: merged per rep, and worked off once."""

from dataclasses import replace
from datetime import date, timedelta

import asyncpg
import pytest

from services.scoring.days.days import insert_days
from services.scoring.definitions.pending_rescores import (
    RepSpan,
    claim_rescores,
    find_rescore_state,
    finish_reassignment,
    finish_scoring,
    list_pending_rescores,
    request_rescore,
)
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.roster.roster import Identity
from shared.events import RepId
from shared.requests.definitions import RescoreState
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, Scoring
from tests.services.scoring.domain.builders import ACME

SUNDAY, TUESDAY = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)


async def _request(
    scoring: Scoring, first: date, last: date, *, needs_reassignment: bool, rep_ids: tuple[RepId, ...] = (ANA,)
) -> None:
    async with scoring.pool.acquire() as connection:
        await request_rescore(
            connection, rep_ids, first=first, last=last, needs_reassignment=needs_reassignment, now=MONDAY_NOON
        )


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
        await finish_reassignment(connection, [ANA])
        assert await list_pending_rescores(connection) == await list_pending_rescores(connection, [ANA]) == {ANA}
        assert await list_pending_rescores(connection, [BEN]) == set()


async def test_identities_that_a_rep_has_lost_are_kept_until_the_activities_are_reassigned(scoring: Scoring) -> None:
    first, second = Identity(source=ACME, user="7"), Identity(source=ACME, user="9", account="eu")

    async with scoring.pool.acquire() as connection, connection.transaction():
        for lost in ({ANA: [first]}, {ANA: [second], BEN: [first]}, {}):
            await request_rescore(
                connection,
                [ANA],
                first=MONDAY,
                last=MONDAY,
                needs_reassignment=True,
                now=MONDAY_NOON,
                lost_identities=lost,
            )
        span = RepSpan(rep_id=ANA, first=MONDAY, last=MONDAY)
        assert await claim_rescores(connection, needs_reassignment=True, reps_max=9) == [
            replace(span, lost_identities=(first, second))
        ]
        await finish_reassignment(connection, [ANA])
        assert await claim_rescores(connection, needs_reassignment=False, reps_max=9) == [span]


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
    await _request(scoring, SUNDAY, SUNDAY, needs_reassignment=False, rep_ids=(BEN,))

    async def claim(connection: asyncpg.pool.PoolConnectionProxy) -> list[str]:
        spans = await claim_rescores(connection, needs_reassignment=False, reps_max=1)
        return [span.rep_id for span in spans]

    async with scoring.pool.acquire() as mine, scoring.pool.acquire() as other, mine.transaction(), other.transaction():
        assert await claim(mine) == [BEN]
        assert await claim(other) == [ANA]
        assert await claim(other) == [ANA]


async def test_of_reps_with_the_same_first_day_the_first_by_id_goes_first(scoring: Scoring) -> None:
    for rep_id in (BEN, ANA):
        await _request(scoring, MONDAY, MONDAY, needs_reassignment=False, rep_ids=(rep_id,))

    async with scoring.pool.acquire() as connection, connection.transaction():
        spans = await claim_rescores(connection, needs_reassignment=False, reps_max=2)

    assert [span.rep_id for span in spans] == [ANA, BEN]


async def test_what_is_done_for_one_rep_is_still_to_be_done_for_another(scoring: Scoring) -> None:
    await _request(scoring, SUNDAY, TUESDAY, needs_reassignment=True, rep_ids=(ANA, BEN))
    untouched = (BEN, SUNDAY, TUESDAY, True)

    async with scoring.pool.acquire() as connection:
        await finish_reassignment(connection, [ANA])
        assert set(await _stored(scoring)) == {(ANA, SUNDAY, TUESDAY, False), untouched}
        await finish_scoring(connection, [ANA], next_day=MONDAY)
        assert set(await _stored(scoring)) == {(ANA, MONDAY, TUESDAY, False), untouched}
        await finish_scoring(connection, [ANA], next_day=None)
        assert await _stored(scoring) == [untouched]


async def test_the_stored_days_that_wait_are_counted(scoring: Scoring) -> None:
    await _request(scoring, SUNDAY, MONDAY, needs_reassignment=False)
    days = [SUNDAY - timedelta(days=1), SUNDAY, MONDAY, TUESDAY]

    async with scoring.pool.acquire() as connection:
        await insert_days(connection, [(RepDay(ANA, day), "closed") for day in days])
        await insert_days(connection, [(RepDay(BEN, MONDAY), "closed")])

        assert await find_rescore_state(connection) == RescoreState(reps=1, days=2)
