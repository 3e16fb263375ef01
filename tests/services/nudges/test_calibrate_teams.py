"""The budget of false alerts re-checked on a team's own history, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.nudges.background_jobs import recheck_work
from services.nudges.context.baselines import watch_of
from services.nudges.experiments.calibration import NoSuchTeam, calibrate_teams, plan_calibrations, recheck_teams
from services.nudges.outbox import measure_queues
from services.nudges.requests.erase_person import forget_person
from services.nudges.store import QUERIES, SCHEMA, is_work_due
from shared.clock import SteppedClock
from shared.events import DayReport, Person
from shared.postgres.pool import make_pool
from shared.requests.nudges import CalibrationRow
from tests.services.nudges.conftest import KEY, Nudging
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


def _today(team: str, rep: str) -> DayReport:
    return TODAY.model_copy(update={"team": Person(id=team, name=""), "rep": Person(id=rep, name="")})


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
        of_reps = [await _strictness(nudging, _today(row.team, f"{row.team}-{number}")) for number in range(2)]
        assert [min(of_reps), max(of_reps)] == pytest.approx([row.laxest, row.strictest], abs=0.005)
        assert await _strictness(nudging, _today(row.team, "new")) == pytest.approx(row.strictness, abs=0.005)


async def test_who_is_unlike_the_team_is_watched_by_a_limit_of_their_own_in_that_team(nudging: Nudging) -> None:
    await _team(nudging, "mixed", [day.count for day in steady(40, 40)], reps=3)
    wild = Person(id="mixed-0", name="Ana Ruiz")
    days = zip(working_days(40), _often_nothing(40), strict=True)
    team = Person(id="mixed", name="Mixed")
    await nudging.take_in(*[report(day, count=count, silent=True, rep=wild, team=team, revision=2) for day, count in days])

    await calibrate_teams(nudging.pool, "mixed", now=nudging.now)

    own, other, elsewhere = [
        await _strictness(nudging, _today(team_id, rep))
        for team_id, rep in (("mixed", "mixed-0"), ("mixed", "mixed-1"), ("other", "mixed-0"))
    ]
    assert own > other + 0.1
    assert elsewhere == 0


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


SUNDAY = datetime(2026, 3, 8, 3, tzinfo=UTC)
"""Four o'clock in Madrid."""


async def _planned(nudging: Nudging) -> None:
    await _team(nudging, "wild", _often_nothing(20))
    await plan_calibrations(nudging.pool, now=nudging.now)
    await plan_calibrations(nudging.pool, now=nudging.now + timedelta(weeks=1))


async def test_by_itself_a_team_is_re_checked_once_a_week_over_all_replicas(nudging: Nudging) -> None:
    await _planned(nudging)
    other = await make_pool(nudging.url, schema=SCHEMA)
    replicas = nudging.pool, other

    async def all_at(now: datetime) -> list[str]:
        found = await asyncio.gather(*[recheck_teams(pool, now=now) for pool in replicas])
        return [one.outcome for each in found for one in each]

    assert await all_at(SUNDAY - timedelta(seconds=1)) == []
    assert await all_at(SUNDAY) == ["changed"]
    assert await all_at(SUNDAY + timedelta(days=6)) == []
    assert await all_at(SUNDAY + timedelta(weeks=5, hours=3)) == ["unchanged"]
    assert await all_at(SUNDAY + timedelta(weeks=5, hours=4)) == []
    assert await all_at(SUNDAY + timedelta(weeks=6)) == ["unchanged"]
    await other.close()


async def test_a_re_check_that_another_replica_is_at_is_passed_over_and_one_that_died_is_taken_up(nudging: Nudging) -> None:
    await _planned(nudging)
    async with nudging.pool.acquire() as connection:
        dying = connection.transaction()
        await dying.start()
        assert await connection.fetchval(QUERIES["claim_calibration"], "wild", SUNDAY) == "wild"

        assert await recheck_teams(nudging.pool, now=SUNDAY) == []
        await dying.rollback()

    assert len(await recheck_teams(nudging.pool, now=SUNDAY)) == 1
    assert await nudging.pool.fetchval("SELECT due_at FROM calibration_plan") == SUNDAY + timedelta(weeks=1)


async def test_a_re_check_is_counted_and_told_in_one_line_without_names(nudging: Nudging) -> None:
    await _team(nudging, "new", [5] * 3)
    await _team(nudging, "wild", _often_nothing(20))
    work = recheck_work(nudging.pool, nudging.metrics)
    await work(nudging.now)

    with capture_logs() as logs:
        await work(SUNDAY)

    counted = {
        outcome: nudging.metrics.registry.get_sample_value("daymark_nudges_drop_rechecks_total", {"outcome": outcome})
        for outcome in ("changed", "unchanged", "not_known")
    }
    assert counted == {"changed": 1, "unchanged": 0, "not_known": 1}
    told = [log for log in logs if log["event"] == "drop_limits_rechecked"]
    assert [(log["team"], log["before"], log["strictness"] is None) for log in told] == [
        ("new", None, True),
        ("wild", None, False),
    ]
    assert "wild-0" not in str(told)


async def test_it_is_measured_for_how_long_a_re_check_is_due(nudging: Nudging) -> None:
    async def overdue_s_at(now: datetime) -> float | None:
        await measure_queues(nudging.pool, [], SteppedClock(now), nudging.metrics)
        return nudging.metrics.registry.get_sample_value("daymark_nudges_drop_recheck_overdue_seconds")

    assert await overdue_s_at(SUNDAY) == 0
    await _planned(nudging)

    assert await overdue_s_at(SUNDAY - timedelta(hours=1)) == 0
    assert await overdue_s_at(SUNDAY + timedelta(hours=3)) == 3 * 3_600
    await recheck_teams(nudging.pool, now=SUNDAY + timedelta(hours=3))
    assert await overdue_s_at(SUNDAY + timedelta(hours=3)) == 0


async def test_a_team_without_an_open_day_is_re_checked_when_it_has_one_again(nudging: Nudging) -> None:
    await _planned(nudging)
    closed = "UPDATE day SET report = jsonb_set(report, '{state}', $1::jsonb) WHERE day = $2"
    await nudging.pool.execute(closed, '"closed"', MONDAY)
    assert await recheck_teams(nudging.pool, now=SUNDAY) == []

    await nudging.pool.execute(closed, '"open"', MONDAY)

    assert len(await recheck_teams(nudging.pool, now=SUNDAY + timedelta(days=1))) == 1


async def test_who_is_forgotten_while_a_team_is_re_checked_gets_no_limit_again(nudging: Nudging) -> None:
    await _planned(nudging)
    await recheck_teams(nudging.pool, now=SUNDAY)
    await forget_person(nudging.pool, None, "wild-0", forget_key=KEY, now=nudging.now)
    limits = "SELECT rep_id FROM rep_calibration"
    assert [row["rep_id"] for row in await nudging.pool.fetch(limits)] == ["wild-1"]

    await nudging.pool.execute(QUERIES["merge_rep_calibrations"], "wild", ["wild-0", "wild-1"], [1.0, 1.0])

    assert [row["rep_id"] for row in await nudging.pool.fetch(limits)] == ["wild-1"]


async def test_while_a_re_check_is_due_time_has_not_caught_up(nudging: Nudging) -> None:
    await _planned(nudging)
    nothing_else = (
        "UPDATE look SET done = true; UPDATE effects_look SET looked_on = 'infinity'; DELETE FROM led; DELETE FROM outbox"
    )
    await nudging.pool.execute(nothing_else)

    before, at_four = [await is_work_due(nudging.pool, channels=(), now=now) for now in (SUNDAY - timedelta(seconds=1), SUNDAY)]
    await recheck_teams(nudging.pool, now=SUNDAY)

    assert (before, at_four) == (False, True)
    assert not await is_work_due(nudging.pool, channels=(), now=SUNDAY)
