"""People who are forgotten: what goes, and what does not come back."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.nudges.deliver.channels.file import FileChannel
from services.nudges.domain.answers import Answer, Wrong
from services.nudges.pages.acknowledge_version import acknowledge_definition
from services.nudges.pages.answers.record_answer import answer_nudge
from services.nudges.requests.erase_person import forget_person
from services.nudges.store import lock_person, merge_day, refuse_other_key
from shared.events import DayReport, Nudge, Person
from shared.privacy.erasure import NoErasureKey, mention_of
from shared.requests.erasure import ErasedNudges
from shared.service.settings import ErasureKeyChanged
from tests.services.nudges.conftest import KEY, Nudging
from tests.services.nudges.reports import MONDAY, announcement, at, goal, report, worked_days

BEN = Person(id="ben", name="Ben Ode")
NAMING_PEOPLE = """
SELECT table_name FROM information_schema.columns WHERE table_schema = 'nudges' AND column_name ~ 'rep_|person|manager'
"""
CANARIES = ("ana", "Ana Ruiz", "Ana")


async def forget(nudging: Nudging, person: str = "ana", file: FileChannel | None = None) -> ErasedNudges:
    return await forget_person(nudging.pool, file, person, forget_key=KEY, now=nudging.now)


async def left_of(nudging: Nudging, *canaries: str) -> set[str]:
    """Which of these are in a table."""
    tables = await nudging.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'nudges'")
    queries = [f"SELECT whole::text FROM {table['tablename']} AS whole" for table in tables]
    rows = [row[0] for query in queries for row in await nudging.pool.fetch(query)]
    return {found[0] for row in rows for found in mention_of(canaries).finditer(row)}


async def _answer_all(nudging: Nudging, person: str) -> None:
    """Whatever was said to them or to a rep of theirs is wrong."""
    theirs = "SELECT id FROM nudge WHERE kind = 'celebration' AND (person_id = $1 OR manager_ids @> ARRAY[$1])"
    for (nudge_id,) in await nudging.pool.fetch(theirs, person):
        await answer_nudge(nudging.pool, nudge_id, person, Answer.WRONG, reason=Wrong.OTHER, now=nudging.now)


def done(**changes: Any) -> DayReport:
    return report(score=100, state="open", **changes)


async def test_a_rep_is_erased_from_every_table_and_nobody_else_is(nudging: Nudging) -> None:
    await nudging.take_in(*worked_days(60, 60), done(goals=(goal(5),)), done(rep=BEN))
    await nudging.hear_of(announcement())
    await nudging.deliver()
    await acknowledge_definition(nudging.pool, "ana", announcement().version, now=nudging.now)
    await _answer_all(nudging, "ana")

    erased = await forget(nudging)

    assert erased == ErasedNudges(nudges=2, reports=3, lines=0)
    assert await left_of(nudging, *CANARIES) == set()
    assert await left_of(nudging, "Ben Ode", "Mara Lind") == {"Ben Ode", "Mara Lind"}


async def test_no_table_names_people_that_forgetting_knows_nothing_of(nudging: Nudging) -> None:
    rows = await nudging.pool.fetch(NAMING_PEOPLE)

    assert {row["table_name"] for row in rows} == {
        "announcement",
        "answer",
        "contest",
        "day",
        "ladder",
        "led",
        "look",
        "nudge",
        "rep_calibration",
    }


async def test_what_is_still_reported_of_them_is_passed_over(nudging: Nudging) -> None:
    await nudging.take_in(done())
    await forget(nudging)

    assert await nudging.take_in(done(revision=2), *worked_days(20, 30)) == []
    assert await nudging.hear_of(announcement()) == []

    assert await left_of(nudging, *CANARIES) == set()


async def test_a_decision_under_way_is_waited_for_and_leaves_nothing_behind(nudging: Nudging) -> None:
    async with nudging.pool.acquire() as deciding, deciding.transaction():
        await lock_person(deciding, "ana")
        await merge_day(deciding, done(), now=nudging.now)
        forgetting = asyncio.create_task(forget(nudging))
        while not await nudging.pool.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            await asyncio.sleep(0)

    await forgetting
    assert await left_of(nudging, *CANARIES) == set()


async def test_a_held_nudge_is_never_released_and_a_queued_one_never_delivered(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "20:00")
    await nudging.take_in(done())
    assert [status for _, status, _ in await nudging.nudges()] == ["held"]
    await forget(nudging)

    assert await nudging.pass_time(nudging.now + timedelta(days=1)) == []
    await nudging.deliver()

    assert nudging.channel.given == []


async def test_a_manager_leaves_other_peoples_days_and_nudges_and_does_not_come_back(nudging: Nudging) -> None:
    await nudging.take_in(*worked_days(60), done())
    await nudging.hear_of(announcement(version=1))
    await _answer_all(nudging, "mara")

    await forget(nudging, "mara")
    await nudging.take_in(done(revision=2), done(rep=BEN))
    await nudging.hear_of(announcement(version=2))

    assert await left_of(nudging, "mara", "Mara Lind") == set()
    assert await left_of(nudging, "Ana Ruiz", "Ben Ode") == {"Ana Ruiz", "Ben Ode"}


async def test_their_lines_leave_the_file_of_nudges(nudging: Nudging, tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"
    file = FileChannel(path)
    await nudging.take_in(done(), done(rep=BEN))
    for (body,) in await nudging.pool.fetch("SELECT event FROM nudge"):
        await file.send(Nudge.model_validate_json(body), attempts=1)
    path.chmod(0o640)

    erased = await forget(nudging, file=file)

    assert erased.lines == 1
    assert [line.count("Ben Ode") > 0 for line in path.read_text().splitlines()] == [True]
    assert (path.stat().st_mode & 0o777, [one.name for one in tmp_path.iterdir()]) == (0o640, [path.name])


async def test_without_a_key_nobody_is_forgotten_and_another_key_is_noticed(nudging: Nudging) -> None:
    with pytest.raises(NoErasureKey):
        await forget_person(nudging.pool, None, "ana", forget_key=b"", now=nudging.now)
    await refuse_other_key(nudging.pool, b"")

    await forget(nudging)

    await refuse_other_key(nudging.pool, KEY)
    with pytest.raises(ErasureKeyChanged):
        await refuse_other_key(nudging.pool, b"another")
