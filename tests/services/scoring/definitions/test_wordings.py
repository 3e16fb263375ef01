"""What managers say in a playbook, and who may publish one: on a real database."""

from datetime import timedelta

import pytest

from services.scoring.definitions.apply_definitions import NotTheirTeam, PublishedMeanwhile, apply_playbooks
from services.scoring.definitions.stored_definitions import edition_of, list_publications
from shared.events import ManagerId, PersonId, PlaybookAnnounced
from shared.requests.definitions import Applied
from tests.services.scoring.conftest import MONDAY, PLAYBOOK, ROSTER, Scoring
from tests.services.scoring.domain.builders import NORTH

MARA, NILS = ManagerId(PersonId("mara")), ManagerId(PersonId("nils"))
TUESDAY = MONDAY + timedelta(days=1)
NEXT = PLAYBOOK.replace("target: 2", "target: 3").replace("2026-01-01", TUESDAY.isoformat())
MESSAGE = NEXT + "message: Talk more.\n"
EXPLAINED = MESSAGE.replace("label: Calls,", "label: Calls, why: Calls win deals.,")


async def _publish(scoring: Scoring, text: str, *, by: ManagerId | None = MARA, edition: str | None = None) -> Applied:
    return await apply_playbooks(
        scoring.pool, scoring.cache, text, file="page", published_by=by, edition=edition, now=scoring.now
    )


async def _announced(scoring: Scoring) -> list[PlaybookAnnounced]:
    rows = await scoring.pool.fetch("SELECT body FROM outbox WHERE event_type = 'playbook.announced.v1' ORDER BY id")
    await scoring.pool.execute("DELETE FROM outbox")
    return [PlaybookAnnounced.model_validate_json(row["body"]) for row in rows]


async def _event_ids(scoring: Scoring) -> set[str]:
    rows = await scoring.pool.fetch("SELECT event_id FROM outbox WHERE event_type = 'playbook.announced.v1'")
    return {row["event_id"] for row in rows}


async def _edition(scoring: Scoring) -> str:
    async with scoring.pool.acquire() as connection:
        return edition_of(await list_publications(connection, NORTH))


async def test_announcements_carry_the_words(scoring: Scoring) -> None:
    await _publish(scoring, EXPLAINED)

    event, _ = await _announced(scoring)
    assert (event.message, [behaviour.reason for behaviour in event.behaviours]) == ("Talk more.", ["Calls win deals.", ""])
    assert event.changes == ("Calls: target 3 a day (before: 2 a day). Why: “Calls win deals.”",)


async def test_other_words_score_no_day_again_and_are_no_other_version(scoring: Scoring) -> None:
    await _publish(scoring, NEXT)
    await scoring.rescore()
    first_ids = await _event_ids(scoring)
    before = await _announced(scoring)

    applied = await _publish(scoring, EXPLAINED)
    next_ids = await _event_ids(scoring)
    again = await _publish(scoring, EXPLAINED)

    assert (applied.summary, applied.reps_to_rescore, applied.reps_to_announce_to) == (
        f"north from {TUESDAY} (only words changed)",
        0,
        0,
    )
    assert again.summary == f"north from {TUESDAY} (unchanged)"
    assert await scoring.reps_pending() == 0
    after = await _announced(scoring)
    facts = [(event.rep.id, event.version, event.announcement_number, event.binds_from, event.follows) for event in before]
    assert [
        (event.rep.id, event.version, event.announcement_number, event.binds_from, event.follows) for event in after
    ] == facts
    assert {(event.message, event.behaviours[0].reason) for event in after} == {("Talk more.", "Calls win deals.")}
    assert before[0].wording == 0 < after[0].wording
    assert (len(first_ids), len(next_ids), first_ids & next_ids) == (2, 2, set())


async def test_words_reach_nobody_whom_the_version_will_not_judge(scoring: Scoring) -> None:
    await _publish(scoring, NEXT)
    moved = ROSTER.replace("Europe/Madrid,", "Europe/Madrid, until: 2026-03-02,")
    await scoring.apply_roster(moved)
    await _announced(scoring)

    await _publish(scoring, MESSAGE)

    assert [event.rep.id for event in await _announced(scoring)] == ["ben"]


async def test_whoever_joins_later_gets_the_newest_words(scoring: Scoring) -> None:
    dora = "      - {id: dora, name: Dora, timezone: Europe/Madrid}\n"
    await scoring.apply_roster(ROSTER + dora)
    (unworded,) = await _announced(scoring)
    for text in (NEXT, MESSAGE, EXPLAINED):
        await _publish(scoring, text)
    newest = (await _announced(scoring))[-1]

    await scoring.apply_roster(f"{ROSTER}{dora}      - {{id: cleo, name: Cleo, timezone: Asia/Tokyo, from: 2026-03-16}}\n")

    (event,) = await _announced(scoring)
    assert (event.behaviours[0].reason, event.message) == ("Calls win deals.", "Talk more.")
    assert (unworded.wording, event.wording) == (0, newest.wording)
    assert newest.wording > 0


async def test_a_change_without_texts_is_named(scoring: Scoring) -> None:
    assert (await _publish(scoring, NEXT)).unexplained == ("Calls",)
    assert (await _publish(scoring, EXPLAINED.replace("target: 3", "target: 4"))).unexplained == ()


async def test_everything_that_was_published_is_listed_with_who_did_it(scoring: Scoring) -> None:
    scoring.now += timedelta(minutes=1)
    await _publish(scoring, NEXT)
    for text in (MESSAGE, EXPLAINED):
        scoring.now += timedelta(minutes=1)
        await _publish(scoring, text, by=None if text == EXPLAINED else MARA)
    await _publish(scoring, MESSAGE)
    await scoring.apply_roster(f"{ROSTER}  - {{id: south, name: South}}\n")
    await _publish(scoring, NEXT.replace("north", "south"), by=None)
    await scoring.ignore_indexes()

    async with scoring.pool.acquire() as connection:
        publications = await list_publications(connection, NORTH)

    listed = [(publication.published_by, publication.wording > 0, publication.effective_from) for publication in publications]
    assert listed[:4] == [(MARA, True, TUESDAY), (None, True, TUESDAY), (MARA, True, TUESDAY), (MARA, False, TUESDAY)]
    assert len(listed) == 5
    assert publications[0].wording > publications[1].wording
    assert publications[0].version == publications[3].version > publications[4].version


async def test_only_todays_managers_may_publish(scoring: Scoring) -> None:
    former = ROSTER.replace("[{id: mara, name: Mara Lind}]", "[{id: mara, name: M}, {id: nils, name: N, until: 2026-03-01}]")
    await scoring.apply_roster(f"{former}  - {{id: south, name: South}}\n")

    for manager in (NILS, ManagerId(PersonId("ana"))):
        with pytest.raises(NotTheirTeam):
            await _publish(scoring, NEXT, by=manager)
    with pytest.raises(NotTheirTeam):
        await _publish(scoring, NEXT.replace("north", "south"))
    assert (await _publish(scoring, NEXT)).reps_to_announce_to == 2


@pytest.mark.parametrize("meanwhile", [NEXT.replace("target: 3", "target: 4"), MESSAGE], ids=["a version", "words"])
async def test_whoever_has_not_seen_what_is_there_is_refused(scoring: Scoring, meanwhile: str) -> None:
    await _publish(scoring, NEXT)
    edition = await _edition(scoring)
    await _publish(scoring, meanwhile, edition=edition)

    with pytest.raises(PublishedMeanwhile):
        await _publish(scoring, EXPLAINED, edition=edition)

    assert (await _publish(scoring, EXPLAINED, edition=await _edition(scoring))).summary.startswith("north")
