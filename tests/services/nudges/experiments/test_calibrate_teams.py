"""The budgets of false alerts of drop and silence, calibrated on each team's own history, on a real database."""

import asyncio
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from services.nudges.experiments.calibrate_teams import (
    NoSuchTeam,
    calibrate_teams,
    plan_calibrations,
    run_weekly_calibrations,
)
from services.nudges.experiments.calibrations import claim_calibration
from services.nudges.schema import SCHEMA
from shared.events import TeamId, VersionNumber
from shared.postgres.pool import make_pool
from shared.requests.nudges import CalibrationRow
from tests.services.nudges.builders.days import MONDAY, NOON, working_days
from tests.services.nudges.builders.people import make_rep, make_team
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.domain.drop.weeks import steady
from tests.services.nudges.experiments.teams import RULES, SUNDAY, add_team, erratic

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
STEADY = [day.count for day in steady(40, 40)]


async def _strictness(rows: Rows) -> dict[str, float]:
    """By rep."""
    stored = await rows.pool.fetch("SELECT rep_id, strictness FROM rep_calibration")
    return {row["rep_id"]: row["strictness"] for row in stored}


async def _team_strictness(rows: Rows, team: str, rule: str) -> float:
    """As it is stored."""
    query = "SELECT strictness FROM team_calibration WHERE team_id = $1 AND rule = $2"
    strictness: float = await rows.pool.fetchval(query, team, rule)
    return strictness


async def _calibrate_drops(rows: Rows) -> list[CalibrationRow]:
    """Of every team, in the order of their ids."""
    return [row for row in (await calibrate_teams(rows.pool, None, now=NOON)).teams if row.rule == "drop"]


async def test_a_team_with_false_alerts_is_monitored_more_strictly_and_a_calm_one_less(rows: Rows) -> None:
    await add_team(rows, "wild", erratic(40), shift=1)
    await add_team(rows, "calm", STEADY)

    calm, wild = await _calibrate_drops(rows)

    assert (calm.team, wild.team, wild.reps, wild.judged_days) == ("calm", "wild", 9, 9 * 28)
    assert wild.alerts_before is not None
    assert wild.alerts_after is not None
    assert wild.strictness is not None
    assert calm.strictness is not None
    assert wild.alerts_before > 0.8 >= wild.alerts_after
    assert wild.strictness > 0 > calm.strictness
    stored = await _strictness(rows)
    for row in (calm, wild):
        of_reps = [stored[f"{row.team}-{number}"] for number in range(9)]
        assert [min(of_reps), max(of_reps)] == pytest.approx([row.strictness_min, row.strictness_max], abs=0.005)
        of_team = await _team_strictness(rows, row.team, "drop")
        assert of_team == pytest.approx(row.strictness, abs=0.005)


async def test_days_on_which_the_whole_team_did_less_are_no_false_alerts(rows: Rows) -> None:
    await add_team(rows, "together", erratic(40))

    (together,) = await _calibrate_drops(rows)

    assert together.alerts_before == 0


async def test_a_rep_who_is_unlike_the_team_gets_a_stricter_limit_of_their_own(rows: Rows) -> None:
    await add_team(rows, "mixed", STEADY)
    for day, count in zip(working_days(40), erratic(40), strict=True):
        await rows.add_day(report(day, count=count, rep=make_rep("mixed-0"), team=make_team("mixed")))

    await calibrate_teams(rows.pool, TeamId("mixed"), now=NOON)

    strictness = await _strictness(rows)
    assert strictness["mixed-0"] > strictness["mixed-1"] + 0.1


async def test_a_team_that_is_often_silent_is_asked_about_later(rows: Rows) -> None:
    """Each rep is away for a week of their own, and nobody entered it."""
    await add_team(rows, "steady", [5] * 40)
    await add_team(rows, "away", [5] * 40)
    for number in range(9):
        for day in working_days(40)[11 + 3 * number : 16 + 3 * number]:
            await rows.add_day(report(day, count=0, rep=make_rep(f"away-{number}"), team=make_team("away"), revision=2))

    calibrated = (await calibrate_teams(rows.pool, None, now=NOON)).teams

    away, steady_team = [row for row in calibrated if row.rule == "gone_silent"]
    assert (away.team, away.reps, away.judged_days) == ("away", 9, 9 * 30)
    assert away.strictness is not None
    assert away.alerts_before is not None
    assert away.alerts_after is not None
    assert away.strictness > 0
    assert away.strictness == away.strictness_min == away.strictness_max
    assert away.alerts_before > 1
    assert away.alerts_after <= away.alerts_before
    assert await _team_strictness(rows, "away", "gone_silent") == pytest.approx(away.strictness, abs=0.005)
    assert (steady_team.strictness, steady_team.alerts_before, steady_team.alerts_after) == (0, 0, 0)
    assert await _team_strictness(rows, "steady", "gone_silent") == 0


async def test_calibrating_again_gives_the_same(rows: Rows) -> None:
    await add_team(rows, "wild", erratic(40))

    first, second = [await calibrate_teams(rows.pool, TeamId("wild"), now=NOON) for _ in range(2)]

    assert first == second


async def test_too_little_history_leaves_the_limits_as_they_are(rows: Rows) -> None:
    await add_team(rows, "new", [5] * 14)

    assert (await calibrate_teams(rows.pool, None, now=NOON)).teams == (
        CalibrationRow(team=TeamId("new"), rule="drop", reps=9, judged_days=9 * 2),
        CalibrationRow(team=TeamId("new"), rule="gone_silent", reps=9, judged_days=9 * 4),
    )
    assert await rows.pool.fetchval("SELECT count(*) FROM team_calibration") == 0


async def test_only_the_team_that_is_asked_for_is_calibrated(rows: Rows) -> None:
    await add_team(rows, "new", [5] * 3)
    await add_team(rows, "other", [5] * 3)

    calibrated = await calibrate_teams(rows.pool, TeamId("other"), now=NOON)

    assert [(row.team, row.rule) for row in calibrated.teams] == [("other", rule) for rule in RULES]


async def test_a_team_that_does_not_exist_is_refused(rows: Rows) -> None:
    with pytest.raises(NoSuchTeam, match="nowhere"):
        await calibrate_teams(rows.pool, TeamId("nowhere"), now=NOON)


async def test_days_that_an_incomparable_version_judged_are_left_out(rows: Rows) -> None:
    await add_team(rows, "changed", [5] * 20)
    await rows.pool.execute("UPDATE day SET report = jsonb_set(report, '{state}', '\"closed\"')")
    for number in range(9):
        rep, version = make_rep(f"changed-{number}"), VersionNumber(2)
        await rows.add_day(report(MONDAY + DAY, state="open", rep=rep, team=make_team("changed"), playbook_version=version))

    calibrated = (await calibrate_teams(rows.pool, None, now=NOON)).teams

    assert [(row.rule, row.reps, row.judged_days, row.strictness) for row in calibrated] == [
        (rule, 0, 0, None) for rule in RULES
    ]


async def _plan(rows: Rows) -> None:
    """A team whose first calibration is on Sunday."""
    await add_team(rows, "wild", erratic(40))
    await plan_calibrations(rows.pool, now=NOON)
    await plan_calibrations(rows.pool, now=NOON + WEEK)


async def test_a_team_is_calibrated_once_a_week_over_all_replicas(rows: Rows, nudges_database_url: str) -> None:
    await _plan(rows)
    other_pool = await make_pool(nudges_database_url, schema=SCHEMA)

    async def outcomes_at(now: datetime) -> list[str]:
        per_replica = await asyncio.gather(*[run_weekly_calibrations(pool, now=now) for pool in (rows.pool, other_pool)])
        return [calibration.outcome for calibrations in per_replica for calibration in calibrations]

    assert await outcomes_at(SUNDAY - timedelta(seconds=1)) == []
    assert await outcomes_at(SUNDAY) == ["changed", "changed"]
    assert await outcomes_at(SUNDAY + 6 * DAY) == []
    assert await outcomes_at(SUNDAY + 5 * WEEK + timedelta(hours=3)) == ["unchanged", "unchanged"]
    assert await outcomes_at(SUNDAY + 5 * WEEK + timedelta(hours=4)) == []
    assert await outcomes_at(SUNDAY + 6 * WEEK) == ["unchanged", "unchanged"]
    await other_pool.close()


async def test_a_calibration_that_another_replica_is_making_is_passed_over_and_an_interrupted_one_made_again(
    rows: Rows,
) -> None:
    await _plan(rows)
    async with rows.pool.acquire() as connection:
        interrupted = connection.transaction()
        await interrupted.start()
        assert await claim_calibration(connection, TeamId("wild"), now=SUNDAY)

        assert await run_weekly_calibrations(rows.pool, now=SUNDAY) == []
        await interrupted.rollback()

    assert len(await run_weekly_calibrations(rows.pool, now=SUNDAY)) == len(RULES)
    assert await rows.pool.fetchval("SELECT due_at FROM calibration_plan") == SUNDAY + WEEK


async def test_a_calibration_is_logged_in_one_line_per_rule_without_names(rows: Rows) -> None:
    await add_team(rows, "new", [5] * 3)
    await add_team(rows, "wild", erratic(40))
    await plan_calibrations(rows.pool, now=NOON)

    with capture_logs() as logs:
        calibrations = await run_weekly_calibrations(rows.pool, now=SUNDAY)

    assert [calibration.outcome for calibration in calibrations] == ["not_known", "not_known", "changed", "changed"]
    lines = [log for log in logs if log["event"] == "limits_calibrated"]
    assert [(line["team"], line["rule"], line["strictness_before"], line["strictness"] is None) for line in lines] == [
        *[("new", rule, None, True) for rule in RULES],
        *[("wild", rule, None, False) for rule in RULES],
    ]
    assert "wild-0" not in str(lines)


async def test_a_team_without_an_open_day_is_calibrated_when_it_has_one_again(rows: Rows) -> None:
    await _plan(rows)
    set_state = "UPDATE day SET report = jsonb_set(report, '{state}', $1::jsonb) WHERE day = $2"
    await rows.pool.execute(set_state, '"closed"', MONDAY)
    assert await run_weekly_calibrations(rows.pool, now=SUNDAY) == []

    await rows.pool.execute(set_state, '"open"', MONDAY)

    assert len(await run_weekly_calibrations(rows.pool, now=SUNDAY + DAY)) == len(RULES)
