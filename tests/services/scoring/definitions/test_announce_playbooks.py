"""To whom each version is announced, once, and with how few statements."""

from datetime import date, timedelta

import asyncpg
import pytest

from services.scoring.days.open_and_close_days import open_and_close_days
from services.scoring.definitions import announce_playbooks as announce_module
from services.scoring.definitions.apply_definitions import apply_playbooks
from services.scoring.definitions.list_playbooks import list_playbooks
from services.scoring.schema import SCHEMA
from shared.events import PlaybookAnnounced, PlaybookWithdrawn
from shared.languages.current import using_language
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring

SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")
CLEO = "      - {id: cleo, name: Cleo, timezone: Asia/Tokyo, from: 2026-03-16}\n"
MOVING = ROSTER.replace("Europe/Madrid,", "Europe/Madrid, changes: [{from: 2026-03-09, team: south}],")
SOUTH = "  - {id: south, name: South}\n"


async def announced(scoring: Scoring) -> list[PlaybookAnnounced]:
    """The announcements since the last call, in order."""
    rows = await scoring.pool.fetch("DELETE FROM outbox WHERE event_type = 'playbook.announced.v1' RETURNING id, body")
    return [PlaybookAnnounced.model_validate_json(row["body"]) for row in sorted(rows, key=lambda row: row["id"])]


async def withdrawn(scoring: Scoring) -> list[PlaybookWithdrawn]:
    """The withdrawals since the last call, in order."""
    rows = await scoring.pool.fetch("DELETE FROM outbox WHERE event_type = 'playbook.withdrawn.v1' RETURNING id, body")
    return [PlaybookWithdrawn.model_validate_json(row["body"]) for row in sorted(rows, key=lambda row: row["id"])]


async def test_a_new_version_is_announced_to_every_rep_of_its_team_with_its_changes(scoring: Scoring) -> None:
    with using_language("es"):  # whoever publishes it
        await scoring.apply_playbook(SOFTER)

    events = await announced(scoring)
    assert [(event.rep.id, event.effective_from, event.binds_from, event.follows) for event in events] == [
        ("ana", date(2026, 3, 3), date(2026, 3, 3), date(2026, 1, 1)),
        ("ben", date(2026, 3, 3), date(2026, 3, 3), date(2026, 1, 1)),
    ]
    assert events[0].changes == ("Calls: target 1 a day (before: 2 a day).",)
    assert [(behaviour.label, behaviour.counts, int(behaviour.targets[0])) for behaviour in events[0].behaviours] == [
        ("Calls", "call, of at least 60 s", 1),
        ("Proposals", "proposal sent", 1),
    ]
    phrases = events[0].translations["es"]
    assert phrases.counts == ("llamada, de al menos 60 s", "propuesta enviada")
    assert (phrases.asks[0], phrases.changes) == ("1 al día", ("Calls: objetivo 1 al día (antes: 2 al día).",))
    assert events[0].version != (await scoring.pool.fetchval("SELECT min(version) FROM playbook_version"))


async def test_a_version_that_was_announced_is_not_announced_again(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    await announced(scoring)

    await scoring.apply_playbook(SOFTER)
    await scoring.apply_roster(ROSTER.replace("Ana Ruiz", "Ana Ruiz Gil"))
    scoring.now += timedelta(days=1)
    await open_and_close_days(scoring.pool, scoring.cache, now=scoring.now)

    assert await announced(scoring) == []


async def test_a_version_that_replaces_another_of_the_same_day_is_announced(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    (first, *_) = await announced(scoring)

    await scoring.apply_playbook(SOFTER.replace("weight: 60", "weight: 80"))

    (second, *_) = await announced(scoring)
    assert second.version > first.version
    assert second.changes == ("Calls: target 1 a day (before: 2 a day).", "Calls: weight 80 (before: 60).")


async def test_a_rep_who_joins_later_gets_the_version_that_will_judge_them_and_nobody_else_does(scoring: Scoring) -> None:
    await scoring.apply_roster(ROSTER + CLEO)

    (event,) = await announced(scoring)
    assert (event.rep.id, event.effective_from, event.binds_from, event.changes) == (
        "cleo",
        date(2026, 1, 1),
        date(2026, 3, 16),
        (),
    )


async def test_a_rep_who_changes_team_reads_what_changes_for_them(scoring: Scoring) -> None:
    await scoring.apply_roster(ROSTER + SOUTH)
    await scoring.apply_playbook(PLAYBOOK.replace("team: north", "team: south").replace("target: 2", "target: 5"))
    assert await announced(scoring) == []

    await scoring.apply_roster(MOVING + SOUTH)

    (event,) = await announced(scoring)
    assert (event.rep.id, event.team.id, event.binds_from) == ("ana", "south", date(2026, 3, 9))
    assert event.changes == ("Calls: target 5 a day (before: 2 a day).",)


async def test_a_later_first_day_is_announced_and_a_corrected_past_is_not(scoring: Scoring) -> None:
    await scoring.apply_roster(ROSTER + CLEO)
    await announced(scoring)

    await scoring.apply_roster(ROSTER + CLEO.replace("16", "23"))
    assert [event.binds_from for event in await announced(scoring)] == [date(2026, 3, 23)]

    await scoring.apply_roster(
        (ROSTER + CLEO.replace("16", "23")).replace("name: Ben Ode,", "name: Ben Ode, from: 2026-02-02,")
    )
    assert await announced(scoring) == []


async def test_a_version_that_will_not_judge_a_rep_is_withdrawn_and_announced_again_if_it_will(scoring: Scoring) -> None:
    await scoring.apply_roster(ROSTER + SOUTH)
    await scoring.apply_playbook(PLAYBOOK.replace("team: north", "team: south"))
    await scoring.apply_roster(MOVING + SOUTH)
    (first,) = await announced(scoring)

    await scoring.apply_roster(ROSTER + SOUTH)
    await scoring.apply_roster(ROSTER.replace("Ana Ruiz", "Ana Ruiz Gil") + SOUTH)
    withdrawals = await withdrawn(scoring)
    assert [(event.rep_id, event.version, event.announcement_number) for event in withdrawals] == [("ana", first.version, 1)]
    assert await announced(scoring) == []

    await scoring.apply_roster(MOVING + SOUTH)
    (again,) = await announced(scoring)
    assert (again.version, again.announcement_number, await withdrawn(scoring)) == (first.version, 2, [])


async def test_a_withdrawal_leaves_the_time_of_the_announcement_and_a_new_announcement_changes_it(scoring: Scoring) -> None:
    await scoring.apply_roster(ROSTER + SOUTH)
    await scoring.apply_playbook(PLAYBOOK.replace("team: north", "team: south"))
    instants = []
    for roster in (MOVING + SOUTH, ROSTER + SOUTH, MOVING + SOUTH):
        await scoring.apply_roster(roster)
        rows = await scoring.pool.fetch("SELECT announced_at, withdrawn_at FROM announcement WHERE binds_from = '2026-03-09'")
        instants.append([tuple(row) for row in rows])
        scoring.now += timedelta(hours=1)

    after_1_h, after_2_h = MONDAY_NOON + timedelta(hours=1), MONDAY_NOON + timedelta(hours=2)
    assert instants == [[(MONDAY_NOON, None)], [(MONDAY_NOON, after_1_h)], [(after_2_h, None)]]


async def test_a_version_that_another_replaces_before_it_begins_is_withdrawn(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    (first, _) = await announced(scoring)

    await scoring.apply_playbook(SOFTER.replace("weight: 60", "weight: 80"))

    assert [(event.rep_id, event.version) for event in await withdrawn(scoring)] == [
        ("ana", first.version),
        ("ben", first.version),
    ]


async def test_for_a_rep_who_leaves_only_versions_that_have_not_begun_are_withdrawn(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    (first, _) = await announced(scoring)

    await scoring.apply_roster(ROSTER.replace("name: Ana Ruiz,", "name: Ana Ruiz, until: 2026-03-02,"))
    await scoring.apply_roster(ROSTER.replace("      - {id: ben, name: Ben Ode", "      - {id: bob, name: Bob"))

    withdrawals = [(event.rep_id, event.version) for event in await withdrawn(scoring)]
    assert withdrawals == [("ana", first.version), ("ben", first.version)]


async def test_a_version_that_judged_only_days_that_are_over_is_not_announced(scoring: Scoring) -> None:
    await scoring.apply_playbook(
        PLAYBOOK.replace("2026-01-01", "2026-02-01").replace("target: 2", "target: 3"), revise="a test"
    )
    await announced(scoring)

    await scoring.apply_playbook(PLAYBOOK.replace("target: 2", "target: 4"), revise="a test")

    assert await announced(scoring) == []


async def test_a_version_that_was_never_announced_is_announced_when_the_next_day_opens(scoring: Scoring) -> None:
    """As after an upgrade from a release that announced nothing."""
    await open_and_close_days(scoring.pool, scoring.cache, now=scoring.now)
    await scoring.pool.execute("DELETE FROM announcement")
    await open_and_close_days(scoring.pool, scoring.cache, now=scoring.now)
    assert await announced(scoring) == []

    scoring.now += timedelta(days=1)
    await open_and_close_days(scoring.pool, scoring.cache, now=scoring.now)

    assert [event.rep.id for event in await announced(scoring)] == ["ana", "ben"]


async def test_a_day_is_reported_with_the_version_that_judges_it(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    (event, *_) = await announced(scoring)
    for day in (MONDAY_NOON, MONDAY_NOON + timedelta(days=1)):
        await open_and_close_days(scoring.pool, scoring.cache, now=day)
    await scoring.rescore()
    await open_and_close_days(scoring.pool, scoring.cache, now=MONDAY_NOON + timedelta(days=1))

    versions = {report.day: report.playbook_version for _, report in await scoring.reports() if report.rep.id == "ana"}
    assert versions[MONDAY] not in (None, event.version)
    assert versions[MONDAY + timedelta(days=1)] == event.version


async def test_the_list_of_playbooks_counts_announcements(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)

    listed = await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)

    assert [(version.state, version.announced, version.delivered, version.acknowledged) for version in listed.versions] == [
        ("in force", 2, 0, 0),
        ("coming", 2, 0, 0),
    ]


async def test_the_list_of_playbooks_does_not_count_withdrawn_announcements(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)

    await scoring.apply_roster(ROSTER.replace("name: Ana Ruiz,", "name: Ana Ruiz, until: 2026-03-02,"))

    listed = await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)
    assert [(version.state, version.announced) for version in listed.versions] == [("in force", 2), ("coming", 1)]


async def test_the_number_of_statements_does_not_grow_with_the_team(scoring: Scoring) -> None:
    statements: list[str] = []

    async def listen(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(lambda query: statements.append(query.query))

    pool = asyncpg.create_pool(scoring.url, min_size=1, max_size=1, init=listen, server_settings={"search_path": SCHEMA})
    async with pool:
        counts = []
        for number, size in enumerate((1, 1, 400)):
            names = [f"r{number}-{item}" for item in range(size)]
            reps = "".join(f"      - {{id: {name}, name: R, timezone: Europe/Madrid}}\n" for name in names)
            await scoring.apply_roster(ROSTER + reps)
            await announced(scoring)
            statements.clear()
            version = SOFTER.replace("2026-03-03", f"2026-03-{10 + number}")
            await apply_playbooks(pool, scoring.cache, version, file="p.yaml", now=MONDAY_NOON)
            counts.append(len(statements))
            assert len(await announced(scoring)) == size + 2

    _, for_one, for_many = counts  # the first also asks for the types of columns
    assert for_one == for_many


async def test_slices_of_reps_miss_nobody(scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce_module, "_REPS_AT_ONCE", 2)
    more = "".join(f"      - {{id: r{number}, name: R, timezone: Europe/Madrid}}\n" for number in range(3))
    await scoring.apply_roster(ROSTER + more)
    await announced(scoring)

    applied = await apply_playbooks(scoring.pool, scoring.cache, SOFTER, file="p.yaml", now=MONDAY_NOON)

    assert sorted(event.rep.id for event in await announced(scoring)) == ["ana", "ben", "r0", "r1", "r2"]
    assert applied.reps_to_announce_to == 5
