"""Browsers on the pages of a playbook, before scoring on a real database."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from services.nudges.domain.roster.access import PersonToday
from services.scoring.schema import SCHEMA
from shared.events import PersonId
from shared.postgres.pool import make_pool
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH, SOUTH
from tests.services.nudges.builders.rosters import rep_today, roster_today
from tests.services.nudges.pages.doors.visits import Visits, visiting
from tests.services.nudges.pages.playbook.scoring import PLAYBOOK, ROSTER, PlaybookScoring

TODAY = roster_today(
    rep_today(ANA),
    rep_today(BEN),
    PersonToday(id=MARA.id, name=MARA.name, manages=(NORTH.id,)),
    PersonToday(id=PersonId("nia"), name="Nia Boss", manages=(NORTH.id, SOUTH.id)),
    PersonToday(id=JON.id, name=JON.name, manages=(SOUTH.id,)),
)


@pytest.fixture
async def playbooks(scoring_database_url: str) -> AsyncIterator[PlaybookScoring]:
    """A team with a playbook."""
    pool = await make_pool(scoring_database_url, schema=SCHEMA)
    prepared = PlaybookScoring(pool=pool)
    await prepared.apply(roster=ROSTER, playbook=PLAYBOOK)
    yield prepared
    await pool.close()


@pytest.fixture
async def playbook_visits(pool: asyncpg.Pool, playbooks: PlaybookScoring) -> AsyncIterator[Visits]:
    async with visiting(pool, ask=playbooks.ask) as opened:
        opened.roster.today = TODAY
        yield opened


@pytest.fixture
async def mara(playbook_visits: Visits) -> httpx.AsyncClient:
    return await playbook_visits.sign_in("mara")
