"""Days that open and close, explanations, audits and lists."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.scoring.days.open_and_close_days import next_turn, turn_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.explain.explain_day import NoSuchRep, explain_day
from services.scoring.explain.list_scores import list_scores
from services.scoring.metrics import ScoringMetrics
from services.scoring.store import SCHEMA
from shared.postgres.pool import make_pool
from shared.requests.scores import ScoreQuery, ScoreRow
from tests.promtool import remarks_of_promtool
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, ROSTER, Scoring, seen

MADRID_MIDNIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)


async def test_a_new_rep_begins_with_today(scoring: Scoring) -> None:
    ana, ben = await scoring.day("ana"), await scoring.day("ben")

    assert ana is not None
    assert ben is not None
    assert (ana["state"], ben["state"]) == ("open", "open")


async def test_midnight_closes_one_day_and_opens_the_next_in_the_reps_own_zone(scoring: Scoring) -> None:
    before = await turn_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT - timedelta(seconds=1))
    turned = await turn_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT)

    assert (before.opened, before.closed) == (0, 0)
    assert (turned.opened, turned.closed) == (1, 1)
    reports = [(event, report.rep.id, report.day) for event, report in await scoring.reports()]
    assert sorted(reports) == [("closed", "ana", MONDAY), ("opened", "ana", MONDAY + timedelta(days=1))]


async def test_two_replicas_at_midnight_turn_each_day_once(scoring: Scoring) -> None:
    other = await make_pool(scoring.url, schema=SCHEMA)

    await asyncio.gather(
        *[turn_days(pool, DefinitionsCache(), now=MADRID_MIDNIGHT) for pool in (scoring.pool, other, scoring.pool, other)]
    )

    assert len(await scoring.reports()) == 2
    await other.close()


async def test_days_that_passed_while_nobody_was_here_are_opened_and_closed_in_order(scoring: Scoring) -> None:
    await turn_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT + timedelta(days=2))

    ana = [(event, report.day.day) for event, report in await scoring.reports() if report.rep.id == "ana"]
    assert ana == [("closed", 2), ("opened", 3), ("closed", 3), ("opened", 4), ("closed", 4), ("opened", 5)]


async def test_what_waited_for_its_day_is_in_the_report_that_opens_it(scoring: Scoring) -> None:
    await scoring.record(seen("a1", started_at=(MADRID_MIDNIGHT + timedelta(hours=9)).isoformat()))

    await turn_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT)

    opened = next(report for event, report in await scoring.reports() if event == "opened")
    assert opened.behaviours[0].count == 1


async def test_the_next_turn_is_the_earliest_midnight_of_any_zone(scoring: Scoring) -> None:
    async with scoring.pool.acquire() as connection:
        definitions = await scoring.cache.read(connection)

    assert next_turn(definitions, now=MONDAY_NOON) == MADRID_MIDNIGHT


async def test_an_explanation_shows_the_arithmetic_and_why_something_did_not_count(scoring: Scoring) -> None:
    await scoring.record(seen("a1"), seen("a2", duration_s=10))

    explained = await explain_day(scoring.pool, scoring.cache, "ana", MONDAY)

    assert explained.arithmetic == "100 x (60 x min(1/2, 1.5) + 40 x min(0/1, 1.5)) / (60 + 40) = 30.00"
    assert explained.score == Decimal("30.00")
    counted, missed = explained.activities
    assert counted.counts_for == ("calls",)
    assert missed.fails["calls"] == "duration 10.0 s is not 60 s or more"


async def test_explaining_somebody_who_is_not_there_is_refused(scoring: Scoring) -> None:
    with pytest.raises(NoSuchRep):
        await explain_day(scoring.pool, scoring.cache, "nobody", MONDAY)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE rep_day SET counts = '{\"calls\": 7}' WHERE rep_id = 'ana'",
        "UPDATE rep_day SET score = 1 WHERE rep_id = 'ana'",
        "UPDATE rep_day SET first_counted_at = NULL WHERE rep_id = 'ana'",
        "UPDATE activity SET outcome = 'busy'",
        "UPDATE activity SET day = '2026-03-01'",
        "DELETE FROM rep_day",
        "DELETE FROM activity",
    ],
)
async def test_the_audit_finds_what_was_changed_by_hand(scoring: Scoring, damage: str) -> None:
    await scoring.record(seen("a1"))
    assert await scoring.differences() == ()

    await scoring.pool.execute(damage)

    assert await scoring.differences() != ()


async def test_scores_are_listed_by_rep_and_day_page_by_page(scoring: Scoring) -> None:
    for number in range(5):
        await scoring.record(seen(f"a{number}", started_at=(MONDAY_NOON - timedelta(days=number)).isoformat()))
    query = ScoreQuery(first=date(2026, 2, 1), last=MONDAY, limit=2)

    rows: list[ScoreRow] = []
    pages = 0
    while True:
        page = await list_scores(scoring.pool, scoring.cache, query, now=scoring.now)
        rows += page.rows
        pages += 1
        if page.next_after is None:
            break
        query = query.model_copy(update={"after": page.next_after})

    assert [row.day for row in rows] == [MONDAY - timedelta(days=back) for back in (4, 3, 2, 1, 0)]
    assert pages == 3


def test_the_metrics_are_well_formed() -> None:
    from prometheus_client import generate_latest

    assert remarks_of_promtool(generate_latest(ScoringMetrics().registry).decode()) == ""


async def test_new_hours_are_announced_for_the_open_day_although_its_score_is_the_same(scoring: Scoring) -> None:
    later = ROSTER.replace("timezone: Europe/Madrid,", 'timezone: Europe/Madrid, hours: "11:00-19:00",')

    await scoring.apply(roster=later)

    report = next(report for _, report in await scoring.reports() if report.rep.id == "ana")
    assert (report.day, report.work_starts_at) == (MONDAY, datetime(2026, 3, 2, 10, tzinfo=UTC))


async def test_a_report_says_which_part_of_the_day_is_worked(scoring: Scoring) -> None:
    half_off = "timezone: Europe/Madrid, absences: [{from: 2026-03-02, until: 2026-03-02, part: 0.5}],"

    await scoring.apply(roster=ROSTER.replace("timezone: Europe/Madrid,", half_off))
    await turn_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT)

    reports = {(event, report.day.day): report.part for event, report in await scoring.reports() if report.rep.id == "ana"}
    assert reports == {("changed", 2): Decimal("0.5"), ("closed", 2): Decimal("0.5"), ("opened", 3): Decimal(1)}
