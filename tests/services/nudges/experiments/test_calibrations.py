"""The queries of calibrations, clause by clause, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.domain.drop.calibration import Calibration
from services.nudges.domain.silence.calibration import SilenceCalibration
from services.nudges.experiments.calibrations import (
    ActiveTeam,
    UnplannedTeam,
    add_calibration_plan,
    allow_long_calculation,
    claim_calibration,
    find_next_calibration,
    find_team_strictness,
    list_active_teams,
    list_due_calibrations,
    list_unplanned_teams,
    mark_calibrated,
    merge_calibration,
    merge_rep_calibrations,
    merge_silence_calibration,
)
from shared.events import RepId, TeamId, VersionNumber
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.people import ANA, BEN, NORTH, SOUTH, make_rep, make_team
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.experiments.teams import SUNDAY

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
SECOND = timedelta(seconds=1)


def _calibration(*rep_strictness: float) -> Calibration:
    return Calibration(
        strictness=0.5, rep_strictness=rep_strictness, alerts_before=2, alerts_after=1, judged_days=300, rounds=3
    )


async def _limits(rows: Rows) -> dict[str, tuple[str, float]]:
    stored = await rows.pool.fetch("SELECT rep_id, team_id, strictness FROM rep_calibration")
    return {row["rep_id"]: (row["team_id"], row["strictness"]) for row in stored}


async def test_the_transaction_of_a_calculation_may_be_idle_and_only_that_one(rows: Rows) -> None:
    async with rows.pool.acquire() as connection:
        async with connection.transaction():
            await allow_long_calculation(connection)
            within = await connection.fetchval("SHOW idle_in_transaction_session_timeout")

        assert (within, await connection.fetchval("SHOW idle_in_transaction_session_timeout")) == ("0", "1min")


async def test_a_team_is_active_while_a_playbook_judges_an_open_day_of_it(rows: Rows) -> None:
    await rows.add_day(report(MONDAY, state="open"))
    await rows.add_day(report(MONDAY, state="closed", rep=BEN, team=SOUTH))
    await rows.add_day(report(MONDAY, state="open", rep=make_rep("cleo"), team=make_team("west"), playbook_version=None))

    active = await list_active_teams(rows.pool, None)

    assert active == [
        ActiveTeam(team_id=NORTH.id, version=VersionNumber(1), rep_id=ANA.id, day=MONDAY, timezone="Europe/Madrid")
    ]
    assert await list_unplanned_teams(rows.pool) == [UnplannedTeam(team_id=NORTH.id, timezone="Europe/Madrid")]


async def test_a_team_is_calibrated_by_the_version_that_judges_most_of_its_reps_and_of_two_by_the_newer(rows: Rows) -> None:
    for number, version in enumerate((1, 2, 2, 3)):
        open_day = report(
            MONDAY + number * DAY, state="open", rep=make_rep(f"rep-{number}"), playbook_version=VersionNumber(version)
        )
        await rows.add_day(open_day)

    (by_majority,) = await list_active_teams(rows.pool, NORTH.id)
    await rows.pool.execute("DELETE FROM day WHERE rep_id = 'rep-1'")
    (by_version,) = await list_active_teams(rows.pool, NORTH.id)

    assert (by_majority.version, by_majority.rep_id, by_majority.day) == (2, "rep-1", MONDAY + 2 * DAY)
    assert (by_version.version, by_version.rep_id) == (3, "rep-3")


async def test_the_time_zone_of_a_team_is_that_of_most_of_its_reps(rows: Rows) -> None:
    for number, timezone in enumerate(("Europe/Madrid", "Europe/Paris", "Europe/Paris")):
        await rows.add_day(report(MONDAY, state="open", rep=make_rep(f"rep-{number}"), timezone=timezone))

    assert [team.timezone for team in await list_active_teams(rows.pool, None)] == ["Europe/Paris"]
    assert [team.timezone for team in await list_unplanned_teams(rows.pool)] == ["Europe/Paris"]


async def test_of_two_time_zones_with_as_many_reps_the_first_by_name_is_the_teams(rows: Rows) -> None:
    for number, timezone in enumerate(("Europe/Paris", "Europe/Madrid")):
        await rows.add_day(report(MONDAY, state="open", rep=make_rep(f"rep-{number}"), timezone=timezone))

    assert [team.timezone for team in await list_active_teams(rows.pool, None)] == ["Europe/Madrid"]
    assert [team.timezone for team in await list_unplanned_teams(rows.pool)] == ["Europe/Madrid"]


async def test_teams_are_listed_by_id_and_one_alone_when_asked_for(rows: Rows) -> None:
    await rows.add_day(report(state="open", rep=BEN, team=SOUTH, timezone="Europe/Lisbon"))
    await rows.add_day(report(state="open"))

    assert [team.team_id for team in await list_active_teams(rows.pool, None)] == ["north", "south"]
    assert [team.team_id for team in await list_active_teams(rows.pool, SOUTH.id)] == ["south"]
    assert [team.team_id for team in await list_unplanned_teams(rows.pool)] == ["north", "south"]


async def test_a_plan_is_made_once_and_then_moved_on_for_its_own_team(rows: Rows) -> None:
    await rows.add_day(report(state="open"))
    await rows.add_day(report(state="open", rep=BEN, team=SOUTH))
    for due_at in (SUNDAY, SUNDAY + WEEK):
        await add_calibration_plan(rows.pool, NORTH.id, due_at=due_at)
    assert [team.team_id for team in await list_unplanned_teams(rows.pool)] == ["south"]
    await add_calibration_plan(rows.pool, SOUTH.id, due_at=SUNDAY)
    assert await list_unplanned_teams(rows.pool) == []

    async with rows.pool.acquire() as connection:
        await mark_calibrated(connection, NORTH.id, next_at=SUNDAY + 2 * WEEK)

    plans = await rows.pool.fetch("SELECT team_id, due_at FROM calibration_plan ORDER BY team_id")
    assert [tuple(plan) for plan in plans] == [("north", SUNDAY + 2 * WEEK), ("south", SUNDAY)]


async def test_calibrations_are_due_from_their_time_on_the_longest_overdue_first(rows: Rows) -> None:
    for number, (team, due_at) in enumerate(
        (("b", SUNDAY), ("a", SUNDAY), ("c", SUNDAY - SECOND), ("d", SUNDAY + SECOND), ("idle", SUNDAY))
    ):
        if team != "idle":
            await rows.add_day(report(state="open", rep=make_rep(f"rep-{number}"), team=make_team(team)))
        await add_calibration_plan(rows.pool, TeamId(team), due_at=due_at)

    assert await list_due_calibrations(rows.pool, now=SUNDAY) == ["c", "a", "b"]
    assert await find_next_calibration(rows.pool) == SUNDAY - SECOND


async def test_without_an_active_team_no_calibration_comes_next(rows: Rows) -> None:
    await add_calibration_plan(rows.pool, NORTH.id, due_at=SUNDAY)

    assert await find_next_calibration(rows.pool) is None


@pytest.mark.parametrize(
    ("team_id", "due_at", "is_claimed"),
    [("north", SUNDAY, True), ("north", SUNDAY + SECOND, False), ("south", SUNDAY, False)],
)
async def test_only_a_calibration_that_is_due_can_be_claimed(
    rows: Rows, team_id: str, due_at: object, is_claimed: bool
) -> None:
    await rows.pool.execute("INSERT INTO calibration_plan (team_id, due_at) VALUES ($1, $2)", team_id, due_at)

    async with rows.pool.acquire() as connection:
        assert await claim_calibration(connection, NORTH.id, now=SUNDAY) is is_claimed


async def test_a_calibration_that_another_replica_is_making_is_passed_over(rows: Rows) -> None:
    await add_calibration_plan(rows.pool, NORTH.id, due_at=SUNDAY)

    async with rows.pool.acquire() as first, rows.pool.acquire() as second, first.transaction(), second.transaction():
        await second.execute("SET LOCAL lock_timeout = '1s'")
        claimed = [await claim_calibration(connection, NORTH.id, now=SUNDAY) for connection in (first, second)]

    assert claimed == [True, False]


async def test_the_newest_calibration_of_a_team_replaces_the_last(rows: Rows) -> None:
    await rows.add_day(report())
    async with rows.pool.acquire() as connection, connection.transaction():
        assert await find_team_strictness(connection, NORTH.id, "drop") is None
        await merge_calibration(connection, NORTH.id, [ANA.id], _calibration(0.1), now=NOON)
        newest = Calibration(strictness=0.7, rep_strictness=(0.1,), alerts_before=4, alerts_after=3, judged_days=290, rounds=2)
        await merge_calibration(connection, NORTH.id, [ANA.id], newest, now=NOON + WEEK)

        assert await find_team_strictness(connection, NORTH.id, "drop") == 0.7
        assert await find_team_strictness(connection, NORTH.id, "gone_silent") is None
        assert await find_team_strictness(connection, SOUTH.id, "drop") is None
    row = await rows.pool.fetchrow("SELECT * FROM team_calibration")
    assert row is not None
    assert dict(row) == {
        "team_id": "north",
        "rule": "drop",
        "strictness": 0.7,
        "alerts_before": 4.0,
        "alerts_after": 3.0,
        "judged_days": 290,
        "calibrated_at": NOON + WEEK,
    }


async def test_a_team_is_calibrated_for_each_rule_apart(rows: Rows) -> None:
    await rows.add_day(report())
    silence = SilenceCalibration(strictness=0.2, alerts_before=1.5, alerts_after=1.2, judged_days=400)
    async with rows.pool.acquire() as connection, connection.transaction():
        await merge_calibration(connection, NORTH.id, [ANA.id], _calibration(0.1), now=NOON)
        await merge_silence_calibration(connection, NORTH.id, silence, now=NOON)

        of_rules = [await find_team_strictness(connection, NORTH.id, rule) for rule in ("drop", "gone_silent")]

    assert of_rules == [0.5, 0.2]
    assert await _limits(rows) == {"ana": ("north", 0.1)}


async def test_a_rep_who_is_no_longer_calibrated_loses_their_limit_and_other_teams_keep_theirs(rows: Rows) -> None:
    cleo = make_rep("cleo")
    for closed_day in (report(), report(rep=BEN), report(rep=cleo, team=SOUTH)):
        await rows.add_day(closed_day)
    async with rows.pool.acquire() as connection, connection.transaction():
        await merge_calibration(connection, NORTH.id, [ANA.id, BEN.id], _calibration(0.1, 0.2), now=NOON)
        await merge_calibration(connection, SOUTH.id, [cleo.id], _calibration(0.3), now=NOON)

        await merge_calibration(connection, NORTH.id, [BEN.id], _calibration(0.4), now=NOON)

    assert await _limits(rows) == {"ben": ("north", 0.4), "cleo": ("south", 0.3)}


async def test_a_limit_is_stored_only_for_reps_who_are_still_in_the_team_by_their_newest_day(rows: Rows) -> None:
    await rows.add_day(report(MONDAY))
    await rows.add_day(report(MONDAY, rep=BEN))
    await rows.add_day(report(MONDAY + DAY, rep=BEN, team=SOUTH))
    async with rows.pool.acquire() as connection:
        await merge_rep_calibrations(connection, NORTH.id, [ANA.id, BEN.id, RepId(make_rep("gone").id)], [0.1, 0.2, 0.3])
        await merge_rep_calibrations(connection, SOUTH.id, [BEN.id], [0.4])

    assert await _limits(rows) == {"ana": ("north", 0.1), "ben": ("south", 0.4)}


async def test_a_rep_who_changes_teams_has_the_limit_of_the_new_team(rows: Rows) -> None:
    await rows.add_day(report(MONDAY))
    async with rows.pool.acquire() as connection:
        await merge_rep_calibrations(connection, NORTH.id, [ANA.id], [0.1])
        await rows.add_day(report(MONDAY + DAY, team=SOUTH))
        await merge_rep_calibrations(connection, SOUTH.id, [ANA.id], [0.2])

    assert await _limits(rows) == {"ana": ("south", 0.2)}
