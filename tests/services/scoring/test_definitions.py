"""Rosters and playbooks that change, and what is scored anew because of it."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.scoring import store
from services.scoring.apply_definitions import RevisionNeedsReason, apply_playbooks, apply_roster
from services.scoring.definitions import DefinitionsCache
from services.scoring.domain.counting import Place
from services.scoring.explain_day import explain_day
from services.scoring.list_playbooks import list_playbooks
from services.scoring.list_scores import list_scores
from services.scoring.preview_playbook import NothingToPreview, preview_playbooks
from services.scoring.rescore import rescore_state
from services.scoring.rescore_days import NobodyToRescore, ask_for_rescore, rescore_some
from services.scoring.store import SCHEMA
from services.scoring.turn_days import turn_days
from shared.postgres import open_pool
from shared.requests import PreviewQuery, RescoreQuery, ScoreQuery
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, seen

TUESDAY = MONDAY + timedelta(days=1)
SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")
EXCHANGED = ROSTER.replace('"7"', '"x"').replace('"8"', '"7"').replace('"x"', '"8"')


async def _apply_playbook(scoring: Scoring, text: str, *, revise: str = "") -> int:
    applied = await apply_playbooks(scoring.pool, scoring.cache, text, file="p.yaml", revise=revise, now=scoring.now)
    return applied.reps_to_rescore


async def _apply_roster(scoring: Scoring, text: str) -> int:
    return (await apply_roster(scoring.pool, scoring.cache, text, file="r.yaml", now=scoring.now)).reps_to_rescore


async def _waiting(scoring: Scoring) -> int:
    async with scoring.pool.acquire() as connection:
        return (await rescore_state(connection)).reps


async def test_what_is_applied_again_as_it_was_touches_nobody(scoring: Scoring) -> None:
    assert await _apply_roster(scoring, ROSTER) == 0
    assert await _apply_playbook(scoring, PLAYBOOK) == 0


async def test_only_those_whom_a_new_roster_changes_are_scored_anew(scoring: Scoring) -> None:
    assert await _apply_roster(scoring, ROSTER.replace("America/New_York", "Asia/Tokyo")) == 1
    assert await _apply_roster(scoring, ROSTER.replace("name: North", "name: Far North")) == 2


async def test_a_version_that_begins_in_the_past_needs_a_reason_and_keeps_it(scoring: Scoring) -> None:
    past = PLAYBOOK.replace("2026-01-01", "2026-02-27")

    with pytest.raises(RevisionNeedsReason, match="--revise with the reason"):
        await _apply_playbook(scoring, past)
    await _apply_playbook(scoring, past, revise="targets were typed wrong")

    listed = await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)
    assert [(one.effective_from, one.state, one.revises) for one in listed.versions] == [
        (date(2026, 1, 1), "past", ""),
        (date(2026, 2, 27), "in force", "targets were typed wrong"),
    ]


async def test_a_version_that_begins_today_or_later_needs_none_and_binds_from_its_day_on(scoring: Scoring) -> None:
    await scoring.record(seen("a1"), seen("a2", started_at=(MONDAY_NOON + timedelta(days=1)).isoformat()))

    await _apply_playbook(scoring, SOFTER)
    await scoring.rescore()

    today, tomorrow = await scoring.day("ana", MONDAY), await scoring.day("ana", TUESDAY)
    assert today is not None
    assert tomorrow is not None
    assert (today["score"], tomorrow["score"]) == (Decimal("30.00"), Decimal("60.00"))


async def test_scores_are_answered_as_judged_then_and_as_judged_now(scoring: Scoring) -> None:
    await scoring.record(seen("a1"))
    await _apply_playbook(scoring, SOFTER)
    await scoring.rescore()
    scoring.now = MONDAY_NOON + timedelta(days=1)
    query = ScoreQuery(first=MONDAY, last=MONDAY)

    then = await list_scores(scoring.pool, scoring.cache, query, now=scoring.now)
    now = await list_scores(scoring.pool, scoring.cache, query.model_copy(update={"as_judged": "now"}), now=scoring.now)

    assert [(row.rep, row.score, row.counts) for row in then.rows] == [("ana", Decimal("30.00"), {"calls": 1})]
    assert [(row.rep, row.score, row.counts) for row in now.rows] == [("ana", Decimal("60.00"), {"calls": 1})]


async def test_a_preview_says_what_applying_would_come_to_and_changes_nothing(scoring: Scoring) -> None:
    await scoring.record(*[seen(f"a{n}", started_at=(MONDAY_NOON - timedelta(days=n % 5)).isoformat()) for n in range(9)])
    scoring.now = MONDAY_NOON + timedelta(days=1)
    softer = SOFTER.replace("2026-03-03", "2026-02-01")
    before = await scoring.tables()

    preview = await preview_playbooks(
        scoring.pool, scoring.cache, PreviewQuery(name="p.yaml", text=softer, weeks=2), now=scoring.now
    )

    assert await scoring.tables() == before
    await _apply_playbook(scoring, softer, revise="a test")
    await scoring.rescore()
    page = await list_scores(
        scoring.pool,
        scoring.cache,
        ScoreQuery(first=MONDAY - timedelta(days=13), last=MONDAY, silent_days=True),
        now=scoring.now,
    )
    scored = {(row.rep, row.day): row.score for row in page.rows}
    ana = next(rep for rep in preview.reps if rep.rep == "ana")
    assert len(ana.days) == 14
    assert ana.would_be_done == 0
    assert ana.would_be > ana.was > 0  # type: ignore[operator]  # neither is None: she had days with a score
    for rep in preview.reps:
        for day in rep.days:
            assert day.would_be == scored.get((rep.rep, day.day), day.would_be)
    assert {day.day for day in ana.days if day.would_be} == {day for rep, day in scored if rep == "ana" and scored[rep, day]}


async def test_a_preview_for_a_team_of_nobody_is_refused(scoring: Scoring) -> None:
    query = PreviewQuery(name="p.yaml", text=PLAYBOOK.replace("north", "nowhere"))

    with pytest.raises(NothingToPreview, match="nowhere"):
        await preview_playbooks(scoring.pool, scoring.cache, query, now=scoring.now)


async def test_no_wrong_day_is_announced_while_activities_change_hands(scoring: Scoring) -> None:
    await scoring.record(*[seen(f"a{number}") for number in range(3)])
    await scoring.pool.execute("DELETE FROM outbox")

    await _apply_roster(scoring, EXCHANGED)
    await scoring.record(seen("a9"))

    assert await scoring.reports() == []
    await scoring.rescore()
    last = {report.rep.id: report.behaviours[0].count for _, report in await scoring.reports()}
    every = [(report.rep.id, report.behaviours[0].count) for _, report in await scoring.reports()]
    assert last == {"ana": 0, "ben": 4}
    assert set(every) == set(last.items())
    assert await scoring.differences() == ()


async def test_what_a_process_left_undone_is_done_by_the_next(scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    await scoring.record(seen("a1"))
    await _apply_roster(scoring, EXCHANGED)

    async def die(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as dying:
        dying.setattr(store, "update_days", die)
        with pytest.raises(ConnectionError):
            await scoring.rescore()
    assert await _waiting(scoring) == 2
    await scoring.rescore()

    assert await _waiting(scoring) == 0
    assert await scoring.differences() == ()


async def test_replicas_share_what_is_to_be_scored_anew_with_live_observations_between(scoring: Scoring) -> None:
    team = "".join(
        f'      - {{id: r{n}, name: R, timezone: Europe/Madrid, identities: [{{source: acme, user: "u{n}"}}]}}\n'
        for n in range(40)
    )
    await scoring.apply(roster=ROSTER + team)
    await scoring.record(*[seen(f"a{number}", actor=f"u{number % 40}") for number in range(400)])
    pools = [await open_pool(scoring.url, schema=SCHEMA) for _ in range(3)]
    await _apply_playbook(scoring, SOFTER.replace("2026-03-03", "2026-02-01"), revise="a test")

    async def rescore(number: int) -> None:
        cache = DefinitionsCache()
        while await rescore_some(pools[number], cache, now=scoring.now):
            pass

    async def live() -> None:
        for number in range(40):
            await scoring.record(seen(f"live{number}", actor=f"u{number}"))

    rescored = asyncio.gather(*[rescore(number) for number in range(3)])
    await live()
    await rescored
    assert await _waiting(scoring) == 0
    assert await scoring.differences() == ()
    day = await scoring.day("r39")
    assert day is not None
    assert (day["counts"], day["score"]) == ('{"calls": 11}', Decimal("90.00"))
    await asyncio.gather(*[pool.close() for pool in pools])


async def test_days_long_past_are_scored_anew_without_a_word(scoring: Scoring) -> None:
    long_past, recent = MONDAY - timedelta(days=61), MONDAY - timedelta(days=60)
    older = PLAYBOOK.replace("2026-01-01", "2025-12-01")
    await scoring.apply(playbook=older)
    for number, day in enumerate((long_past, recent)):
        await scoring.record(seen(f"a{number}", started_at=f"{day}T12:00:00+00:00"))
    await scoring.pool.execute("DELETE FROM outbox")

    await _apply_playbook(scoring, older.replace("target: 2", "target: 1"), revise="a test")
    await _apply_playbook(scoring, PLAYBOOK.replace("target: 2", "target: 1"), revise="a test")
    await scoring.rescore()

    assert [report.day for _, report in await scoring.reports() if report.state == "closed"] == [recent]
    stored = await scoring.day("ana", long_past)
    assert stored is not None
    assert stored["score"] == Decimal("60.00")
    assert await scoring.differences() == ()


async def test_scoring_anew_can_be_asked_for_by_team_rep_and_span(scoring: Scoring) -> None:
    await scoring.record(seen("a1"), seen("b1", actor="8"))
    await scoring.pool.execute("UPDATE rep_day SET score = 1")

    state = await ask_for_rescore(scoring.pool, scoring.cache, RescoreQuery(rep="ana", first=MONDAY), now=scoring.now)
    await scoring.rescore()

    ana, ben = await scoring.day("ana"), await scoring.day("ben")
    assert ana is not None
    assert ben is not None
    assert (state.reps, ana["score"], ben["score"]) == (1, Decimal("30.00"), Decimal(1))
    with pytest.raises(NobodyToRescore):
        await ask_for_rescore(scoring.pool, scoring.cache, RescoreQuery(team="nowhere"), now=scoring.now)


async def test_who_changes_team_is_judged_by_each_teams_playbook_on_its_days(scoring: Scoring) -> None:
    south = PLAYBOOK.replace("team: north", "team: south").replace("target: 2", "target: 1")
    moving = ROSTER.replace("Europe/Madrid,", "Europe/Madrid, changes: [{from: 2026-03-02, team: south}],")
    sunday = MONDAY_NOON - timedelta(days=3)
    await scoring.record(seen("a1"), seen("a2", started_at=sunday.isoformat()))

    await scoring.apply(roster=moving + "  - {id: south, name: South}\n", playbook=south)

    before, after = await scoring.day("ana", sunday.date()), await scoring.day("ana", MONDAY)
    assert before is not None
    assert after is not None
    assert (before["score"], after["score"]) == (Decimal("30.00"), Decimal("60.00"))
    (report,) = [report for _, report in await scoring.reports(Place("ana", MONDAY))][-1:]
    assert report.team.id == "south"


async def test_a_goal_is_counted_over_its_period_up_to_the_day(scoring: Scoring) -> None:
    goals = "goals:\n  - {key: month, label: Calls this month, counts: {kinds: [call]}, period: month, step: 2}\n"
    await scoring.apply(playbook=PLAYBOOK + goals)
    await scoring.record(
        seen("in-february", started_at="2026-02-28T12:00:00+00:00"),
        seen("on-sunday", started_at="2026-03-01T12:00:00+00:00", duration_s=1),
        seen("on-monday-1"),
        seen("on-monday-2"),
    )

    (_, report) = (await scoring.reports(Place("ana", MONDAY)))[-1]
    (goal,) = report.goals
    assert (goal.count, goal.step, goal.steps_reached, goal.period_start) == (3, 2, 1, date(2026, 3, 1))
    assert await scoring.differences() == ()


async def test_a_goal_is_said_as_the_new_definition_has_it_before_every_day_is_scored_anew(scoring: Scoring) -> None:
    goals = "goals:\n  - {key: month, label: Calls this month, counts: {kinds: [call]}, period: month, step: 2}\n"
    await scoring.apply(playbook=PLAYBOOK + goals)
    await scoring.record(*[seen(f"a{day}", started_at=f"2026-03-0{day}T12:00:00+00:00", duration_s=100) for day in (1, 2)])
    scoring.now = MONDAY_NOON + timedelta(days=1)
    await turn_days(scoring.pool, scoring.cache, now=scoring.now)
    await scoring.pool.execute("DELETE FROM outbox")

    longer = goals.replace("kinds: [call]", "kinds: [call], min_duration_s: 200")
    await _apply_playbook(scoring, PLAYBOOK + longer, revise="a test")
    await scoring.record(seen("a3", started_at=scoring.now.isoformat(), duration_s=300))

    said = [report.goals[0].count for _, report in await scoring.reports()]
    await scoring.rescore()
    assert said == [1]
    assert {report.goals[0].count for _, report in await scoring.reports(Place("ana", TUESDAY))} == {1}
    assert await scoring.differences() == ()


async def test_what_is_unverified_is_shown_and_counts_only_if_the_playbook_says_so(scoring: Scoring) -> None:
    burst = [
        seen(f"a{number}", started_at=(MONDAY_NOON + timedelta(seconds=number)).isoformat(), contact_key="k")
        for number in range(4)
    ]
    await scoring.record(*burst)
    rules = "unverified:\n  counts: {}\n  bursts: {{more_than: 2, within_s: 60}}\n  same_contact: {{more_than: 3}}\n"

    await scoring.apply(playbook=PLAYBOOK + rules.format("true"))
    shown = await explain_day(scoring.pool, scoring.cache, "ana", MONDAY)
    await scoring.apply(playbook=PLAYBOOK + rules.format("false"))
    left_out = await explain_day(scoring.pool, scoring.cache, "ana", MONDAY)

    assert [activity.unverified for activity in shown.activities] == [
        (),
        (),
        ("begun within 60 s of 2 earlier ones",),
        ("begun within 60 s of 2 earlier ones", "number 4 with the same contact on the day"),
    ]
    assert [activity.counts_for for activity in shown.activities] == [("calls",)] * 4
    assert [activity.counts_for for activity in left_out.activities] == [("calls",), ("calls",), (), ()]
    assert left_out.activities[2].fails["calls"] == "unverified"
    assert left_out.activities[2].unverified == shown.activities[2].unverified
    day = await scoring.day("ana")
    assert day is not None
    assert (day["counts"], day["score"], left_out.score) == ('{"calls": 2}', Decimal("60.00"), Decimal("60.00"))
    assert await scoring.differences() == ()
