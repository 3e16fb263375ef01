"""Rosters and playbooks that are applied, and the days that are scored again because of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.scoring.definitions.apply_definitions import RevisionNeedsReason, apply_playbooks, apply_roster
from services.scoring.definitions.list_playbooks import list_playbooks
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed

TUESDAY = MONDAY + timedelta(days=1)
SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")


async def test_an_unchanged_file_that_is_applied_again_touches_nobody(scoring: Scoring) -> None:
    assert await scoring.apply_roster(ROSTER) == 0
    assert await scoring.apply_playbook(PLAYBOOK) == 0


async def test_only_reps_whom_a_new_roster_changes_are_scored_again(scoring: Scoring) -> None:
    assert await scoring.apply_roster(ROSTER.replace("America/New_York", "Asia/Tokyo")) == 1
    assert await scoring.apply_roster(ROSTER.replace("name: North", "name: Far North")) == 2


async def test_a_new_subdivision_alone_scores_the_reps_holidays_again(scoring: Scoring) -> None:
    """Epiphany is a holiday in Bavaria and not in Berlin."""
    epiphany = date(2026, 1, 6)
    berlin = ROSTER.replace("Europe/Madrid,", "Europe/Madrid, country: DE, subdivision: DE-BE,")
    await scoring.apply(roster=berlin)
    await scoring.record(observed("a1", started_at=f"{epiphany}T12:00:00+00:00"))
    before = await scoring.day(ANA, epiphany)

    waiting = await scoring.apply_roster(berlin.replace("DE-BE", "DE-BY"))
    await scoring.rescore()

    assert waiting == 1
    assert (before["score"], (await scoring.day(ANA, epiphany))["score"]) == (Decimal("30.00"), None)
    assert await scoring.differences() == ()


async def test_what_a_roster_changes_is_summarized(scoring: Scoring) -> None:
    moved = ROSTER.replace("Europe/Madrid", "Asia/Tokyo").replace("id: ben, name: Ben Ode", "id: bob, name: Bob")

    applied = await apply_roster(scoring.pool, scoring.cache, moved, file="roster.yaml", now=scoring.now)

    assert applied.summary == "2 reps in 1 team: 1 new, 1 changed, 1 removed"


async def test_what_a_playbook_file_changes_is_summarized(scoring: Scoring) -> None:
    both = f"{PLAYBOOK}---\n{SOFTER}"

    applied = await apply_playbooks(scoring.pool, scoring.cache, both, file="playbook.yaml", now=scoring.now)

    assert applied.summary == "north from 2026-01-01 (unchanged), north from 2026-03-03"


async def test_a_version_that_begins_in_the_past_needs_a_reason_and_keeps_it(scoring: Scoring) -> None:
    past = PLAYBOOK.replace("2026-01-01", "2026-02-27")

    with pytest.raises(RevisionNeedsReason, match="--revise with the reason"):
        await scoring.apply_playbook(past)
    await scoring.apply_playbook(past, revise="targets were typed wrong")

    listed = await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)
    assert [(version.effective_from, version.state, version.revises) for version in listed.versions] == [
        (date(2026, 1, 1), "past", ""),
        (date(2026, 2, 27), "in force", "targets were typed wrong"),
    ]


@pytest.mark.parametrize(("begins", "needs_reason"), [("2026-03-01", True), ("2026-03-02", False), ("2026-03-03", False)])
async def test_a_version_needs_a_reason_if_it_begins_before_today(scoring: Scoring, begins: str, needs_reason: bool) -> None:
    version = SOFTER.replace("2026-03-03", begins)

    if needs_reason:
        with pytest.raises(RevisionNeedsReason):
            await scoring.apply_playbook(version)
    else:
        assert await scoring.apply_playbook(version) == 2


async def test_the_first_version_of_a_team_may_begin_in_the_past(scoring: Scoring) -> None:
    await scoring.apply_roster(ROSTER + "  - {id: south, name: South}\n")

    assert await scoring.apply_playbook(PLAYBOOK.replace("team: north", "team: south")) == 0


async def test_a_playbook_for_a_team_that_the_roster_lacks_is_refused_with_the_nearest_name(scoring: Scoring) -> None:
    west = f"{ROSTER}  - {{id: west, name: West}}\n"
    wrong = PLAYBOOK.replace("team: north", "team: wset")
    await scoring.apply_roster(west)

    with pytest.raises(DefinitionRefused) as refused:
        await scoring.apply_playbook(f"{SOFTER}---\n{wrong}")

    assert str(refused.value).startswith("playbook.yaml:7: team: the roster has no team wset; did you mean west?\n")
    with pytest.raises(DefinitionRefused, match="the roster has no team accounts; add the team to the roster first"):
        await scoring.apply_playbook(PLAYBOOK.replace("team: north", "team: accounts"))
    listed = await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)
    assert [version.team for version in listed.versions] == ["north"]


async def test_playbooks_may_be_applied_before_the_first_roster(scoring: Scoring) -> None:
    await scoring.pool.execute("DELETE FROM roster")
    await scoring.pool.execute("UPDATE definitions_version SET version = version + 1")

    assert await scoring.apply_playbook(PLAYBOOK.replace("team: north", "team: south")) == 0


async def test_a_roster_may_drop_a_team_with_a_playbook_and_the_list_says_so(scoring: Scoring) -> None:
    south_only = "teams: [{id: south, name: South}]"

    await scoring.apply_roster(south_only)
    await scoring.apply_playbook(PLAYBOOK)  # unchanged

    (version,) = (await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)).versions
    assert (version.team, version.is_team_in_roster) == ("north", False)


async def test_a_version_that_begins_today_or_later_judges_from_its_day_on(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("a2", started_at=(MONDAY_NOON + timedelta(days=1)).isoformat()))

    await scoring.apply_playbook(SOFTER)
    await scoring.rescore()

    today, tomorrow = await scoring.day(ANA, MONDAY), await scoring.day(ANA, TUESDAY)
    assert (today["score"], tomorrow["score"]) == (Decimal("30.00"), Decimal("60.00"))


async def test_only_days_before_the_next_version_are_scored_again(scoring: Scoring) -> None:
    await scoring.apply(playbook=SOFTER)

    await scoring.apply_playbook(PLAYBOOK.replace("target: 2", "target: 4"), revise="a test")

    rows = await scoring.pool.fetch("SELECT rep_id, first_day, last_day FROM pending_rescore ORDER BY rep_id")
    assert [tuple(row) for row in rows] == [(rep_id, date(2026, 1, 1), MONDAY) for rep_id in (ANA, BEN)]


async def test_a_rep_who_changes_team_is_judged_by_each_teams_playbook_on_its_days(scoring: Scoring) -> None:
    south = PLAYBOOK.replace("team: north", "team: south").replace("target: 2", "target: 1")
    moving = ROSTER.replace("Europe/Madrid,", "Europe/Madrid, changes: [{from: 2026-03-02, team: south}],")
    friday = MONDAY_NOON - timedelta(days=3)
    await scoring.record(observed("a1"), observed("a2", started_at=friday.isoformat()))

    await scoring.apply(roster=moving + "  - {id: south, name: South}\n", playbook=south)

    before, after = await scoring.day(ANA, friday.date()), await scoring.day(ANA, MONDAY)
    assert (before["score"], after["score"]) == (Decimal("30.00"), Decimal("60.00"))
    (report,) = [report for _, report in await scoring.reports(RepDay(ANA, MONDAY))][-1:]
    assert report.team.id == "south"


async def test_a_change_that_only_reports_show_is_reported_for_the_open_day(scoring: Scoring) -> None:
    later_hours = ROSTER.replace("timezone: Europe/Madrid,", 'timezone: Europe/Madrid, hours: "11:00-19:00",')

    await scoring.apply_roster(later_hours)

    rows = await scoring.pool.fetch("SELECT rep_id, first_day, last_day, needs_reassignment FROM pending_rescore")
    assert [tuple(row) for row in rows] == [(ANA, date(2026, 3, 1), TUESDAY, False)]
