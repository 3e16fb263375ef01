"""After a restore from a backup, what may have been sent before the loss is not sent."""

from datetime import date, datetime, timedelta

import asyncpg
import pytest

from services.nudges.deliver.deliveries import enqueue_deliveries, mark_restored, mark_resumed
from services.nudges.pages.messages.stored_messages import find_message, list_inbox, list_received
from shared.events import NudgeId, NudgeKind
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.rows import Rows

UNSENT = ("failed", "not sent: restored from a backup")
QUEUED = ("queued", "")
BACKED_UP_AT = NOON - timedelta(days=3)


async def _states(pool: asyncpg.Pool) -> dict[str, tuple[str, str]]:
    rows = await pool.fetch("SELECT nudge_id, state, last_error FROM delivery")
    return {row["nudge_id"]: (row["state"], row["last_error"]) for row in rows}


async def _queue(rows: Rows, name: str = "n1") -> None:
    async with rows.pool.acquire() as connection:
        await enqueue_deliveries(connection, NudgeId(name), ["recorder"], now=NOON)


async def _decide(
    rows: Rows, decided_at: datetime, about: date = MONDAY, kind: NudgeKind = NudgeKind.CELEBRATION, timezone: str = "UTC"
) -> tuple[str, str]:
    """What becomes of a nudge that is decided and queued."""
    nudge = make_nudge("n1", kind=kind, day=about, decided_at=decided_at, send_at=decided_at)
    await rows.add_nudge(nudge, timezone=timezone)
    await _queue(rows)
    return (await _states(rows.pool))["n1"]


@pytest.mark.parametrize("state", ["queued", "sending", "delivered", "failed"])
async def test_what_waits_in_a_restored_database_is_given_up(rows: Rows, state: str) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await rows.add_delivery(NudgeId("n1"), state=state, lease_left_s=20 if state == "sending" else None)

    await mark_restored(rows.pool, backed_up_at=BACKED_UP_AT)

    assert (await _states(rows.pool))["n1"] == (UNSENT if state in {"queued", "sending"} else (state, ""))
    assert await rows.pool.fetchval("SELECT count(*) FROM delivery WHERE lease_until IS NOT NULL") == 0


@pytest.mark.parametrize("kind", [NudgeKind.CELEBRATION, NudgeKind.THANKS])
async def test_until_nudges_runs_again_nothing_is_sent(rows: Rows, kind: NudgeKind) -> None:
    await mark_restored(rows.pool, backed_up_at=BACKED_UP_AT)

    assert await _decide(rows, at(TUESDAY, "12:00"), about=TUESDAY, kind=kind) == UNSENT


@pytest.mark.parametrize(
    ("decided_at", "about", "kind", "state"),
    [
        (at(MONDAY, "12:00"), MONDAY, NudgeKind.CELEBRATION, UNSENT),
        (at(TUESDAY, "00:00"), MONDAY, NudgeKind.CELEBRATION, UNSENT),
        (at(TUESDAY, "00:00"), TUESDAY, NudgeKind.CELEBRATION, QUEUED),
        (at(MONDAY, "23:59"), TUESDAY, NudgeKind.CELEBRATION, UNSENT),
        (at(MONDAY, "23:59"), TUESDAY, NudgeKind.ANNOUNCEMENT, UNSENT),
        (at(TUESDAY, "00:00"), MONDAY, NudgeKind.ANNOUNCEMENT, QUEUED),
        (NOON + timedelta(seconds=1), MONDAY, NudgeKind.THANKS, QUEUED),
        (NOON, MONDAY, NudgeKind.THANKS, UNSENT),
    ],
)
async def test_new_nudges_are_sent_from_the_next_day_of_the_person_on(
    rows: Rows, decided_at: datetime, about: date, kind: NudgeKind, state: tuple[str, str]
) -> None:
    await mark_restored(rows.pool, backed_up_at=BACKED_UP_AT)
    await mark_resumed(rows.pool, now=NOON)

    assert await _decide(rows, decided_at, about, kind, timezone="Europe/Madrid") == state


async def test_the_day_is_that_of_the_persons_own_time_zone(rows: Rows) -> None:
    """When it is Monday noon in Madrid, Tuesday has begun on Kiritimati."""
    await mark_restored(rows.pool, backed_up_at=BACKED_UP_AT)
    await mark_resumed(rows.pool, now=NOON)

    assert await _decide(rows, NOON + timedelta(hours=1), TUESDAY, timezone="Pacific/Kiritimati") == UNSENT


async def test_only_the_first_time_counts_as_the_one_at_which_nudges_ran_again(rows: Rows) -> None:
    await mark_restored(rows.pool, backed_up_at=BACKED_UP_AT)
    await mark_resumed(rows.pool, now=NOON)
    await mark_resumed(rows.pool, now=at(TUESDAY, "12:00"))

    assert await _decide(rows, at(TUESDAY, "12:00"), about=TUESDAY) == QUEUED


async def test_without_a_restore_everything_is_sent(rows: Rows) -> None:
    await mark_resumed(rows.pool, now=NOON)

    assert await _decide(rows, NOON) == QUEUED


async def test_pages_show_what_was_not_sent_as_such(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await rows.add_nudge(make_nudge("n2"))
    await rows.add_delivery(NudgeId("n1"))
    await mark_restored(rows.pool, backed_up_at=BACKED_UP_AT)

    messages = [*await list_inbox(rows.pool, MARA.id), *await list_received(rows.pool, ANA.id, since=MONDAY)]
    single = await find_message(rows.pool, NudgeId("n1"), ANA.id)

    assert [(message.id, message.is_unsent) for message in messages] == [("n2", False), ("n1", True)] * 2
    assert single is not None
    assert single.is_unsent


async def test_what_another_channel_had_delivered_before_the_backup_was_sent(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await rows.add_delivery(NudgeId("n1"))
    await rows.add_delivery(NudgeId("n1"), "webhook", state="delivered")
    await mark_restored(rows.pool, backed_up_at=BACKED_UP_AT)

    assert [message.is_unsent for message in await list_inbox(rows.pool, MARA.id)] == [False]
