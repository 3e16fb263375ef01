"""Previews: what the last weeks would look like under another playbook."""

from datetime import timedelta

import pytest

from services.scoring.domain.definition_files.yaml_document import DefinitionRefused
from services.scoring.explain.list_scores import list_scores
from services.scoring.explain.preview_playbook import NothingToPreview, preview_playbooks
from shared.requests.definitions import PreviewQuery
from shared.requests.scores import ScoreQuery
from tests.services.scoring.conftest import ANA, MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed

SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-02-01")


async def test_a_preview_shows_what_applying_would_do_and_changes_nothing(scoring: Scoring) -> None:
    starts = [(MONDAY_NOON - timedelta(days=number % 5)).isoformat() for number in range(9)]
    await scoring.record(*[observed(f"a{number}", started_at=at) for number, at in enumerate(starts)])
    scoring.now = MONDAY_NOON + timedelta(days=1)
    before = await scoring.tables()

    preview = await preview_playbooks(
        scoring.pool, scoring.cache, PreviewQuery(name="p.yaml", text=SOFTER, weeks=2), now=scoring.now
    )

    assert await scoring.tables() == before
    await scoring.apply_playbook(SOFTER, revise="a test")
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


async def test_a_preview_ends_yesterday_and_counts_a_score_of_a_hundred_as_plan_done(scoring: Scoring) -> None:
    friday = (MONDAY_NOON - timedelta(days=3)).isoformat()
    plan = [observed(f"a{number}", started_at=friday) for number in range(2)]
    await scoring.record(*plan, observed("p1", "proposal_sent", started_at=friday), observed("today"))

    preview = await preview_playbooks(
        scoring.pool, scoring.cache, PreviewQuery(name="p.yaml", text=PLAYBOOK, weeks=1), now=scoring.now
    )

    ana = next(rep for rep in preview.reps if rep.rep == ANA)
    assert [day.day for day in ana.days] == [MONDAY - timedelta(days=back) for back in range(7, 0, -1)]
    assert (ana.done, ana.would_be_done) == (1, 1)


async def test_both_sides_of_a_preview_are_of_the_same_days(scoring: Scoring) -> None:
    """In the first of the twelve weeks there was no playbook yet."""
    await scoring.record(*[observed(f"a{number}") for number in range(2)])
    scoring.now = MONDAY_NOON + timedelta(days=1)

    preview = await preview_playbooks(
        scoring.pool, scoring.cache, PreviewQuery(name="p.yaml", text=PLAYBOOK, weeks=12), now=scoring.now
    )

    ana = next(rep for rep in preview.reps if rep.rep == ANA)
    assert any(day.was is None for day in ana.days)
    assert ana.was is not None
    assert (ana.would_be, ana.would_be_done) == (ana.was, ana.done)


async def test_a_preview_leaves_out_days_before_a_rep_joined(scoring: Scoring) -> None:
    await scoring.apply(roster=ROSTER.replace("name: Ana Ruiz,", "name: Ana Ruiz, from: 2026-02-27,"))

    preview = await preview_playbooks(
        scoring.pool, scoring.cache, PreviewQuery(name="p.yaml", text=PLAYBOOK, weeks=1), now=scoring.now
    )

    assert {rep.rep: len(rep.days) for rep in preview.reps} == {"ana": 3, "ben": 7}


async def test_a_preview_for_a_team_without_reps_is_refused(scoring: Scoring) -> None:
    await scoring.apply_roster(f"{ROSTER}  - {{id: south, name: South}}\n")
    query = PreviewQuery(name="p.yaml", text=PLAYBOOK.replace("north", "south"))

    with pytest.raises(NothingToPreview, match="south"):
        await preview_playbooks(scoring.pool, scoring.cache, query, now=scoring.now)


async def test_a_preview_for_a_team_that_the_roster_lacks_is_refused_with_the_nearest_name(scoring: Scoring) -> None:
    query = PreviewQuery(name="p.yaml", text=f"{PLAYBOOK}---\n{PLAYBOOK.replace('north', 'nroth')}")

    with pytest.raises(DefinitionRefused, match=r"p\.yaml:7: team: the roster has no team nroth; did you mean north\?"):
        await preview_playbooks(scoring.pool, scoring.cache, query, now=scoring.now)
