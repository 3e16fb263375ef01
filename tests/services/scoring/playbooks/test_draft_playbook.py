"""What publishing a draft would do, and what a team's playbook says: on a real database."""

from datetime import date, timedelta

import pytest

from services.scoring.definitions.announcements import mark_delivered
from services.scoring.definitions.apply_definitions import RevisionNeedsReason, apply_playbooks
from services.scoring.definitions.check_names import NoSuchTeam
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused
from services.scoring.playbooks.draft_playbook import draft_playbook
from services.scoring.playbooks.show_playbook import show_playbook
from shared.events import ManagerId, PersonId, TeamId
from shared.requests.playbook.drafts import Draft, DraftQuery, TeamPlaybook
from tests.services.scoring.conftest import ANA, MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import NORTH

MARA = ManagerId(PersonId("mara"))
TUESDAY = MONDAY + timedelta(days=1)
NEXT = PLAYBOOK.replace("target: 2", "target: 3").replace("2026-01-01", TUESDAY.isoformat())
CANONICAL = """\
team: north
effective_from: 2026-03-03
behaviours:
  - key: calls
    label: Calls
    counts: {kinds: [call], min_duration_s: 60}
    target: 3
    weight: 60
  - key: proposals
    label: Proposals
    counts: {kinds: [proposal_sent]}
    target: 1
    weight: 40
"""


async def _draft(
    scoring: Scoring, text: str, *, base: str = "", edition: str = "", weeks: int = 0, team: TeamId = NORTH
) -> Draft:
    query = DraftQuery(team=team, text=text, base=base, edition=edition, weeks=weeks)
    return await draft_playbook(scoring.pool, scoring.cache, query, now=scoring.now)


async def _show(scoring: Scoring) -> TeamPlaybook:
    return await show_playbook(scoring.pool, scoring.cache, NORTH, now=scoring.now)


async def _publish(scoring: Scoring, text: str, *, by: ManagerId | None = MARA) -> None:
    await apply_playbooks(scoring.pool, scoring.cache, text, file="page", published_by=by, now=scoring.now)


async def test_a_draft_says_what_would_change_and_is_written_as_every_such_file_is(scoring: Scoring) -> None:
    draft = await _draft(scoring, NEXT)

    assert draft.mistakes == ()
    assert draft.text == CANONICAL
    assert draft.changes == ("Calls: target 3 a day (before: 2 a day).",)
    assert draft.unexplained == ("Calls",)
    assert (draft.rewords, draft.newer, draft.preview) == (None, (), ())


async def test_its_mistakes_are_those_of_the_file_by_key(scoring: Scoring) -> None:
    wrong = NEXT.replace("target: 3", "target: many").replace("weight: 40", "weight: 0")

    draft = await _draft(scoring, wrong)

    with pytest.raises(DefinitionRefused) as refused:
        await _publish(scoring, wrong)
    assert [(mistake.key, mistake.problem) for mistake in draft.mistakes] == [
        (mistake.key, mistake.problem) for mistake in refused.value.mistakes
    ]
    assert {mistake.key for mistake in draft.mistakes} == {"behaviours[0].target", "behaviours[1].weight"}
    assert (await _draft(scoring, NEXT.replace("north", "nroth"), team=TeamId("nroth"))).mistakes[0].key == "team"


@pytest.mark.parametrize(("begins", "is_past"), [("2026-03-01", True), ("2026-03-02", False)])
async def test_a_draft_may_not_change_the_past(scoring: Scoring, begins: str, is_past: bool) -> None:
    draft = await _draft(scoring, NEXT.replace("2026-03-03", begins))

    assert [mistake.key for mistake in draft.mistakes] == (["effective_from"] if is_past else [])
    if is_past:
        with pytest.raises(RevisionNeedsReason):
            await _publish(scoring, NEXT.replace("2026-03-03", begins))


async def test_a_draft_with_nothing_but_other_words_keeps_the_date_of_the_version(scoring: Scoring) -> None:
    reworded = PLAYBOOK.replace("2026-01-01", "2026-03-09") + "message: Talk more.\n"

    draft = await _draft(scoring, reworded)
    await _publish(scoring, draft.text)

    assert (draft.rewords, draft.is_published) == (date(2026, 1, 1), False)
    assert (await _draft(scoring, reworded)).is_published
    assert "effective_from: 2026-01-01\nmessage: Talk more.\n" in draft.text
    shown = await _show(scoring)
    assert [(version.effective_from, version.document.message) for version in shown.versions] == [
        (date(2026, 1, 1), "Talk more.")
    ]
    assert await scoring.reps_pending() == 0
    assert (await _draft(scoring, PLAYBOOK)).rewords == date(2026, 1, 1)  # its own words are taken back


async def test_a_draft_is_previewed_without_single_days(scoring: Scoring) -> None:
    await scoring.record(observed("a1", started_at=(MONDAY_NOON - timedelta(days=3)).isoformat()))

    draft = await _draft(scoring, NEXT.replace("target: 3", "target: 1"), weeks=1)

    ana, ben = draft.preview
    assert (ana.name, ben.name, ana.days) == ("Ana Ruiz", "Ben Ode", ())
    assert ana.was is not None
    assert ana.would_be is not None
    assert ana.would_be > ana.was


async def test_a_draft_for_a_team_without_reps_has_no_preview(scoring: Scoring) -> None:
    await scoring.apply_roster(f"{ROSTER}  - {{id: south, name: South}}\n")

    draft = await _draft(scoring, NEXT.replace("north", "south"), weeks=4, team=TeamId("south"))

    assert (draft.mistakes, draft.preview, draft.changes) == ((), (), ())


async def test_a_draft_knows_what_others_have_published_since(scoring: Scoring) -> None:
    before = await _show(scoring)
    base = before.versions[-1].text
    assert (await _draft(scoring, NEXT, base=base, edition=before.edition)).newer == ()
    await _publish(scoring, NEXT.replace("weight: 60", "weight: 70"))
    between = await _show(scoring)
    await _publish(scoring, NEXT.replace("weight: 60", "weight: 70") + "message: Talk.\n", by=None)

    first = await _draft(scoring, NEXT, base=base, edition=before.edition)
    second = await _draft(scoring, NEXT, base=between.versions[-1].text, edition=between.edition)
    third = await _draft(scoring, NEXT, base=base, edition=first.edition)

    assert [(row.is_wording, row.published_by) for row in first.newer] == [(True, None), (False, "Mara Lind")]
    assert first.newer_changes == ("Calls: target 3 a day (before: 2 a day).", "Calls: weight 70 (before: 60).")
    assert [row.is_wording for row in second.newer] == [True]
    assert (second.newer_changes, third.newer) == ((), ())


async def test_the_playbook_of_a_team_is_shown_with_its_history_and_who_has_confirmed_it(scoring: Scoring) -> None:
    await _publish(scoring, NEXT)
    shown = await _show(scoring)
    past, coming = shown.versions
    async with scoring.pool.acquire() as connection:
        await mark_delivered(connection, ANA, coming.version, delivered_at=MONDAY_NOON, acknowledged_at=MONDAY_NOON)
    scoring.now += timedelta(days=2)
    later = await _show(scoring)

    assert (shown.name, shown.today, shown.timezone) == ("North", MONDAY, "Europe/Madrid")
    assert [(version.state, version.follows) for version in (past, coming)] == [
        ("in force", None),
        ("coming", date(2026, 1, 1)),
    ]
    assert coming.text == CANONICAL
    assert coming.changes == ("Calls: target 3 a day (before: 2 a day).",)
    assert [behaviour.asks for behaviour in coming.behaviours] == ["3 a day", "1 a day"]
    assert [(row.published_by, row.effective_from) for row in shown.publications] == [
        ("Mara Lind", TUESDAY),
        (None, date(2026, 1, 1)),
    ]
    assert [version.state for version in later.versions] == ["past", "in force"]
    assert [(reader.name, reader.acknowledged_at) for reader in later.versions[1].acknowledgements] == [
        ("Ana Ruiz", MONDAY_NOON),
        ("Ben Ode", None),
    ]
    with pytest.raises(NoSuchTeam, match="did you mean north"):
        await show_playbook(scoring.pool, scoring.cache, TeamId("nroth"), now=scoring.now)


async def test_what_is_published_and_what_is_applied_by_file_is_the_same_to_the_byte(scoring: Scoring) -> None:
    by_hand = NEXT.replace("target: 3", 'target: {mon: 3, tue: "3.0", wed: 3, thu: 3, fri: 6}')
    await _publish(scoring, by_hand, by=None)
    (_, from_file) = (await _show(scoring)).versions

    await _publish(scoring, (await _draft(scoring, by_hand)).text)
    (_, unchanged) = (await _show(scoring)).versions
    await scoring.pool.execute("DELETE FROM announcement; DELETE FROM playbook_version WHERE effective_from > '2026-01-01'")
    await scoring.pool.execute("UPDATE definitions_version SET version = version + 1")
    await _publish(scoring, from_file.text)
    (_, from_page) = (await _show(scoring)).versions

    assert unchanged.version == from_file.version < from_page.version
    assert from_page.text == unchanged.text == from_file.text
    assert from_page.document == from_file.document
