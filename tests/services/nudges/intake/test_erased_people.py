"""Nothing is stored about somebody who was erased, on a real database."""

import asyncpg
import pytest

from services.nudges.intake.erased_people import refuse_other_key
from shared.events import Manager, ManagerId, PersonId
from shared.privacy.erasure import tombstone_of_key, tombstone_of_person
from shared.service.settings import ErasureKeyChanged
from tests.services.nudges.builders.announcements import VERSION_1, announcement
from tests.services.nudges.builders.days import TUESDAY
from tests.services.nudges.builders.people import ANA, BEN, MARA
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.conftest import KEY, NOON, Nudging

JON = Manager(id=ManagerId(PersonId("jon")), name="Jon Keller", timezone="Europe/Madrid")


async def _erase(pool: asyncpg.Pool, *digests: bytes) -> None:
    insert = "INSERT INTO erased_person (digest, erased_at) SELECT digest, $2 FROM unnest($1::bytea[]) AS digest"
    await pool.execute(insert, list(digests), NOON)


async def test_what_is_reported_of_an_erased_rep_is_passed_over(nudging: Nudging) -> None:
    await _erase(nudging.pool, tombstone_of_person(KEY, ANA.id))

    await nudging.take_in(open_report(), open_report(rep=BEN))
    decided = await nudging.announce(announcement(VERSION_1, TUESDAY), announcement(VERSION_1, TUESDAY, rep=BEN))

    assert await nudging.pool.fetchval("SELECT array_agg(rep_id) FROM day") == ["ben"]
    assert await nudging.pool.fetchval("SELECT array_agg(rep_id) FROM announcement") == ["ben"]
    assert await nudging.pool.fetchval("SELECT array_agg(DISTINCT person_id) FROM scheduled_check") == ["ben"]
    assert len(decided) == 1


async def test_an_erased_manager_is_left_out_of_what_is_stored(nudging: Nudging) -> None:
    await _erase(nudging.pool, tombstone_of_person(KEY, JON.id))

    await nudging.take_in(open_report(managers=(JON, MARA)))
    await nudging.announce(announcement(managers=(JON, MARA)))

    for table, column in (("day", "report"), ("announcement", "body"), ("nudge", "event")):
        assert "jon" not in await nudging.pool.fetchval(f"SELECT {column}::text FROM {table}")
    assert await nudging.pool.fetchval("SELECT manager_ids FROM nudge") == ["mara"]
    assert await nudging.pool.fetchval("SELECT array_agg(manager_id) FROM manager_of_rep") == ["mara"]


async def test_people_who_were_erased_under_the_same_key_are_recognised(pool: asyncpg.Pool) -> None:
    await refuse_other_key(pool, KEY)
    await _erase(pool, tombstone_of_key(KEY), tombstone_of_person(KEY, ANA.id))

    await refuse_other_key(pool, KEY)


async def test_another_key_is_refused_once_somebody_was_erased(pool: asyncpg.Pool) -> None:
    await _erase(pool, tombstone_of_key(KEY), tombstone_of_person(KEY, ANA.id))

    with pytest.raises(ErasureKeyChanged):
        await refuse_other_key(pool, b"another key")
