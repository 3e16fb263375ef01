"""The budget of false alerts re-checked on a team's own history, on a real database."""

from datetime import timedelta
from typing import Any

import pytest

from services.nudges.calibrate_teams import NoSuchTeam, calibrate_teams
from services.nudges.watching import watch_of
from shared.events import DayReport, Person
from shared.nudge_requests import CalibrationRow
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.domain.drop.weeks import steady
from tests.services.nudges.reports import MONDAY, report, working_days

TODAY = report(score=0, count=0, state="open")


async def _team(nudging: Nudging, team: str, counts: list[int], *, reps: int = 2) -> None:
    """Reps with these worked days, and an open Monday."""
    for number in range(reps):
        about: dict[str, Any] = {
            "rep": Person(id=f"{team}-{number}", name="Ana Ruiz"),
            "team": Person(id=team, name=team.title()),
        }
        days = working_days(len(counts))
        await nudging.take_in(
            *[report(day, count=count, silent=True, **about) for day, count in zip(days, counts, strict=True)],
            TODAY.model_copy(update=about),
        )


def _often_nothing(days: int) -> list[int]:
    """One day in eight nothing counts, and forty on each of the others: no negative binomial does that."""
    return [0 if number % 8 == 3 else 40 for number in range(days)]


async def _strictness(nudging: Nudging, today: DayReport) -> float:
    async with nudging.pool.acquire() as connection:
        known = await watch_of(connection, today)
    assert known is not None
    return known.budget.strictness


async def test_a_team_whose_days_make_false_alerts_is_watched_more_strictly_from_then_on(nudging: Nudging) -> None:
    await _team(nudging, "wild", _often_nothing(40))
    await _team(nudging, "calm", [day.count for day in steady(40, 40)])

    calm, wild = (await calibrate_teams(nudging.pool, None, now=nudging.now)).teams

    assert (calm.team, wild.team, wild.reps, wild.worked_days) == ("calm", "wild", 2, 80)
    assert wild.alerts_before is not None
    assert wild.alerts_after is not None
    assert wild.strictness is not None
    assert calm.strictness is not None
    assert wild.alerts_before > 1 >= wild.alerts_after
    assert wild.strictness > 0 > calm.strictness
    for row in (calm, wild):
        today = TODAY.model_copy(update={"team": Person(id=row.team, name="")})
        assert await _strictness(nudging, today) == pytest.approx(row.strictness, abs=0.005)


async def test_done_again_it_gives_the_same(nudging: Nudging) -> None:
    await _team(nudging, "wild", _often_nothing(20))

    first, again = [await calibrate_teams(nudging.pool, "wild", now=nudging.now) for _ in range(2)]

    assert first == again


async def test_too_little_history_leaves_the_limits_as_they_are(nudging: Nudging) -> None:
    await _team(nudging, "new", [5] * 14)

    assert (await calibrate_teams(nudging.pool, None, now=nudging.now)).teams == (CalibrationRow(team="new", reps=2),)
    assert await nudging.pool.fetchval("SELECT count(*) FROM team_calibration") == 0


async def test_only_one_team_is_calibrated_when_asked(nudging: Nudging) -> None:
    await _team(nudging, "new", [5] * 3)
    await _team(nudging, "other", [5] * 3)

    assert [row.team for row in (await calibrate_teams(nudging.pool, "other", now=nudging.now)).teams] == ["other"]


async def test_a_team_that_is_not_there_is_refused(nudging: Nudging) -> None:
    with pytest.raises(NoSuchTeam):
        await calibrate_teams(nudging.pool, "nowhere", now=nudging.now)


async def test_days_that_another_definition_judged_are_left_out(nudging: Nudging) -> None:
    await _team(nudging, "changed", [5] * 20)
    team = Person(id="changed", name="Changed")
    tomorrow = TODAY.model_copy(update={"day": MONDAY + timedelta(days=1), "playbook_version": 2, "team": team})
    await nudging.take_in(*[tomorrow.model_copy(update={"rep": Person(id=f"changed-{n}", name="")}) for n in range(2)])
    await nudging.pool.execute("UPDATE day SET report = jsonb_set(report, '{state}', '\"closed\"') WHERE day = $1", MONDAY)

    (row,) = (await calibrate_teams(nudging.pool, None, now=nudging.now)).teams

    assert (row.reps, row.strictness) == (0, None)
