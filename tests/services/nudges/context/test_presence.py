"""On which days reps logged something, and what managers were asked when they did not: clause by clause on a real database."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import pytest

from services.nudges.context.presence import list_presence, list_silence_budgets, list_silences_asked
from services.nudges.domain.silence.evidence import PresentDay, SilenceBudget
from shared.events import DayReport, ManagerId, Nudge, NudgeKind, RepId, TeamId
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH, SOUTH
from tests.services.nudges.builders.reports import behaviour, report
from tests.services.nudges.builders.rows import Rows

WEDNESDAY, THURSDAY, FRIDAY = working_days(3)


async def _presence(pool: asyncpg.Pool, *rep_ids: RepId, before: date = MONDAY) -> dict[RepId, tuple[PresentDay, ...]]:
    async with pool.acquire() as connection:
        return await list_presence(connection, rep_ids or (ANA.id,), before=before)


async def _add(rows: Rows, *reports: DayReport) -> None:
    for day in reports:
        await rows.add_day(day)


async def test_days_are_known_by_rep_oldest_first_with_whether_anything_counted(pool: asyncpg.Pool, rows: Rows) -> None:
    await _add(rows, report(FRIDAY, count=0), report(WEDNESDAY, count=3), report(THURSDAY, count=1), report(FRIDAY, rep=BEN))

    presence = await _presence(pool, ANA.id, BEN.id, RepId(MARA.id))

    assert presence == {
        ANA.id: (PresentDay(WEDNESDAY, True), PresentDay(THURSDAY, True), PresentDay(FRIDAY, False)),
        BEN.id: (PresentDay(FRIDAY, True),),
        MARA.id: (),
    }


async def test_the_days_of_others_are_not_known(pool: asyncpg.Pool, rows: Rows) -> None:
    await _add(rows, report(FRIDAY), report(FRIDAY, rep=BEN))

    assert await _presence(pool, BEN.id) == {BEN.id: (PresentDay(FRIDAY, True),)}


async def test_days_before_the_first_activity_are_left_out(pool: asyncpg.Pool, rows: Rows) -> None:
    """Of each rep: Ben began before Ana, and Ana's first day says nothing about his."""
    await _add(rows, report(WEDNESDAY, count=0), report(THURSDAY, count=2), report(FRIDAY, count=0))
    await _add(rows, *[report(day, rep=BEN, count=0) for day in (WEDNESDAY, THURSDAY, FRIDAY)])

    presence = await _presence(pool, ANA.id, BEN.id)

    assert presence == {ANA.id: (PresentDay(THURSDAY, True), PresentDay(FRIDAY, False)), BEN.id: ()}


@pytest.mark.parametrize(
    ("behaviours", "has_activity"),
    [
        ((behaviour("Calls", 0), behaviour("Demos", 1)), True),
        ((behaviour("Calls", 0), behaviour("Demos", 1, 0)), True),
        ((behaviour("Calls", 0), behaviour("Demos", 0)), False),
        ((), False),
    ],
    ids=["the second counts", "without a target, it counts too", "nothing counts", "there is nothing to count"],
)
async def test_a_day_has_activity_when_anything_counts(
    pool: asyncpg.Pool, rows: Rows, behaviours: Sequence[object], *, has_activity: bool
) -> None:
    await _add(rows, report(THURSDAY), report(FRIDAY, count=0).model_copy(update={"behaviours": tuple(behaviours)}))

    assert (await _presence(pool))[ANA.id] == (PresentDay(THURSDAY, True), PresentDay(FRIDAY, has_activity))


@pytest.mark.parametrize(
    "other",
    [report(FRIDAY, state="open"), report(FRIDAY, score=None), report(MONDAY), report(MONDAY - timedelta(weeks=18, days=1))],
    ids=["not over yet", "not worked", "today", "more than eighteen weeks ago"],
)
async def test_a_day_is_left_out(pool: asyncpg.Pool, rows: Rows, other: DayReport) -> None:
    await _add(rows, report(THURSDAY), other)

    assert (await _presence(pool))[ANA.id] == (PresentDay(THURSDAY, True),)


async def test_a_day_eighteen_weeks_ago_and_part_of_a_day_are_known(pool: asyncpg.Pool, rows: Rows) -> None:
    first = MONDAY - timedelta(weeks=18)
    await _add(rows, report(first), report(FRIDAY, count=0, part=Decimal("0.5")))

    assert (await _presence(pool))[ANA.id] == (PresentDay(first, True), PresentDay(FRIDAY, False))


async def test_a_team_has_a_budget_once_it_is_calibrated_for_silence(pool: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_team_calibration(NORTH.id, "drop", strictness=0.25)
    await rows.add_team_calibration(SOUTH.id, "gone_silent", strictness=0.5)
    await rows.add_team_calibration(TeamId("west"), "gone_silent", strictness=0.75)

    async with pool.acquire() as connection:
        budgets = await list_silence_budgets(connection, {NORTH.id, SOUTH.id})

    assert budgets == {SOUTH.id: SilenceBudget(strictness=0.5)}


def _silence_nudge(day: date, about: str, *, person_id: str = MARA.id, rule: str = "gone_silent") -> Nudge:
    nudge = make_nudge(f"{rule}-{person_id}-{about}", day=day, send_at=at(day, "09:00"))
    person = MARA if person_id == MARA.id else JON
    fields = {"rule": rule, "kind": NudgeKind.DIGEST, "person": person, "occasion": about}
    return nudge.model_copy(update=fields)


async def test_a_manager_was_asked_about_what_their_nudges_were_about(pool: asyncpg.Pool, rows: Rows) -> None:
    long_ago = MONDAY - timedelta(weeks=18)
    await rows.add_nudge(_silence_nudge(FRIDAY, "ana:2026-02-23"))
    await rows.add_nudge(_silence_nudge(long_ago, "ana:2025-10-20"))
    await rows.add_nudge(_silence_nudge(long_ago - timedelta(days=1), "ana:2025-10-17"))
    await rows.add_nudge(_silence_nudge(THURSDAY, "ben:2026-02-23"), status="suppressed")
    await rows.add_nudge(_silence_nudge(FRIDAY, "cleo:2026-02-23", person_id=JON.id))
    await rows.add_nudge(_silence_nudge(FRIDAY, "dan:2026-02-23", rule="recognition_due"))

    async with pool.acquire() as connection:
        asked = await list_silences_asked(connection, ManagerId(MARA.id), today=MONDAY)

    assert asked == {"ana:2026-02-23", "ana:2025-10-20", "ben:2026-02-23"}
