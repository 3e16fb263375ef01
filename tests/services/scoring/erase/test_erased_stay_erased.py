"""Whatever was said of somebody who is forgotten, and in whatever order it is said again: nothing of it is taken in, and what
others did counts as it did before."""

import asyncio
import random
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.days.open_and_close_days import turn_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.erase.erase_contact import begin_forgetting_contact, finish_forgetting_contact
from services.scoring.erase.erase_rep import begin_forgetting_rep, finish_forgetting_rep
from services.scoring.record.record_activities import Observed
from services.scoring.store import MIGRATIONS, SCHEMA
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from tests.services.scoring.conftest import MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, seen
from tests.services.scoring.erase.erasing import KEY, left_of
from tests.services.scoring.erase.test_erase_rep import WITHOUT_ANA

USER, CONTACT, NAME = "canary-user", "canary-contact", "Canaria"
CANARIES = (USER, CONTACT, NAME, "ana", "Ana Ruiz")
EMPTY = """
TRUNCATE activity, rep_day, rep_progress, roster, playbook_version, announcement, rescore, outbox, forgotten, total_of_forgotten
"""
STRICT = f"{PLAYBOOK}unverified: {{counts: false, same_contact: {{more_than: 1}}}}\n"

pieces = st.fixed_dictionaries(
    {"number": st.integers(0, 9), "minute": st.integers(0, 20), "hour": st.integers(-60, 5)},
    optional={
        "says_with_whom": st.booleans(),
        "duration_s": st.sampled_from([30, 300]),
        "said_of_somebody": st.just(NAME),
        "deleted": st.booleans(),
    },
)


def _observed(piece: dict[str, Any]) -> Observed:
    """Activities of even numbers are Ana's, the others Ben's, every third with the contact. What is said of somebody comes
    with who it is said of."""
    facts = dict(piece)
    number, minute, hour = facts.pop("number"), facts.pop("minute"), facts.pop("hour")
    actor = USER if number % 2 == 0 else "8"
    if facts.pop("says_with_whom", False):
        facts["contact_key"] = CONTACT if number % 3 == 0 else "another"
    if actor != USER and facts.get("contact_key") != CONTACT:
        facts.pop("said_of_somebody", None)
    return seen(
        f"a{number}",
        at=MONDAY_NOON + timedelta(minutes=minute),
        actor=actor,
        started_at=(MONDAY_NOON + timedelta(hours=hour)).isoformat(),
        **facts,
    )


async def _play(scoring: Scoring, news: list[Observed], later: list[Observed], chance: random.Random) -> None:
    await scoring.pool.execute(EMPTY)
    await scoring.pool.execute("UPDATE definitions_version SET version = version + 1")
    await scoring.apply(roster=ROSTER.replace('"7"', USER), playbook=STRICT)
    await turn_days(scoring.pool, scoring.cache, now=scoring.now)
    await scoring.record(*news)
    await scoring.apply(roster=WITHOUT_ANA)
    before = await scoring.pool.fetch("SELECT rep_id, day, counts, score FROM rep_day WHERE rep_id = 'ben' ORDER BY day")

    for step in _steps(scoring):
        await asyncio.gather(step, *[scoring.record(one) for one in chance.choices([*news, *later], k=3)])
    again = [*news, *later, *chance.choices(news, k=5)]
    chance.shuffle(again)
    while again:
        await scoring.record(*again[:4])
        again = again[4:]

    assert await left_of(scoring, *CANARIES) == []
    assert await scoring.differences() == ()
    if not later:
        after = await scoring.pool.fetch("SELECT rep_id, day, counts, score FROM rep_day WHERE rep_id = 'ben' ORDER BY day")
        assert after == before


def _steps(scoring: Scoring) -> Iterator[Coroutine[Any, Any, ErasedScores]]:
    pool, cache, now = scoring.pool, scoring.cache, scoring.now
    yield begin_forgetting_rep(pool, cache, "ana", now=now)
    yield begin_forgetting_contact(pool, cache, CONTACT, source=None, now=now)
    yield finish_forgetting_rep(pool, cache, "ana")
    yield finish_forgetting_contact(pool, cache, CONTACT, source=None, now=now)


@pytest.mark.hypothesis
def test_nothing_comes_back_and_nobody_else_loses_anything(scoring_database_url: str) -> None:
    with asyncio.Runner() as runner:

        async def prepare() -> Scoring:
            pool = await make_pool(scoring_database_url, schema=SCHEMA)
            await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
            return Scoring(pool=pool, url=scoring_database_url, cache=DefinitionsCache(KEY))

        scoring = runner.run(prepare())

        @settings(deadline=None)
        @given(
            news=st.lists(pieces, min_size=1, max_size=12),
            later=st.lists(pieces, max_size=4),
            seed=st.integers(0, 99),
        )
        def play(news: list[dict[str, Any]], later: list[dict[str, Any]], seed: int) -> None:
            chance = random.Random(seed)
            runner.run(_play(scoring, [_observed(one) for one in news], [_observed(one) for one in later], chance))

        play()
        runner.run(scoring.pool.close())
