"""Definitions of many teams are read once each, and beside the event loop."""

import asyncio

import pytest

from services.scoring.definitions import cache as cache_module
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.playbook.playbook import Playbook
from tests.services.scoring.conftest import PLAYBOOK, ROSTER, Scoring

TEAMS = 20
MANY_TEAMS = "teams:\n" + "".join(f"  - {{id: team-{number}, name: Team {number}}}\n" for number in range(TEAMS))
MANY_PLAYBOOKS = "---\n".join(PLAYBOOK.replace("team: north", f"team: team-{number}") for number in range(TEAMS))


@pytest.fixture
def read_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of the playbook files that a cache has read."""
    texts: list[str] = []

    def read(text: str, *, file: str) -> list[Playbook]:
        with pytest.raises(RuntimeError):  # there is no event loop in this thread
            asyncio.get_running_loop()
        texts.append(text)
        return read_playbooks(text, file=file)

    monkeypatch.setattr(cache_module, "read_playbooks", read)
    return texts


async def _read(scoring: Scoring, cache: DefinitionsCache) -> None:
    async with scoring.pool.acquire() as connection:
        await cache.read(connection)


async def test_a_file_is_read_once_for_all_of_its_teams(scoring: Scoring, read_files: list[str]) -> None:
    await scoring.apply(roster=ROSTER + MANY_TEAMS.removeprefix("teams:\n"), playbook=MANY_PLAYBOOKS)
    cache = DefinitionsCache()
    read_files.clear()

    await _read(scoring, cache)

    assert sorted(map(len, read_files)) == sorted([len(PLAYBOOK), len(MANY_PLAYBOOKS)])


async def test_a_file_that_was_read_before_is_not_read_again(scoring: Scoring, read_files: list[str]) -> None:
    cache = DefinitionsCache()
    await _read(scoring, cache)
    later = PLAYBOOK.replace("effective_from: ", "effective_from: 2030-01-01 #")
    await scoring.apply(playbook=later)
    read_files.clear()

    await _read(scoring, cache)

    assert read_files == [later]


async def test_definitions_that_many_ask_for_at_once_are_read_once(scoring: Scoring, read_files: list[str]) -> None:
    cache = DefinitionsCache()

    await asyncio.gather(*(_read(scoring, cache) for _ in range(5)))

    assert len(read_files) == 1
