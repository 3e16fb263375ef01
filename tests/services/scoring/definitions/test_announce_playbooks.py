"""Who is told of which version, once, and in how few statements."""

from datetime import date, timedelta

import asyncpg

from services.scoring.days.open_and_close_days import turn_days
from services.scoring.definitions.apply_definitions import apply_playbooks
from services.scoring.definitions.list_playbooks import list_playbooks
from services.scoring.store import SCHEMA
from shared.events import PlaybookAnnounced, PlaybookWithdrawn
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring

SOFTER = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")


async def announced(scoring: Scoring) -> list[PlaybookAnnounced]:
    """What was announced since the last look, in order."""
    rows = await scoring.pool.fetch("DELETE FROM outbox WHERE event_type = 'playbook.announced.v1' RETURNING id, body")
    return [PlaybookAnnounced.model_validate_json(row["body"]) for row in sorted(rows, key=lambda row: row["id"])]


async def test_a_new_version_is_announced_to_every_rep_of_its_team_with_what_changes(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)

    said = await announced(scoring)
    assert [(one.rep.id, one.effective_from, one.binds_from, one.follows) for one in said] == [
        ("ana", date(2026, 3, 3), date(2026, 3, 3), date(2026, 1, 1)),
        ("ben", date(2026, 3, 3), date(2026, 3, 3), date(2026, 1, 1)),
    ]
    assert said[0].changes == ("Calls, target: 1 a day; before: 2 a day.",)
    assert [(one.label, one.counts, int(one.targets[0])) for one in said[0].behaviours] == [
        ("Calls", "call, of at least 60 s", 1),
        ("Proposals", "proposal sent", 1),
    ]
    assert said[0].version != (await scoring.pool.fetchval("SELECT min(version) FROM playbook_version"))


async def test_what_was_announced_is_not_announced_again(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    await announced(scoring)

    await scoring.apply_playbook(SOFTER)
    await scoring.apply_roster(ROSTER.replace("Ana Ruiz", "Ana Ruiz Gil"))
    scoring.now += timedelta(days=1)
    await turn_days(scoring.pool, scoring.cache, now=scoring.now)

    assert await announced(scoring) == []


async def test_a_version_that_replaces_another_of_the_same_day_is_announced_anew(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    (first, *_) = await announced(scoring)

    await scoring.apply_playbook(SOFTER.replace("weight: 60", "weight: 80"))

    (second, *_) = await announced(scoring)
    assert second.version > first.version
    assert second.changes == ("Calls, target: 1 a day; before: 2 a day.", "Calls, weight: 80; before: 60.")


async def test_who_joins_later_is_told_of_what_will_bind_them_and_nobody_else_is(scoring: Scoring) -> None:
    cleo = "      - {id: cleo, name: Cleo, timezone: Asia/Tokyo, from: 2026-03-16}\n"

    await scoring.apply_roster(ROSTER + cleo)

    (told,) = await announced(scoring)
    assert (told.rep.id, told.effective_from, told.binds_from, told.changes) == (
        "cleo",
        date(2026, 1, 1),
        date(2026, 3, 16),
        (),
    )


async def test_who_changes_team_is_told_what_changes_for_them(scoring: Scoring) -> None:
    await scoring.apply_playbook(PLAYBOOK.replace("team: north", "team: south").replace("target: 2", "target: 5"))
    moving = ROSTER.replace("Europe/Madrid,", "Europe/Madrid, changes: [{from: 2026-03-09, team: south}],")
    assert await announced(scoring) == []

    await scoring.apply_roster(moving + "  - {id: south, name: South}\n")

    (told,) = await announced(scoring)
    assert (told.rep.id, told.team.id, told.binds_from) == ("ana", "south", date(2026, 3, 9))
    assert told.changes == ("Calls, target: 5 a day; before: 2 a day.",)


async def test_a_later_first_day_is_told_and_a_corrected_past_is_not(scoring: Scoring) -> None:
    cleo = "      - {id: cleo, name: Cleo, timezone: Asia/Tokyo, from: 2026-03-16}\n"
    await scoring.apply_roster(ROSTER + cleo)
    await announced(scoring)

    await scoring.apply_roster(ROSTER + cleo.replace("16", "23"))
    assert [one.binds_from for one in await announced(scoring)] == [date(2026, 3, 23)]

    await scoring.apply_roster(
        (ROSTER + cleo.replace("16", "23")).replace("name: Ben Ode,", "name: Ben Ode, from: 2026-02-02,")
    )
    assert await announced(scoring) == []


async def withdrawn(scoring: Scoring) -> list[PlaybookWithdrawn]:
    rows = await scoring.pool.fetch("DELETE FROM outbox WHERE event_type = 'playbook.withdrawn.v1' RETURNING id, body")
    return [PlaybookWithdrawn.model_validate_json(row["body"]) for row in sorted(rows, key=lambda row: row["id"])]


async def test_what_will_not_come_to_that_is_withdrawn_and_announced_anew_when_it_does(scoring: Scoring) -> None:
    moving = ROSTER.replace("Europe/Madrid,", "Europe/Madrid, changes: [{from: 2026-03-09, team: south}],")
    south = "  - {id: south, name: South}\n"
    await scoring.apply_playbook(PLAYBOOK.replace("team: north", "team: south"))
    await scoring.apply_roster(moving + south)
    (first,) = await announced(scoring)

    await scoring.apply_roster(ROSTER + south)
    await scoring.apply_roster(ROSTER.replace("Ana Ruiz", "Ana Ruiz Gil") + south)
    assert [(one.rep_id, one.version, one.times) for one in await withdrawn(scoring)] == [("ana", first.version, 1)]
    assert await announced(scoring) == []

    await scoring.apply_roster(moving + south)
    (again,) = await announced(scoring)
    assert (again.version, again.times, await withdrawn(scoring)) == (first.version, 2, [])


async def test_an_edition_that_another_replaces_before_it_begins_is_withdrawn(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    (first, _) = await announced(scoring)

    await scoring.apply_playbook(SOFTER.replace("weight: 60", "weight: 80"))

    assert [(one.rep_id, one.version) for one in await withdrawn(scoring)] == [("ana", first.version), ("ben", first.version)]


async def test_who_leaves_before_a_version_begins_is_told_no_more_of_it_and_of_what_has_begun_nothing_is_withdrawn(
    scoring: Scoring,
) -> None:
    await scoring.apply_playbook(SOFTER)
    (first, _) = await announced(scoring)

    await scoring.apply_roster(ROSTER.replace("name: Ana Ruiz,", "name: Ana Ruiz, until: 2026-03-02,"))
    await scoring.apply_roster(ROSTER.replace("      - {id: ben, name: Ben Ode", "      - {id: bob, name: Bob"))

    said = [(one.rep_id, one.version) for one in await withdrawn(scoring)]
    assert said == [("ana", first.version), ("ben", first.version)]


async def test_a_version_that_only_ever_bound_days_that_are_over_is_not_announced(scoring: Scoring) -> None:
    await scoring.apply_playbook(
        PLAYBOOK.replace("2026-01-01", "2026-02-01").replace("target: 2", "target: 3"), revise="a test"
    )
    await announced(scoring)

    await scoring.apply_playbook(PLAYBOOK.replace("target: 2", "target: 4"), revise="a test")

    assert await announced(scoring) == []


async def test_who_was_never_told_of_what_binds_them_is_told_when_their_next_day_begins(scoring: Scoring) -> None:
    """As after an upgrade from a release that announced nothing."""
    await turn_days(scoring.pool, scoring.cache, now=scoring.now)
    await scoring.pool.execute("DELETE FROM announcement")
    await turn_days(scoring.pool, scoring.cache, now=scoring.now)
    assert await announced(scoring) == []

    scoring.now += timedelta(days=1)
    await turn_days(scoring.pool, scoring.cache, now=scoring.now)

    assert [one.rep.id for one in await announced(scoring)] == ["ana", "ben"]


async def test_a_day_is_reported_with_the_edition_that_judges_it(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)
    (told, *_) = await announced(scoring)
    for day in (MONDAY_NOON, MONDAY_NOON + timedelta(days=1)):
        await turn_days(scoring.pool, scoring.cache, now=day)
    await scoring.rescore()
    await turn_days(scoring.pool, scoring.cache, now=MONDAY_NOON + timedelta(days=1))

    judged_by = {report.day: report.playbook_version for _, report in await scoring.reports() if report.rep.id == "ana"}
    assert judged_by[MONDAY] not in (None, told.version)
    assert judged_by[MONDAY + timedelta(days=1)] == told.version


async def test_the_list_says_to_how_many_a_version_was_announced(scoring: Scoring) -> None:
    await scoring.apply_playbook(SOFTER)

    listed = await list_playbooks(scoring.pool, scoring.cache, now=scoring.now)

    assert [(one.state, one.announced, one.told, one.acknowledged) for one in listed.versions] == [
        ("in force", 2, 0, 0),
        ("coming", 2, 0, 0),
    ]


async def test_the_statements_of_an_application_do_not_grow_with_the_team(scoring: Scoring) -> None:
    sent: list[str] = []

    async def listen(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(lambda query: sent.append(query.query))

    pool = asyncpg.create_pool(scoring.url, min_size=1, max_size=1, init=listen, server_settings={"search_path": SCHEMA})
    async with pool:
        counts = []
        for number, size in enumerate((1, 1, 1_000)):
            names = [f"r{number}-{item}" for item in range(size)]
            reps = "".join(f"      - {{id: {name}, name: R, timezone: Europe/Madrid}}\n" for name in names)
            await scoring.apply_roster(ROSTER + reps)
            await announced(scoring)
            sent.clear()
            version = SOFTER.replace("2026-03-03", f"2026-03-{10 + number}")
            await apply_playbooks(pool, scoring.cache, version, file="p.yaml", now=MONDAY_NOON)
            counts.append(len(sent))
            assert len(await announced(scoring)) == size + 2

    _, one, many = counts  # the first also asks for the types of columns
    assert one == many
