"""People are erased: what is deleted and what stays, on a real database."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from services.nudges.access.api_tokens import add_api_token
from services.nudges.access.operators import Operator, add_operator
from services.nudges.access.sessions import Origin, open_session
from services.nudges.access.sign_in_links import SignInLink, add_sign_in_link
from services.nudges.decide.disputes.dispute_answers import mark_resolved
from services.nudges.deliver.channels.file import FileChannel
from services.nudges.deliver.personal.contact_states import record_success
from services.nudges.deliver.personal.mail_stops import stop_mail
from services.nudges.domain.feedback.answers import Answer
from services.nudges.domain.feedback.disputes import DisputeId, DisputeReason, RecordedActivity, Resolution
from services.nudges.domain.feedback.preferences import Preference
from services.nudges.experiments.calibrations import merge_rep_calibrations
from services.nudges.locks import lock_person
from services.nudges.pages.disputes.disputes import NewDispute, merge_dispute
from services.nudges.preferences.stored_preferences import save_preference
from services.nudges.requests.erase_person import erase_person
from shared.event_types import NUDGE_DECIDED
from shared.events import GoalKey, Mention, NudgeId, Person, PersonId, Rep
from shared.observation import ActivityId, SourceName
from shared.postgres.outbox import enqueue_events, make_event
from shared.privacy.erasure import NoErasureKey, tombstone_of_key, tombstone_of_person
from shared.requests.erasure import ErasedNudges
from tests.services.nudges.builders.announcements import VERSION_2, announcement
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.requests.mentions import tables_that_mention

KEY: Final = b"a key of the installation"
TABLES_OF_PEOPLE: Final = frozenset(
    {
        "announcement",
        "answer",
        "contact_state",
        "day",
        "delivery",
        "dispute",
        "ladder",
        "mail_stop",
        "manager_of_rep",
        "nudge",
        "operator",
        "outbox",
        "preference",
        "recognition",
        "rep_calibration",
        "scheduled_check",
        "session",
        "api_token",
        "sign_in_link",
    }
)
TABLES_THAT_NAME_PEOPLE: Final = """
SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'nudges' AND table_type = 'BASE TABLE' AND column_name ~ 'rep_|person|manager'
"""


async def _erase(rows: Rows, person: Person = ANA, file: FileChannel | None = None) -> ErasedNudges:
    return await erase_person(rows.pool, file, person.id, erasure_key=KEY, now=NOON)


async def _add_rep(rows: Rows, rep: Rep) -> None:
    """A row about a rep of Mara's in every table that can have one."""
    await rows.add_day(report(rep=rep))
    for nudge in (
        make_nudge(f"to-{rep.id}", person=rep),
        make_nudge(f"about-{rep.id}", person=JON, about=(Mention(id=rep.id),)),
    ):
        await rows.add_nudge(nudge)
        await rows.add_delivery(nudge.id)
        await _add_event(rows, nudge.id, nudge.person, about=nudge.about)
    await rows.add_answer(NudgeId(f"to-{rep.id}"), rep.id, Answer.NOT_USEFUL)
    await rows.add_thanks(rep, JON)
    await rows.add_announcement(announcement(rep=rep), nudge_id=f"announcement-{rep.id}")
    await rows.add_ladder(rep.id, GoalKey("month"), MONDAY)
    await rows.pool.execute(
        "INSERT INTO scheduled_check (person_id, day, moment, due_at) VALUES ($1, $2, 'midday', $3)", rep.id, MONDAY, NOON
    )
    await _add_manager(rows, rep, MARA)
    async with rows.pool.acquire() as connection:
        await merge_rep_calibrations(connection, NORTH.id, [rep.id], [0.1])
        await record_success(connection, rep.id, "mail", now=NOON)
        await open_session(connection, rep.id, Origin.MESSAGE, now=NOON)
        await add_sign_in_link(connection, SignInLink(person_id=rep.id, origin=Origin.MESSAGE, next_path=""), now=NOON)
    await add_api_token(rows.pool, rep.id, "Spreadsheet", now=NOON)
    await add_operator(rows.pool, Operator(id=rep.id, name=rep.name, contacts=()), now=NOON)
    await stop_mail(rows.pool, rep.id, now=NOON)
    await save_preference(rows.pool, rep.id, Preference(paused_until=MONDAY), now=NOON)
    await _add_dispute(rows, rep)


async def _add_manager(rows: Rows, rep: Person, manager: Person) -> None:
    await rows.pool.execute(
        "INSERT INTO manager_of_rep (manager_id, rep_id, name, newest_day) VALUES ($1, $2, $3, $4)",
        manager.id,
        rep.id,
        manager.name,
        MONDAY,
    )


async def _add_event(rows: Rows, event_id: str, person: Person, *, about: tuple[Mention, ...] = ()) -> None:
    nudge = make_nudge(event_id, person=person, about=about)
    event = make_event(NUDGE_DECIDED, nudge, event_id=event_id, subject=person.id, traceparent="", at=NOON)
    async with rows.pool.acquire() as connection:
        await enqueue_events(connection, [event])


async def _add_dispute(rows: Rows, rep: Rep) -> None:
    """One that Mara has resolved."""
    dispute = NewDispute(
        id=DisputeId(f"dispute-of-{rep.id}"),
        rep_id=rep.id,
        day=MONDAY,
        source=SourceName("acme"),
        account="",
        activity_id=ActivityId("c1"),
        reason=DisputeReason.TIME,
        recorded=RecordedActivity(kind="call"),
    )
    await merge_dispute(rows.pool, dispute, now=NOON)
    await mark_resolved(rows.pool, dispute.id, MARA.id, Resolution.STANDS, now=NOON)


async def test_a_rep_is_erased_from_every_table_and_nobody_else_is(rows: Rows) -> None:
    for rep in (ANA, BEN):
        await _add_rep(rows, rep)
    assert await tables_that_mention(rows.pool, ANA.id) == TABLES_OF_PEOPLE

    erased = await _erase(rows)

    assert erased == ErasedNudges(nudges=2, reports=1, lines=0)
    assert await tables_that_mention(rows.pool, ANA.id, ANA.name, "Ana") == set()
    assert await tables_that_mention(rows.pool, BEN.id) == TABLES_OF_PEOPLE
    assert await tables_that_mention(rows.pool, MARA.name) == {"announcement", "day", "manager_of_rep"}


async def test_a_manager_is_erased_from_other_peoples_rows_which_stay(rows: Rows) -> None:
    for rep in (ANA, BEN):
        await _add_rep(rows, rep)
        await _add_manager(rows, rep, JON)
    await rows.add_answer(NudgeId("to-ana"), MARA.id, Answer.RECOGNISED)
    await rows.pool.execute(
        "INSERT INTO scheduled_check (person_id, day, moment, due_at) VALUES ('mara', $1, 'team', $2)", MONDAY, NOON
    )
    await rows.add_day(report(rep=BEN, managers=(JON, MARA)))
    await rows.add_announcement(announcement(VERSION_2, rep=BEN, managers=(JON, MARA)))
    await rows.pool.execute("UPDATE nudge SET manager_ids = '{jon,mara}' WHERE id = 'to-ben'")
    await rows.pool.execute("UPDATE dispute SET manager_id = 'jon' WHERE rep_id = 'ben'")

    erased = await _erase(rows, MARA)

    assert erased == ErasedNudges(nudges=0, reports=0, lines=0)
    assert await tables_that_mention(rows.pool, MARA.id, MARA.name) == set()
    assert await tables_that_mention(rows.pool, ANA.id) == await tables_that_mention(rows.pool, BEN.id) == TABLES_OF_PEOPLE
    assert await tables_that_mention(rows.pool, JON.name) == {
        "announcement",
        "day",
        "manager_of_rep",
        "nudge",
        "outbox",
        "recognition",
    }
    managers = await rows.pool.fetch("SELECT id, manager_ids FROM nudge WHERE id LIKE 'to-%' ORDER BY id")
    assert [tuple(row) for row in managers] == [("to-ana", []), ("to-ben", ["jon"])]
    resolutions = await rows.pool.fetch("SELECT manager_id, resolution FROM dispute ORDER BY rep_id")
    assert [tuple(row) for row in resolutions] == [("", "stands"), ("jon", "stands")]


async def test_rows_that_do_not_name_the_manager_are_not_written(rows: Rows) -> None:
    await _add_rep(rows, ANA)
    versions = "SELECT xmin::text FROM nudge UNION ALL SELECT xmin::text FROM day UNION ALL SELECT xmin::text FROM announcement"
    before = await rows.pool.fetch(versions)

    await _erase(rows, Person(id=PersonId("nina"), name="Nina"))

    assert await rows.pool.fetch(versions) == before


async def test_a_manager_who_is_erased_loses_the_nudges_that_they_received(rows: Rows) -> None:
    await _add_rep(rows, ANA)

    erased = await _erase(rows, JON)

    assert erased.nudges == 1
    assert await tables_that_mention(rows.pool, JON.id, JON.name) == set()
    assert await tables_that_mention(rows.pool, "to-ana") == {"answer", "delivery", "nudge", "outbox"}


@pytest.mark.parametrize("is_from_colleague", [False, True], ids=["manager", "colleague"])
async def test_what_somebody_wrote_is_erased_with_them_wherever_it_stands_and_nothing_else_is(
    rows: Rows, *, is_from_colleague: bool
) -> None:
    for manager, text in ((MARA, "Great save"), (JON, "Well spotted")):
        nudge = await rows.add_thanks(BEN, manager, text=text, is_from_colleague=is_from_colleague)
        await rows.add_nudge(nudge)
        await rows.add_delivery(nudge.id)
        event = make_event(NUDGE_DECIDED, nudge, event_id=nudge.id, subject=BEN.id, traceparent="", at=NOON)
        async with rows.pool.acquire() as connection:
            await enqueue_events(connection, [event])
    assert await tables_that_mention(rows.pool, "Great save") == {"nudge", "outbox", "recognition"}

    assert (await _erase(rows, MARA)).nudges == 1

    assert await tables_that_mention(rows.pool, MARA.name, "Great save") == set()
    assert await tables_that_mention(rows.pool, "Well spotted") == {"nudge", "outbox", "recognition"}
    assert await rows.pool.fetchval("SELECT count(*) FROM delivery") == 1


async def test_no_table_names_people_that_erasure_does_not_know(rows: Rows) -> None:
    """A new table with people must be added to the erasure, and to the test above."""
    tables = await rows.pool.fetch(TABLES_THAT_NAME_PEOPLE)

    assert {row["table_name"] for row in tables} == TABLES_OF_PEOPLE - {"delivery", "outbox"}


async def test_an_erased_person_is_recognised_by_keyed_hashes_alone(rows: Rows) -> None:
    for _ in range(2):
        await _erase(rows)

    stored = await rows.pool.fetch("SELECT digest, erased_at FROM erased_person")
    assert {row["digest"] for row in stored} == {tombstone_of_key(KEY), tombstone_of_person(KEY, ANA.id)}
    assert {row["erased_at"] for row in stored} == {NOON}


async def test_erasing_again_erases_what_is_there_again(rows: Rows) -> None:
    await _erase(rows)
    await rows.add_nudge(make_nudge())

    assert (await _erase(rows)).nudges == 1


async def test_a_decision_under_way_is_waited_for_and_leaves_nothing_behind(rows: Rows) -> None:
    async with rows.pool.acquire() as deciding, deciding.transaction():
        await lock_person(deciding, ANA.id)
        erasing = asyncio.create_task(_erase(rows))
        while not await rows.pool.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            await asyncio.sleep(0)
        await deciding.execute(
            "INSERT INTO day (rep_id, day, revision, report) VALUES ('ana', $1, 1, $2)",
            MONDAY,
            report().model_dump_json(),
        )

    assert (await erasing).reports == 1
    assert await tables_that_mention(rows.pool, ANA.id) == set()


async def test_the_lines_about_a_person_leave_the_file_of_nudges(rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"
    file = FileChannel(path)
    for rep in (ANA, BEN):
        await file.send(make_nudge(f"to-{rep.id}", person=rep), attempts=1)
    path.chmod(0o640)

    erased = await _erase(rows, file=file)

    assert erased.lines == 1
    (line,) = path.read_text().splitlines()
    assert "Ben Ode" in line
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


async def test_without_a_key_nobody_is_erased(rows: Rows) -> None:
    await rows.add_nudge(make_nudge())

    with pytest.raises(NoErasureKey):
        await erase_person(rows.pool, None, ANA.id, erasure_key=b"", now=NOON)

    assert await tables_that_mention(rows.pool, ANA.id) == {"nudge"}
