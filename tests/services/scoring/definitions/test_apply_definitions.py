"""Rosters and playbooks that change, and what is scored anew because of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.scoring.days import recount_days as recount
from services.scoring.days.open_and_close_days import turn_days
from services.scoring.days.recount_days import recount_days
from services.scoring.definitions.apply_definitions import RevisionNeedsReason
from services.scoring.definitions.list_playbooks import list_playbooks
from services.scoring.domain.activities.counting import Place
from services.scoring.explain.explain_day import explain_day
from services.scoring.explain.list_scores import list_scores
from services.scoring.explain.preview_playbook import NothingToPreview, preview_playbooks
from shared.requests.client import PreviewQuery
from shared.requests.scores import ScoreQuery
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, seen

TUESDAY = MONDAY + timedelta(days=1)
SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")
EXCHANGED = ROSTER.replace('"7"', '"x"').replace('"8"', '"7"').replace('"x"', '"8"')


async def test_what_is_applied_again_as_it_was_touches_nobody(scoring: Scoring) -> None:
    assert await scoring.apply_roster(ROSTER) == 0
    assert await scoring.apply_playbook(PLAYBOOK) == 0


async def test_only_those_whom_a_new_roster_changes_are_scored_anew(scoring: Scoring) -> None:
    assert await scoring.apply_roster(ROSTER.replace("America/New_York", "Asia/Tokyo")) == 1
    assert await scoring.apply_roster(ROSTER.replace("name: North", "name: Far North")) == 2


async def test_a_version_that_begins_in_the_past_needs_a_reason_and_keeps_it(scoring: Scoring) -> None:
    past = PLAYBOOK.replace("2026-01-01", "2026-02-27")

    with pytest.raises(RevisionNeedsReason, match="--revise with the reason"):
        await scoring.apply_playbook(past)
    await scoring.apply_playbook(past, revise="targets were typed wrong")

    listed = await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)
    assert [(one.effective_from, one.state, one.revises) for one in listed.versions] == [
        (date(2026, 1, 1), "past", ""),
        (date(2026, 2, 27), "in force", "targets were typed wrong"),
    ]


async def test_a_version_that_begins_today_or_later_needs_none_and_binds_from_its_day_on(scoring: Scoring) -> None:
    await scoring.record(seen("a1"), seen("a2", started_at=(MONDAY_NOON + timedelta(days=1)).isoformat()))

    await scoring.apply_playbook(SOFTER)
    await scoring.rescore()

    today, tomorrow = await scoring.day("ana", MONDAY), await scoring.day("ana", TUESDAY)
    assert today is not None
    assert tomorrow is not None
    assert (today["score"], tomorrow["score"]) == (Decimal("30.00"), Decimal("60.00"))


async def test_scores_are_answered_as_judged_then_and_as_judged_now(scoring: Scoring) -> None:
    await scoring.record(seen("a1"))
    await scoring.apply_playbook(SOFTER)
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
    await scoring.apply_playbook(softer, revise="a test")
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
    await scoring.apply_playbook(PLAYBOOK + longer, revise="a test")
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


async def test_many_days_are_counted_as_few_are(scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    await scoring.record(*[seen(f"a{number}") for number in range(3)], seen("p1", kind="proposal_sent"))
    async with scoring.pool.acquire() as connection:
        definitions = await scoring.cache.read(connection)
        playbook = definitions.playbook_of(definitions.roster.reps["ana"], MONDAY)
        judged_by = {Place("ana", MONDAY): playbook, Place("ben", MONDAY): playbook}
        few = await recount_days(connection, judged_by)
        monkeypatch.setattr(recount, "_MANY_DAYS", 0)
        many = await recount_days(connection, judged_by)

    assert many == {place: tally for place, tally in few.items() if tally.counts}
    assert many[Place("ana", MONDAY)].counts == {"calls": 3, "proposals": 1}
