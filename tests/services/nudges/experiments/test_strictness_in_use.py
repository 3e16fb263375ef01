"""A calibration is applied to the next check of each rep, on a real database."""

import pytest

from services.nudges.context.baselines import load_baseline
from services.nudges.experiments.calibrate_teams import calibrate_teams
from shared.events import TeamId
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import make_rep, make_team
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.domain.drop.weeks import steady
from tests.services.nudges.experiments.teams import add_team, erratic


async def _strictness(rows: Rows, team: str, rep: str) -> float | None:
    """By which a rep is monitored today, if at all."""
    today = report(score=0, count=0, state="open", rep=make_rep(rep), team=make_team(team))
    async with rows.pool.acquire() as connection:
        baseline = await load_baseline(connection, today)
    assert baseline is not None
    return baseline.budget.strictness if baseline.budget is not None else None


async def test_a_rep_has_their_own_limit_a_new_one_that_of_the_team_and_one_of_another_team_none(rows: Rows) -> None:
    await add_team(rows, "wild", erratic(40))
    await add_team(rows, "calm", [day.count for day in steady(40, 40)])

    calibrated = await calibrate_teams(rows.pool, None, now=NOON)

    rows_of_drop = [row for row in calibrated.teams if row.rule == "drop"]
    assert [row.team for row in rows_of_drop] == ["calm", "wild"]
    for row in rows_of_drop:
        of_reps = [await _strictness(rows, row.team, f"{row.team}-{number}") or 0.0 for number in range(9)]
        assert [min(of_reps), max(of_reps)] == pytest.approx([row.strictness_min, row.strictness_max], abs=0.005)
        assert await _strictness(rows, row.team, "new") == pytest.approx(row.strictness, abs=0.005)
    assert await _strictness(rows, "other", "wild-0") is None


async def test_one_team_can_be_calibrated_without_the_others(rows: Rows) -> None:
    await add_team(rows, "wild", erratic(40))
    await add_team(rows, "wilder", erratic(40))

    await calibrate_teams(rows.pool, TeamId("wild"), now=NOON)

    assert await _strictness(rows, "wild", "wild-0") is not None
    assert await _strictness(rows, "wilder", "wilder-0") is None
