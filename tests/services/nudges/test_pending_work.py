"""Whether anything is left to do by a time, which the stepped clock waits for, on a real database."""

from datetime import UTC, datetime, time, timedelta

import asyncpg
import pytest

from services.nudges.deliver.channel_states import mark_channel_paused, merge_channels
from services.nudges.domain.moments import Moment
from services.nudges.experiments.calibrate_teams import plan_calibrations, run_weekly_calibrations
from services.nudges.pending_work import has_pending_work
from shared.events import Manager, PersonId
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, JON, MARA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.recorder import Recorder
from tests.services.nudges.experiments.teams import SUNDAY, add_team, erratic

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
async def _no_effects_to_check(pool: asyncpg.Pool) -> None:
    await pool.execute("UPDATE effects_check SET checked_on = 'infinity'")


async def _is_pending(rows: Rows, *, now: datetime = NOON) -> bool:
    return await has_pending_work(rows.pool, channels=("recorder",), now=now)


async def _is_pending_at_noon_and_not_before(rows: Rows) -> bool:
    return [await _is_pending(rows, now=now) for now in (NOON - SECOND, NOON)] == [False, True]


async def _schedule(rows: Rows, person_id: PersonId, moment: Moment, *, due_at: datetime, is_done: bool = False) -> None:
    insert = "INSERT INTO scheduled_check (person_id, day, moment, due_at, is_done) VALUES ($1, $2, $3, $4, $5)"
    await rows.pool.execute(insert, person_id, MONDAY, moment, due_at, is_done)


async def test_without_anything_due_there_is_no_work(rows: Rows) -> None:
    assert not await _is_pending(rows)


async def test_a_check_is_work_from_its_time_until_it_is_done(rows: Rows) -> None:
    await _schedule(rows, ANA.id, Moment.MIDDAY, due_at=NOON)

    assert await _is_pending_at_noon_and_not_before(rows)
    await rows.pool.execute("UPDATE scheduled_check SET is_done = true")
    assert not await _is_pending(rows)


async def test_the_effects_are_to_be_checked_from_the_next_day_in_utc_on(rows: Rows) -> None:
    await rows.pool.execute("UPDATE effects_check SET checked_on = $1", MONDAY)
    midnight = datetime.combine(TUESDAY, time(), tzinfo=UTC)

    assert [await _is_pending(rows, now=now) for now in (midnight - SECOND, midnight)] == [False, True]


@pytest.mark.parametrize(("days_ago", "is_pending"), [(7, True), (8, False)])
async def test_a_manager_of_somebody_within_the_last_week_needs_a_digest(
    rows: Rows, days_ago: int, *, is_pending: bool
) -> None:
    await lead(rows.pool, ANA, newest_day=MONDAY - timedelta(days=days_ago))

    assert await _is_pending(rows) is is_pending


async def test_a_manager_without_a_time_zone_gets_no_digest(rows: Rows) -> None:
    await lead(rows.pool, ANA, timezone=None)

    assert not await _is_pending(rows)


@pytest.mark.parametrize(
    ("manager", "moment", "is_done", "is_pending"),
    [
        (MARA, Moment.TEAM_MORNING, False, False),
        (MARA, Moment.TEAM_MORNING, True, True),
        (MARA, Moment.MORNING, False, True),
        (JON, Moment.TEAM_MORNING, False, True),
    ],
    ids=["scheduled", "done", "another moment", "another manager"],
)
async def test_a_digest_is_to_be_scheduled_unless_one_is(
    rows: Rows, manager: Manager, moment: Moment, *, is_done: bool, is_pending: bool
) -> None:
    await lead(rows.pool, ANA)
    await _schedule(rows, manager.id, moment, due_at=NOON + HOUR, is_done=is_done)

    assert await _is_pending(rows) is is_pending


async def test_a_deferred_nudge_is_work_from_its_time_until_it_is_sent(rows: Rows) -> None:
    await rows.add_nudge(make_nudge(), status="deferred")

    assert await _is_pending_at_noon_and_not_before(rows)
    await rows.pool.execute("UPDATE nudge SET status = 'sent'")
    assert not await _is_pending(rows)


async def test_an_event_is_work_until_it_is_published(rows: Rows) -> None:
    await rows.pool.execute(
        "INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at) VALUES ('1', 'x', 'y', '{}', '', $1)", NOON
    )

    assert await _is_pending(rows, now=NOON - HOUR)


@pytest.fixture
async def known(rows: Rows) -> Rows:
    """A nudge, and two channels of which one is paused for an hour."""
    await merge_channels(rows.pool, {"recorder": Recorder(), "paused": Recorder(name="paused")})
    async with rows.pool.acquire() as connection:
        await mark_channel_paused(connection, "paused", paused_until=NOON + HOUR, asked_until=None)
    await rows.add_nudge(make_nudge())
    return rows


async def _is_pending_in(rows: Rows, channel: str, *, now: datetime = NOON) -> bool:
    return await has_pending_work(rows.pool, channels=(channel,), now=now)


async def test_a_delivery_is_work_from_its_time_on_in_its_own_channel(known: Rows) -> None:
    await known.add_delivery(make_nudge().id)

    assert await _is_pending_at_noon_and_not_before(known)
    assert not await _is_pending_in(known, "inbox")


@pytest.mark.parametrize(("state", "is_pending"), [("sending", True), ("delivered", False), ("failed", False)])
async def test_a_delivery_is_work_while_its_attempt_is_under_way_and_not_once_it_is_over(
    known: Rows, state: str, *, is_pending: bool
) -> None:
    await known.add_delivery(make_nudge().id, state=state)

    assert await _is_pending_in(known, "recorder") is is_pending
    assert await _is_pending_in(known, "inbox", now=NOON - HOUR) is is_pending


async def test_a_delivery_is_no_work_while_its_channel_is_paused_for_either_reason(known: Rows) -> None:
    await known.add_delivery(make_nudge().id, "paused")
    assert [await _is_pending_in(known, "paused", now=now) for now in (NOON, NOON + HOUR)] == [False, True]
    assert not await _is_pending_in(known, "recorder")

    async with known.pool.acquire() as connection:
        await mark_channel_paused(connection, "paused", paused_until=None, asked_until=NOON + 2 * HOUR)

    assert [await _is_pending_in(known, "paused", now=NOON + hours * HOUR) for hours in (1, 2)] == [False, True]


async def _plan(rows: Rows) -> None:
    await add_team(rows, "wild", erratic(20))
    await plan_calibrations(rows.pool, now=NOON)


async def test_a_calibration_is_work_from_its_time_until_it_is_made(rows: Rows) -> None:
    await _plan(rows)

    is_due = [await has_pending_work(rows.pool, channels=(), now=now) for now in (SUNDAY - SECOND, SUNDAY)]
    await run_weekly_calibrations(rows.pool, now=SUNDAY)

    assert is_due == [False, True]
    assert not await has_pending_work(rows.pool, channels=(), now=SUNDAY)
