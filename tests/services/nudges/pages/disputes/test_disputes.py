"""The queries of disputes, clause by clause, on a real database."""

from datetime import date, timedelta

import asyncpg
import pytest

from services.nudges.decide.disputes.dispute_answers import mark_resolved
from services.nudges.domain.feedback.disputes import DisputeId, DisputeReason, RecordedActivity, Resolution
from services.nudges.pages.disputes.disputes import (
    NewDispute,
    delete_dispute,
    list_disputes_for_manager,
    list_disputes_of_day,
    merge_dispute,
)
from shared.events import Rep
from shared.observation import ActivityId, SourceName
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
TUESDAY = MONDAY + DAY
STANDS, PUT_RIGHT = Resolution.STANDS, Resolution.PUT_RIGHT


@pytest.fixture(autouse=True)
async def _days(rows: Rows) -> None:
    """Two days of Ana's and one of Ben's; Mara leads both."""
    for closed_day in (report(MONDAY), report(TUESDAY), report(MONDAY, rep=BEN)):
        await rows.add_day(closed_day)


def _dispute(
    name: str = "d1",
    *,
    rep: Rep = ANA,
    day: date = MONDAY,
    reason: DisputeReason = DisputeReason.TIME,
    kind: str = "call",
) -> NewDispute:
    return NewDispute(
        id=DisputeId(name),
        rep_id=rep.id,
        day=day,
        source=SourceName("acme"),
        account="",
        activity_id=ActivityId(name),
        reason=reason,
        recorded=RecordedActivity(kind=kind),
    )


async def _stored(pool: asyncpg.Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch("SELECT id, day, reason, disputed_at, resolution, manager_id, resolved_at FROM dispute ORDER BY id")
    return [tuple(row) for row in rows]


async def test_the_same_dispute_again_changes_nothing(pool: asyncpg.Pool) -> None:
    is_new = [await merge_dispute(pool, _dispute(), now=NOON + minutes * MINUTE) for minutes in range(2)]

    assert is_new == [True, False]
    assert await _stored(pool) == [("d1", MONDAY, "time", NOON, "", "", None)]


@pytest.mark.parametrize(
    "changed",
    [_dispute(reason=DisputeReason.TWICE), _dispute(day=TUESDAY)],
    ids=["another reason", "the activity has moved to another day"],
)
async def test_another_reason_or_day_replaces_the_dispute(pool: asyncpg.Pool, changed: NewDispute) -> None:
    await merge_dispute(pool, _dispute(kind="meeting"), now=NOON)

    assert await merge_dispute(pool, changed, now=NOON + MINUTE)

    assert await _stored(pool) == [("d1", changed.day, changed.reason.value, NOON + MINUTE, "", "", None)]
    (dispute,) = await list_disputes_of_day(pool, ANA.id, changed.day)
    assert dispute.recorded.kind == "call"


async def test_a_resolved_dispute_that_is_raised_again_is_open_again(pool: asyncpg.Pool) -> None:
    await merge_dispute(pool, _dispute(), now=NOON)
    await mark_resolved(pool, DisputeId("d1"), MARA.id, STANDS, now=NOON + MINUTE)

    assert await merge_dispute(pool, _dispute(), now=NOON + 2 * MINUTE)

    assert await _stored(pool) == [("d1", MONDAY, "time", NOON + 2 * MINUTE, "", "", None)]


async def test_a_dispute_about_a_day_that_is_not_known_is_refused(pool: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await merge_dispute(pool, _dispute(day=TUESDAY + DAY), now=NOON)


async def test_only_the_reps_own_open_dispute_is_deleted(pool: asyncpg.Pool) -> None:
    for name in ("d1", "d2", "d3"):
        await merge_dispute(pool, _dispute(name), now=NOON)
    await mark_resolved(pool, DisputeId("d2"), MARA.id, STANDS, now=NOON)

    await delete_dispute(pool, DisputeId("d1"), BEN.id)
    assert [row[0] for row in await _stored(pool)] == ["d1", "d2", "d3"]
    for name in ("d1", "d2"):
        await delete_dispute(pool, DisputeId(name), ANA.id)

    assert [row[0] for row in await _stored(pool)] == ["d2", "d3"]


async def test_a_resolution_is_stored_once_until_it_differs(pool: asyncpg.Pool) -> None:
    for name in ("d1", "d2"):
        await merge_dispute(pool, _dispute(name), now=NOON)

    changes = [
        await mark_resolved(pool, DisputeId("d1"), MARA.id, resolution, now=NOON + minutes * MINUTE)
        for minutes, resolution in enumerate((STANDS, STANDS, PUT_RIGHT))
    ]

    assert changes == [True, False, True]
    assert await _stored(pool) == [
        ("d1", MONDAY, "time", NOON, "put_right", "mara", NOON + 2 * MINUTE),
        ("d2", MONDAY, "time", NOON, "", "", None),
    ]


async def test_only_a_manager_by_the_newest_report_of_the_rep_can_resolve(rows: Rows) -> None:
    await merge_dispute(rows.pool, _dispute(), now=NOON)
    assert not await mark_resolved(rows.pool, DisputeId("d1"), JON.id, STANDS, now=NOON)

    await rows.add_day(report(TUESDAY + DAY, managers=(JON,)))
    await rows.add_day(report(TUESDAY + 2 * DAY, rep=BEN, managers=(MARA,)))

    assert not await mark_resolved(rows.pool, DisputeId("d1"), MARA.id, STANDS, now=NOON)
    assert await mark_resolved(rows.pool, DisputeId("d1"), JON.id, STANDS, now=NOON)


async def test_the_disputes_of_a_day_are_those_of_the_rep_in_the_order_in_which_they_were_raised(pool: asyncpg.Pool) -> None:
    for minutes, dispute in enumerate((_dispute("d3"), _dispute("d2"), _dispute("d4", day=TUESDAY), _dispute("d5", rep=BEN))):
        await merge_dispute(pool, dispute, now=NOON + minutes * MINUTE)
    await merge_dispute(pool, _dispute("d1"), now=NOON + MINUTE)

    disputes = await list_disputes_of_day(pool, ANA.id, MONDAY)

    assert [dispute.id for dispute in disputes] == ["d3", "d1", "d2"]


async def test_name_and_time_zone_are_those_of_the_reps_newest_report(rows: Rows) -> None:
    await merge_dispute(rows.pool, _dispute(), now=NOON)
    married = Rep(id=ANA.id, name="Ana Ode")
    await rows.add_day(report(TUESDAY + DAY, rep=married, timezone="Europe/Paris"))
    await rows.add_day(report(TUESDAY + 2 * DAY, rep=BEN))

    (of_day,) = await list_disputes_of_day(rows.pool, ANA.id, MONDAY)
    (of_manager,) = await list_disputes_for_manager(rows.pool, MARA.id, now=NOON)

    assert (of_day.rep_name, of_day.timezone) == ("Ana Ode", "Europe/Paris")
    assert of_manager == of_day


async def test_the_name_of_a_manager_is_known_while_they_lead_the_rep(rows: Rows) -> None:
    await rows.add_day(report(TUESDAY, managers=(JON, MARA)))
    await merge_dispute(rows.pool, _dispute(), now=NOON)
    await mark_resolved(rows.pool, DisputeId("d1"), MARA.id, STANDS, now=NOON)

    (dispute,) = await list_disputes_of_day(rows.pool, ANA.id, MONDAY)
    await rows.add_day(report(TUESDAY, managers=(JON,)))
    (later,) = await list_disputes_of_day(rows.pool, ANA.id, MONDAY)

    assert (dispute.resolution, dispute.resolved_by, dispute.resolver_name) == (STANDS, "mara", "Mara Lind")
    assert (later.resolved_by, later.resolver_name) == ("mara", "")


async def test_a_manager_sees_open_disputes_first_and_the_newest_first(pool: asyncpg.Pool) -> None:
    for minutes, dispute in enumerate((_dispute("d1"), _dispute("d2", rep=BEN), _dispute("d3"), _dispute("d5"))):
        await merge_dispute(pool, dispute, now=NOON + minutes * MINUTE)
    await merge_dispute(pool, _dispute("d4"), now=NOON + 3 * MINUTE)
    for name in ("d1", "d3"):
        await mark_resolved(pool, DisputeId(name), MARA.id, STANDS, now=NOON)

    disputes = await list_disputes_for_manager(pool, MARA.id, now=NOON)

    assert [dispute.id for dispute in disputes] == ["d4", "d5", "d2", "d3", "d1"]
    assert await list_disputes_for_manager(pool, JON.id, now=NOON) == []


@pytest.mark.parametrize(("age", "is_shown"), [(14 * DAY, True), (14 * DAY + timedelta(seconds=1), False)])
async def test_a_resolved_dispute_is_shown_for_two_weeks(pool: asyncpg.Pool, age: timedelta, is_shown: bool) -> None:
    await merge_dispute(pool, _dispute(), now=NOON - 60 * DAY)
    await mark_resolved(pool, DisputeId("d1"), MARA.id, STANDS, now=NOON)

    assert len(await list_disputes_for_manager(pool, MARA.id, now=NOON + age)) == is_shown


async def test_an_inbox_shows_a_hundred_disputes(pool: asyncpg.Pool) -> None:
    for number in range(101):
        await merge_dispute(pool, _dispute(f"d{number:03}"), now=NOON + number * MINUTE)

    disputes = await list_disputes_for_manager(pool, MARA.id, now=NOON)

    assert (len(disputes), disputes[-1].id) == (100, "d001")
