"""Who can write to a rep, on a real database."""

from datetime import timedelta
from typing import Unpack

import asyncpg
import pytest

from services.nudges.context.roster.managed_reps import Sender, find_sender, list_colleagues
from shared.events import DayReport, Person, Presence, Rep
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, SOUTH, make_rep, rep
from tests.services.nudges.builders.reports import DayReportFields, open_report
from tests.services.nudges.builders.rows import Rows

CLEO = rep("Cleo Fox")


@pytest.mark.parametrize(
    ("newest", "is_possible"),
    [
        (open_report(), True),
        (open_report(presence=Presence.ABSENT), True),
        (open_report(managers=(JON, MARA)), True),
        (open_report(managers=(JON,)), False),
        (open_report(presence=Presence.NOT_EMPLOYED), False),
        (open_report(rep=ANA.model_copy(update={"id": MARA.id})), False),
    ],
    ids=["their rep", "on leave", "one of two managers", "another manager's", "left", "themselves"],
)
async def test_a_manager_can_thank_whom_they_lead(pool: asyncpg.Pool, newest: DayReport, *, is_possible: bool) -> None:
    sender = Sender(person=Person(id=MARA.id, name=MARA.name), is_colleague=False)
    assert await find_sender(pool, MARA.id, newest) == (sender if is_possible else None)


@pytest.mark.parametrize(("days", "is_possible"), [(6, True), (7, False)])
async def test_nobody_thanks_a_rep_without_a_day_for_a_week(
    rows: Rows, pool: asyncpg.Pool, days: int, *, is_possible: bool
) -> None:
    await rows.add_day(open_report(MONDAY))
    await rows.add_day(open_report(MONDAY + timedelta(days=days), rep=BEN))

    assert (await find_sender(pool, MARA.id, open_report()) is not None) is is_possible


async def _team(rows: Rows, **of_ana: Unpack[DayReportFields]) -> DayReport:
    """Ana, Ben and Cleo are in one team, which lets them thank each other. Returns Ana's newest report."""
    for each in (CLEO, BEN):
        await rows.add_day(open_report(TUESDAY, rep=each, thanks_from_colleagues=True))
    anas = open_report(TUESDAY, **({"thanks_from_colleagues": True} | of_ana))
    await rows.add_day(anas)
    return anas


async def test_colleagues_are_everybody_else_in_the_team_by_name(rows: Rows, pool: asyncpg.Pool) -> None:
    await _team(rows)

    colleagues = await list_colleagues(pool, ANA.id)

    assert (colleagues.person, colleagues.reps) == (Person(id=ANA.id, name=ANA.name), (BEN, CLEO))


async def test_colleagues_of_one_name_are_listed_by_id(rows: Rows, pool: asyncpg.Pool) -> None:
    await rows.add_day(open_report())
    reps = [make_rep("y", "Abe Ash"), make_rep("z", "Abe Ash"), make_rep("a", "Zoe Orr")]
    for each in reversed(reps):
        await rows.add_day(open_report(rep=each, thanks_from_colleagues=True))

    assert (await list_colleagues(pool, ANA.id)).reps == tuple(reps)


async def test_a_colleague_writes_under_the_name_of_their_own_newest_report(rows: Rows, pool: asyncpg.Pool) -> None:
    anas = await _team(rows)

    assert await find_sender(pool, BEN.id, anas) == Sender(person=Person(id=BEN.id, name=BEN.name), is_colleague=True)


async def test_whoever_leads_the_rep_writes_as_their_manager_although_they_are_in_the_team(
    rows: Rows, pool: asyncpg.Pool
) -> None:
    anas = await _team(rows, managers=(MARA, MARA.model_copy(update={"id": BEN.id, "name": "Ben the lead"})))

    assert await find_sender(pool, BEN.id, anas) == Sender(person=Person(id=BEN.id, name="Ben the lead"), is_colleague=False)


@pytest.mark.parametrize(
    "of_ana",
    [{"thanks_from_colleagues": False}, {"team": SOUTH}, {"presence": Presence.NOT_EMPLOYED}],
    ids=["not allowed", "another team", "left"],
)
async def test_nobody_is_the_colleague_of_whom_they_cannot_thank(
    rows: Rows, pool: asyncpg.Pool, of_ana: DayReportFields
) -> None:
    anas = await _team(rows, **of_ana)

    assert ANA not in (await list_colleagues(pool, BEN.id)).reps
    assert await find_sender(pool, BEN.id, anas) is None


async def test_nobody_is_their_own_colleague_and_whoever_is_in_no_team_has_none(rows: Rows, pool: asyncpg.Pool) -> None:
    anas = await _team(rows)

    assert await find_sender(pool, ANA.id, anas) is None
    assert await find_sender(pool, JON.id, anas) is None
    assert (await list_colleagues(pool, JON.id)).reps == ()


async def test_without_any_day_there_are_no_colleagues(pool: asyncpg.Pool) -> None:
    assert (await list_colleagues(pool, ANA.id)).reps == ()


async def test_the_team_is_that_of_the_newest_day(rows: Rows, pool: asyncpg.Pool) -> None:
    await _team(rows)
    await rows.add_day(open_report(MONDAY, rep=BEN, team=SOUTH, thanks_from_colleagues=True))
    await rows.add_day(open_report(WEDNESDAY, rep=CLEO, team=SOUTH, thanks_from_colleagues=True))

    assert (await list_colleagues(pool, ANA.id)).reps == (BEN,)


@pytest.mark.parametrize("gone", [ANA, BEN], ids=["the sender", "the other one"])
async def test_whoever_has_left_thanks_nobody_and_is_thanked_by_nobody(rows: Rows, pool: asyncpg.Pool, gone: Rep) -> None:
    await _team(rows)
    await rows.add_day(open_report(WEDNESDAY, rep=gone, presence=Presence.NOT_EMPLOYED, thanks_from_colleagues=True))
    assert BEN not in (await list_colleagues(pool, ANA.id)).reps


@pytest.mark.parametrize(("days", "are_colleagues"), [(6, True), (7, False)])
async def test_whoever_had_no_day_for_a_week_has_no_colleagues(
    rows: Rows, pool: asyncpg.Pool, days: int, *, are_colleagues: bool
) -> None:
    await _team(rows)
    await rows.add_day(open_report(TUESDAY + timedelta(days=days), rep=CLEO, thanks_from_colleagues=True))

    assert ((await list_colleagues(pool, ANA.id)).reps != ()) is are_colleagues


async def test_a_day_that_was_reported_before_teams_could_allow_it_allows_it_to_nobody(rows: Rows, pool: asyncpg.Pool) -> None:
    anas = await _team(rows)
    await pool.execute("UPDATE day SET report = report - 'thanks_from_colleagues'")

    assert await find_sender(pool, BEN.id, anas) is None


async def test_only_days_that_have_begun_tell_how_long_a_rep_has_been_gone(rows: Rows, pool: asyncpg.Pool) -> None:
    later = open_report(MONDAY + timedelta(days=30), rep=BEN)
    await rows.add_day(later.model_copy(update={"state": "closed"}))
    await rows.add_day(open_report(MONDAY))

    assert await find_sender(pool, MARA.id, open_report()) is not None
