"""What is known of a rep and their team over months, on a real database."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Unpack

import asyncpg
import pytest

from services.nudges.context.baselines import list_team_days, load_baseline
from services.nudges.domain.baseline import Baseline, PastDay, total_of
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import UNKNOWN_TEAM_BASELINE
from services.nudges.domain.drop.levels import DayCount
from shared.events import BehaviourDefinition, BehaviourKey, DayReport, NudgeId, NudgeKind, Presence, RepId, TeamId
from tests.services.nudges.builders.announcements import VERSION_1, VERSION_2, announcement, defined
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at, working_days
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, NORTH, SOUTH
from tests.services.nudges.builders.reports import CALLS, DayReportFields, behaviour, open_report, report
from tests.services.nudges.builders.rows import Rows

TODAY = open_report()
THURSDAY, FRIDAY = working_days(2)
DELIVERED = at(date(2026, 1, 2), "10:00")
DEMOS_WITHOUT_TARGET = behaviour("Demos", 9, 0)


def _worked(*counts: int, until: date = MONDAY, **fields: Unpack[DayReportFields]) -> list[DayReport]:
    days = working_days(len(counts), until=until)
    return [report(day, count=count, **fields) for day, count in zip(days, counts, strict=True)]


async def _add(rows: Rows, *reports: DayReport) -> None:
    for day in reports:
        await rows.add_day(day)


async def _baseline(pool: asyncpg.Pool, today: DayReport = TODAY) -> Baseline:
    async with pool.acquire() as connection:
        baseline = await load_baseline(connection, today)
    assert baseline is not None
    return baseline


async def _counts(pool: asyncpg.Pool, today: DayReport = TODAY) -> list[int]:
    return [sum(day.counts.values()) for day in (await _baseline(pool, today)).past]


async def test_worked_days_are_known_in_order_with_what_counted_and_the_part_that_was_worked(
    pool: asyncpg.Pool, rows: Rows
) -> None:
    half_a_day = report(MONDAY - timedelta(days=11), count=3, part=Decimal("0.5"))
    await _add(rows, *_worked(5, 6, 7), half_a_day)

    past = (await _baseline(pool)).past

    assert [(day.counts, day.part) for day in past] == [
        ({CALLS: 3}, 0.5),
        ({CALLS: 5}, 1.0),
        ({CALLS: 6}, 1.0),
        ({CALLS: 7}, 1.0),
    ]


@pytest.mark.parametrize(
    "other",
    [
        report(MONDAY, count=9, state="open"),
        report(FRIDAY, count=9, rep=BEN),
        report(FRIDAY, count=9, presence=Presence.ABSENT),
        report(FRIDAY, count=9, score=None),
        report(FRIDAY, count=9, playbook_version=VERSION_2),
        report(FRIDAY, count=9, playbook_version=None),
    ],
    ids=["today", "another rep's", "on leave", "without a target", "by another version", "by no version"],
)
async def test_a_day_is_left_out(pool: asyncpg.Pool, rows: Rows, other: DayReport) -> None:
    thursday = working_days(2)[0]
    await _add(rows, report(thursday, count=5), other)

    assert await _counts(pool) == [5]


async def test_what_had_no_target_on_its_day_is_not_counted(pool: asyncpg.Pool, rows: Rows) -> None:
    calls = behaviour("Calls", 3, 1)
    await _add(rows, report(FRIDAY, behaviours=(calls, DEMOS_WITHOUT_TARGET)))

    assert await _counts(pool) == [3]
    async with pool.acquire() as connection:
        days = await list_team_days(connection, NORTH.id, before=MONDAY, versions=[VERSION_1])
    assert [day.count for day in days[ANA.id]] == [3]


async def test_a_day_on_which_nothing_had_a_target_counts_nothing(pool: asyncpg.Pool, rows: Rows) -> None:
    await _add(rows, report(FRIDAY, behaviours=(DEMOS_WITHOUT_TARGET,)))

    assert await _counts(pool) == [0]


async def test_days_that_were_stored_before_parts_were_known_are_whole(pool: asyncpg.Pool, rows: Rows) -> None:
    await _add(rows, report(FRIDAY, count=4))
    await pool.execute("UPDATE day SET report = report - 'part'")

    baseline = await _baseline(pool)

    assert [day.part for day in baseline.past] == [1.0]
    async with pool.acquire() as connection:
        days = await list_team_days(connection, NORTH.id, before=MONDAY, versions=[VERSION_1])
    assert days == {ANA.id: [DayCount(day=FRIDAY, count=4)]}


async def test_days_are_loaded_as_far_back_as_those_of_the_team(
    pool: asyncpg.Pool, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.nudges.context.baselines._PAST_DAYS_MAX", 2)
    await _add(rows, *_worked(5, 6, 7))

    assert await _counts(pool) == [6, 7]


CALLS_AS_NOW = defined("Calls", "8 a day")
LONGER_CALLS = CALLS_AS_NOW.model_copy(update={"counts": "call of 60 s or more"})


@pytest.mark.parametrize(
    ("behaviours", "counts"),
    [((CALLS_AS_NOW,), [5, 5, 6]), ((LONGER_CALLS,), [6]), (None, [6])],
    ids=["another target", "something else counted", "it was never announced"],
)
async def test_days_on_which_something_else_counted_are_left_out(
    pool: asyncpg.Pool, rows: Rows, behaviours: tuple[BehaviourDefinition, ...] | None, counts: list[int]
) -> None:
    if behaviours is not None:
        await rows.add_announcement(announcement(VERSION_1, behaviours=behaviours), delivered_at=DELIVERED)
    await rows.add_announcement(announcement(VERSION_2), delivered_at=DELIVERED)
    await _add(rows, *_worked(5, 5, until=FRIDAY, playbook_version=VERSION_1))
    await _add(rows, *_worked(6, playbook_version=VERSION_2))

    assert await _counts(pool, TODAY.model_copy(update={"playbook_version": VERSION_2})) == counts


async def test_a_day_that_no_playbook_judges_has_no_baseline(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        assert await load_baseline(connection, TODAY.model_copy(update={"playbook_version": None})) is None


async def _team_days(pool: asyncpg.Pool, *, before: date = MONDAY) -> dict[RepId, list[DayCount]]:
    async with pool.acquire() as connection:
        return await list_team_days(connection, NORTH.id, before=before, versions=[VERSION_1])


async def test_the_days_of_a_team_are_known_by_rep_oldest_first(pool: asyncpg.Pool, rows: Rows) -> None:
    (ana_thursday, ana_friday), (ben_thursday, ben_friday) = _worked(5, 6), _worked(7, 8, rep=BEN, part=Decimal("0.5"))
    await _add(rows, ben_friday, ana_friday, ana_thursday, ben_thursday)

    assert await _team_days(pool) == {
        ANA.id: [DayCount(day=THURSDAY, count=5), DayCount(day=FRIDAY, count=6)],
        BEN.id: [DayCount(day=THURSDAY, count=7, part=0.5), DayCount(day=FRIDAY, count=8, part=0.5)],
    }


@pytest.mark.parametrize(
    "other",
    [
        report(FRIDAY, count=9, team=SOUTH),
        report(MONDAY, count=9, state="open"),
        report(MONDAY - timedelta(weeks=18, days=1), count=9),
        report(FRIDAY, count=9, presence=Presence.ABSENT),
        report(FRIDAY, count=9, score=None),
        report(FRIDAY, count=9, playbook_version=VERSION_2),
    ],
    ids=["another team's", "today", "more than eighteen weeks ago", "on leave", "without a target", "by another version"],
)
async def test_a_day_of_a_team_is_left_out(pool: asyncpg.Pool, rows: Rows, other: DayReport) -> None:
    await _add(rows, other)

    assert await _team_days(pool) == {}


async def test_a_team_day_eighteen_weeks_ago_is_known_and_counts_what_had_a_target(pool: asyncpg.Pool, rows: Rows) -> None:
    first = MONDAY - timedelta(weeks=18)
    await _add(rows, report(first, behaviours=(behaviour("Calls", 2, 10), DEMOS_WITHOUT_TARGET)))
    await _add(rows, report(FRIDAY, behaviours=(DEMOS_WITHOUT_TARGET,)))

    days = await _team_days(pool)

    assert days == {ANA.id: [DayCount(day=first, count=2), DayCount(day=FRIDAY, count=0)]}


async def test_how_busy_the_team_was_is_known_by_day_and_kept_with_its_baseline(pool: asyncpg.Pool, rows: Rows) -> None:
    """Both did half as much on the last of ten days."""
    await _add(rows, *_worked(*[10] * 9, 5), *_worked(*[20] * 9, 10, rep=BEN))

    computed, stored = await _baseline(pool), await _baseline(pool)

    assert computed.levels[THURSDAY] == 1.0
    assert computed.levels[FRIDAY] == pytest.approx((15 + 14.25) / (28.5 + 14.25))
    assert stored.levels == computed.levels
    assert stored.team == computed.team


async def test_the_baseline_of_a_team_is_computed_once_a_day(pool: asyncpg.Pool, rows: Rows) -> None:
    await _add(rows, *_worked(4, 1, 7), *_worked(8, 2, 14, rep=BEN))
    first = await _baseline(pool)
    await _add(rows, *_worked(50, 1, 300, revision=2))

    again = await _baseline(pool)
    of_another_version = await _baseline(pool, TODAY.model_copy(update={"playbook_version": VERSION_2}))
    of_another_team = await _baseline(pool, TODAY.model_copy(update={"team": SOUTH}))
    next_day = await _baseline(pool, TODAY.model_copy(update={"day": TUESDAY}))

    assert first.team.dispersion == again.team.dispersion
    assert first.team.weekday_factors == again.team.weekday_factors
    assert next_day.team.dispersion > 4 * first.team.dispersion
    assert of_another_version.team == of_another_team.team == UNKNOWN_TEAM_BASELINE


async def test_baselines_are_kept_until_the_day_is_over_everywhere(pool: asyncpg.Pool) -> None:
    for day in (MONDAY - timedelta(days=4), MONDAY - timedelta(days=3)):
        await _baseline(pool, TODAY.model_copy(update={"day": day}))
        await _baseline(pool, TODAY.model_copy(update={"day": day, "team": SOUTH}))

    await _baseline(pool)

    stored = await pool.fetch("SELECT team_id, day FROM team_baseline ORDER BY team_id, day")
    assert [(row["team_id"], (MONDAY - row["day"]).days) for row in stored] == [
        ("north", 3),
        ("north", 0),
        ("south", 4),
        ("south", 3),
    ]


async def test_of_two_replicas_that_compute_a_baseline_the_first_one_stands(pool: asyncpg.Pool, rows: Rows) -> None:
    """The other one stores its own between the look for one that is there and the insert."""
    await _add(rows, *_worked(4, 4, 4))
    await pool.execute(
        "CREATE FUNCTION be_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF pg_trigger_depth() = 1 THEN INSERT INTO team_baseline SELECT NEW.*; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER be_first BEFORE INSERT ON team_baseline FOR EACH ROW EXECUTE FUNCTION be_first()"
    )

    assert (await _baseline(pool)).team != UNKNOWN_TEAM_BASELINE

    assert await pool.fetchval("SELECT count(*) FROM team_baseline") == 1


async def _calibrate(rows: Rows, team_id: TeamId, strictness: float, *reps: tuple[RepId, float], rule: str = "drop") -> None:
    await rows.add_team_calibration(team_id, rule, strictness=strictness)
    for rep_id, of_rep in reps:
        insert = "INSERT INTO rep_calibration (rep_id, team_id, strictness) VALUES ($1, $2, $3)"
        await rows.pool.execute(insert, rep_id, team_id, of_rep)


async def test_a_rep_has_a_strictness_of_their_own_in_their_team(pool: asyncpg.Pool, rows: Rows) -> None:
    await _calibrate(rows, NORTH.id, 0.25, (BEN.id, 0.75))
    await _calibrate(rows, SOUTH.id, 0.5, (ANA.id, 1.0))

    in_north, in_south = TODAY, TODAY.model_copy(update={"team": SOUTH})

    for today, strictness in (
        (in_north, 0.25),
        (in_south, 1.0),
        (in_north.model_copy(update={"rep": BEN}), 0.75),
        (in_south.model_copy(update={"rep": BEN}), 0.5),
    ):
        assert (await _baseline(pool, today)).budget == ErrorBudget(strictness=strictness)


async def test_there_is_no_budget_before_the_team_is_calibrated_for_drops(pool: asyncpg.Pool, rows: Rows) -> None:
    await _calibrate(rows, NORTH.id, 0.25, rule="gone_silent")

    assert (await _baseline(pool)).budget is None


@pytest.mark.parametrize(
    ("status", "counts"),
    [("sent", True), ("bundled", True), ("withheld", True), ("deferred", False), ("suppressed", False)],
)
async def test_the_last_alert_is_one_that_was_sent_or_withheld(
    pool: asyncpg.Pool, rows: Rows, status: str, *, counts: bool
) -> None:
    thursday, friday = working_days(2)
    alert = make_nudge().model_copy(update={"rule": "drop", "kind": NudgeKind.COACHING})
    for day, rule, person in ((thursday, "drop", ANA), (FRIDAY, "ratio", ANA), (FRIDAY, "drop", BEN)):
        fields = {"id": NudgeId(f"{rule}-{person.id}-{day}"), "rule": rule, "day": day, "person": person, "occasion": f"{day}"}
        await rows.add_nudge(alert.model_copy(update=fields))
    await rows.add_nudge(alert.model_copy(update={"id": NudgeId("newest"), "day": friday, "occasion": "newest"}), status=status)

    assert (await _baseline(pool)).alerted_on == (friday if counts else thursday)


def test_a_days_total_is_one_count() -> None:
    past = PastDay(day=MONDAY, counts={CALLS: 3, BehaviourKey("demos"): 2}, part=0.5)

    assert total_of(past, {}) == WorkedDay(weekday=0, count=5, exposure=0.5)
    assert total_of(replace(past, part=1.0), {MONDAY: 0.75}).exposure == 0.75
