"""Lists of scores: page by page, as judged then and as judged now."""

from datetime import date, timedelta
from decimal import Decimal

from services.scoring.explain.list_scores import list_scores
from shared.events import TeamId
from shared.requests.scores import ScoreQuery, ScoreRow
from tests.services.scoring.conftest import ANA, MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed

SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")


async def _all_pages(scoring: Scoring, query: ScoreQuery) -> tuple[list[ScoreRow], int]:
    rows: list[ScoreRow] = []
    pages = 0
    while True:
        page = await list_scores(scoring.pool, scoring.cache, query, now=scoring.now)
        rows += page.rows
        pages += 1
        if page.next_after is None:
            return rows, pages
        query = query.model_copy(update={"after": page.next_after})


async def test_scores_are_listed_by_rep_and_day_page_by_page(scoring: Scoring) -> None:
    await scoring.ignore_indexes()
    for number in range(5):
        await scoring.record(observed(f"a{number}", started_at=(MONDAY_NOON - timedelta(days=number)).isoformat()))

    rows, pages = await _all_pages(scoring, ScoreQuery(first=date(2026, 2, 1), last=MONDAY, limit=2))

    assert [row.day for row in rows] == [MONDAY - timedelta(days=back) for back in (4, 3, 2, 1, 0)]
    assert pages == 3


async def test_the_first_and_the_last_day_are_included_and_silent_days_only_on_request(scoring: Scoring) -> None:
    for number in range(4):
        await scoring.record(observed(f"a{number}", started_at=(MONDAY_NOON - timedelta(days=number)).isoformat()))
    query = ScoreQuery(first=MONDAY - timedelta(days=2), last=MONDAY - timedelta(days=1))

    within = await list_scores(scoring.pool, scoring.cache, query, now=scoring.now)
    today = ScoreQuery(first=MONDAY, last=MONDAY)
    counted = await list_scores(scoring.pool, scoring.cache, today, now=scoring.now)
    all_days = await list_scores(scoring.pool, scoring.cache, today.model_copy(update={"silent_days": True}), now=scoring.now)

    assert [row.day for row in within.rows] == [query.first, query.last]
    assert ([row.rep for row in counted.rows], [row.rep for row in all_days.rows]) == (["ana"], ["ana", "ben"])


async def test_for_a_team_only_the_days_on_which_the_rep_was_in_it_are_listed(scoring: Scoring) -> None:
    friday = MONDAY_NOON - timedelta(days=3)
    await scoring.record(observed("a1"), observed("a2", started_at=friday.isoformat()))
    moving = ROSTER.replace("Europe/Madrid,", "Europe/Madrid, changes: [{from: 2026-03-02, team: south}],")
    await scoring.apply(roster=moving + "  - {id: south, name: South}\n", playbook=PLAYBOOK.replace("north", "south"))

    days = {}
    for team in ("north", "south"):
        query = ScoreQuery(first=date(2026, 2, 1), last=MONDAY, team=TeamId(team))
        days[team] = [row.day for row in (await _all_pages(scoring, query))[0]]

    assert days == {"north": [friday.date()], "south": [MONDAY]}


async def test_a_rep_who_is_no_longer_in_the_roster_is_not_listed(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("b1", actor="8"))

    await scoring.apply(roster="".join(line for line in ROSTER.splitlines(keepends=True) if "Ana" not in line))

    rows, _ = await _all_pages(scoring, ScoreQuery(first=MONDAY, last=MONDAY))
    assert [row.rep for row in rows] == ["ben"]
    assert (await scoring.day(ANA))["counts"] == '{"calls": 1}'


async def test_scores_are_listed_as_judged_then_and_as_judged_now(scoring: Scoring) -> None:
    await scoring.record(observed("a1"))
    await scoring.apply_playbook(SOFTER)
    await scoring.rescore()
    scoring.now = MONDAY_NOON + timedelta(days=1)
    query = ScoreQuery(first=MONDAY, last=MONDAY)

    as_judged_then = await list_scores(scoring.pool, scoring.cache, query, now=scoring.now)
    as_judged_now = await list_scores(
        scoring.pool, scoring.cache, query.model_copy(update={"as_judged": "now"}), now=scoring.now
    )

    assert [(row.rep, row.score, row.counts) for row in as_judged_then.rows] == [("ana", Decimal("30.00"), {"calls": 1})]
    assert [(row.rep, row.score, row.counts) for row in as_judged_now.rows] == [("ana", Decimal("60.00"), {"calls": 1})]
