"""Day reports as they are taken in, on a real database."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg
import pytest

from shared.events import DayReport, Manager, ManagerId, PersonId
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.people import ANA, BEN, MARA, rep
from tests.services.nudges.builders.reports import behaviour, open_report, report
from tests.services.nudges.conftest import NOON, Nudging

JON = Manager(id=ManagerId(PersonId("jon")), name="Jon Keller", timezone="Europe/Madrid")
ELSEWHERE = MARA.model_copy(update={"name": "Mara L.", "timezone": "Asia/Tokyo"})
LATER = NOON + timedelta(hours=1)


async def _is_newer(nudging: Nudging, day: DayReport) -> bool:
    return (await nudging.take_in_alone(day)).is_news


async def _stored(pool: asyncpg.Pool) -> DayReport:
    return DayReport.model_validate_json(await pool.fetchval("SELECT report FROM day"))


@pytest.mark.parametrize(
    ("revision", "is_newer"), [(4, False), (5, False), (6, True)], ids=["older", "the same again", "newer"]
)
async def test_the_newest_report_of_a_day_is_kept(nudging: Nudging, revision: int, *, is_newer: bool) -> None:
    assert await _is_newer(nudging, report(score=10, state="open", revision=5))

    later = report(score=100, state="open", revision=revision)

    assert await _is_newer(nudging, later) is is_newer
    assert (await _stored(nudging.pool)).revision == max(revision, 5)
    assert await nudging.statuses() == ([("plan_done", "sent")] if is_newer else [])


async def test_each_day_of_each_rep_is_kept(nudging: Nudging) -> None:
    await nudging.take_in(report(), report(TUESDAY), report(rep=BEN))

    rows = await nudging.pool.fetch("SELECT rep_id, day FROM day ORDER BY rep_id, day")
    assert [tuple(row) for row in rows] == [("ana", MONDAY), ("ana", TUESDAY), ("ben", MONDAY)]


async def _first_seen(pool: asyncpg.Pool) -> tuple[datetime | None, str]:
    row = await pool.fetchrow("SELECT first_seen_at, first_seen::text FROM day")
    assert row is not None
    return row["first_seen_at"], row["first_seen"]


def _counts(calls: int, demos: int, *, revision: int, silent: bool = False) -> DayReport:
    behaviours = (behaviour("Calls", calls, 10), behaviour("Demos", demos, 1))
    return report(state="open", behaviours=behaviours, revision=revision, silent=silent)


async def test_it_is_kept_when_each_behaviour_was_first_seen(nudging: Nudging) -> None:
    await nudging.take_in(_counts(0, 0, revision=1))
    assert await _first_seen(nudging.pool) == (None, "{}")

    await nudging.take_in(_counts(2, 0, revision=2))
    nudging.now = LATER
    await nudging.take_in(_counts(3, 1, revision=3))

    noon, later = NOON.isoformat(), LATER.isoformat()
    assert await _first_seen(nudging.pool) == (NOON, f'{{"calls": "{noon}", "demos": "{later}"}}')


async def test_what_was_seen_once_stays_seen_when_it_is_deleted(nudging: Nudging) -> None:
    await nudging.take_in(_counts(2, 0, revision=1))
    nudging.now = LATER

    await nudging.take_in(_counts(0, 0, revision=2))

    assert await _first_seen(nudging.pool) == (NOON, f'{{"calls": "{NOON.isoformat()}"}}')


async def test_imported_history_was_not_seen_arriving(nudging: Nudging) -> None:
    await nudging.take_in(_counts(2, 1, revision=1, silent=True))

    assert await _first_seen(nudging.pool) == (None, "{}")


async def _managers(pool: asyncpg.Pool) -> Sequence[tuple[str, str, str, str | None]]:
    rows = await pool.fetch("SELECT manager_id, rep_id, name, timezone FROM manager_of_rep ORDER BY manager_id, rep_id")
    return [(row["manager_id"], row["rep_id"], row["name"], row["timezone"]) for row in rows]


MARA_OF_ANA = ("mara", "ana", "Mara Lind", "Europe/Madrid")


@pytest.mark.parametrize(
    ("day", "is_recorded"),
    [
        (open_report(), True),
        (report(state="closed"), True),
        (report(state="open", count=1), False),
        (open_report(managers=()), False),
    ],
    ids=["as it opens", "as it closes", "while it goes on", "without a manager"],
)
async def test_who_leads_a_rep_is_recorded_as_a_day_opens_and_closes(
    nudging: Nudging, day: DayReport, *, is_recorded: bool
) -> None:
    await nudging.take_in(day)

    assert await _managers(nudging.pool) == ([MARA_OF_ANA] if is_recorded else [])


async def test_every_manager_of_every_rep_is_recorded(nudging: Nudging) -> None:
    await nudging.take_in(open_report(managers=(MARA, JON)), open_report(rep=rep("Ben Ode")))

    assert [(manager, of_rep) for manager, of_rep, *_ in await _managers(nudging.pool)] == [
        ("jon", "ana"),
        ("mara", "ana"),
        ("mara", "ben"),
    ]


@pytest.mark.parametrize(
    ("day", "is_updated"),
    [
        (open_report(TUESDAY, managers=(ELSEWHERE,)), True),
        (open_report(managers=(ELSEWHERE,), revision=2), True),
        (open_report(MONDAY - timedelta(days=1), managers=(ELSEWHERE,)), False),
        (open_report(managers=(MARA.model_copy(update={"name": "Mara L."}),), revision=2), False),
    ],
    ids=["a later day", "the same day, on another clock", "an earlier day", "the same day, on the same clock"],
)
async def test_the_newest_day_says_on_whose_clock_a_manager_is(nudging: Nudging, day: DayReport, *, is_updated: bool) -> None:
    await nudging.take_in(open_report())

    await nudging.take_in(day)

    updated = ("mara", "ana", "Mara L.", "Asia/Tokyo")
    assert await _managers(nudging.pool) == [updated if is_updated else MARA_OF_ANA]
    newest = await nudging.pool.fetchval("SELECT newest_day FROM manager_of_rep")
    assert newest == (max(day.day, MONDAY) if is_updated else MONDAY)


async def test_a_report_that_is_not_newer_records_nobody(nudging: Nudging) -> None:
    await nudging.take_in(open_report(revision=5))

    await nudging.take_in(report(state="closed", revision=4, managers=(JON,)))

    assert await _managers(nudging.pool) == [MARA_OF_ANA]


async def test_a_day_is_checked_at_its_moments_once_it_is_open(nudging: Nudging) -> None:
    await nudging.take_in(open_report())

    rows = await nudging.pool.fetch("SELECT person_id, moment, due_at FROM scheduled_check ORDER BY due_at")
    assert [tuple(row) for row in rows] == [
        (ANA.id, "morning", at(MONDAY, "09:00")),
        (ANA.id, "midday", at(MONDAY, "13:00")),
    ]


async def _checks(pool: asyncpg.Pool) -> list[tuple[str, datetime]]:
    rows = await pool.fetch("SELECT moment, due_at FROM scheduled_check ORDER BY moment")
    return [(row["moment"], row["due_at"]) for row in rows]


async def test_checks_follow_the_working_time_of_the_day(nudging: Nudging) -> None:
    opened = open_report(TUESDAY)
    assert opened.work_starts_at is not None
    later = opened.work_starts_at + timedelta(hours=1)
    await nudging.take_in(opened)
    planned = await _checks(nudging.pool)

    await nudging.take_in(opened.model_copy(update={"work_starts_at": later, "revision": opened.revision + 1}))

    assert [moment for moment, _ in planned] == ["midday", "morning"]
    assert await _checks(nudging.pool) == [
        ("midday", planned[0][1] + timedelta(minutes=30)),
        ("morning", later),
    ]


async def test_a_day_that_gets_its_first_score_gets_its_checks(nudging: Nudging) -> None:
    opened = open_report(TUESDAY)
    await nudging.take_in(opened.model_copy(update={"score": None}))
    assert await _checks(nudging.pool) == []

    await nudging.take_in(opened.model_copy(update={"revision": opened.revision + 1}))

    assert [moment for moment, _ in await _checks(nudging.pool)] == ["midday", "morning"]
