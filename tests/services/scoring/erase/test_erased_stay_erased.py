"""Whatever is observed of an erased person, in whatever order and however often: nothing of it is recorded, and what others did
counts as before."""

import asyncio
import random
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.days.open_and_close_days import open_and_close_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.erase.erase_contact import begin_erasing_contact, finish_erasing_contact
from services.scoring.erase.erase_rep import begin_erasing_rep, finish_erasing_rep
from services.scoring.record.read_event import ObservedEvent
from services.scoring.schema import MIGRATIONS, SCHEMA
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from shared.requests.erasure import ErasedScores
from tests.services.scoring.conftest import ANA, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed_event
from tests.services.scoring.erase.erasing import KEY, find_mentions
from tests.services.scoring.erase.test_erase_rep import WITHOUT_ANA

USER, CONTACT, NAME = "canary-user", "canary-contact", "Canaria"
CANARIES = (USER, CONTACT, NAME, "ana", "Ana Ruiz")
EMPTY = """
TRUNCATE activity, rep_day, last_opened_day, roster, playbook_version, playbook_wording, announcement, pending_rescore, outbox,
    tombstone,
         total_of_erased_reps
"""
STRICT = f"{PLAYBOOK}unverified: {{counts: false, same_contact: {{more_than: 1}}}}\n"
BENS_DAYS = "SELECT rep_id, day, counts, score FROM rep_day WHERE rep_id = 'ben' ORDER BY day"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One observation of the activity with this number. Hours and minutes count from Monday noon; many share a minute."""

    number: int
    minute: int
    hour: int
    names_contact: bool
    duration_s: int
    has_free_text: bool
    deleted: bool | None


pieces = st.builds(
    Piece,
    number=st.sampled_from([0, 1, 3, 6, 9]),
    minute=st.integers(0, 3),
    hour=st.sampled_from([-60, -36, -35, -12, 0, 5]),
    names_contact=st.booleans(),
    duration_s=st.sampled_from([30, 100, 300]),
    has_free_text=st.booleans(),
    deleted=st.sampled_from([None, True, False]),
)


def _observed(piece: Piece, position: int) -> ObservedEvent:
    """The piece as it arrived at this position, in a webhook of its own. Activities with even numbers are Ana's, the others
    Ben's; every third is with the contact. Free text that names a person is only in observations that name the person's user
    or key as well."""
    facts: dict[str, FactValue] = {
        "actor": USER if piece.number % 2 == 0 else "8",
        "started_at": (MONDAY_NOON + timedelta(hours=piece.hour)).isoformat(),
        "duration_s": piece.duration_s,
    }
    if piece.names_contact:
        facts["contact_key"] = CONTACT if piece.number % 3 == 0 else "another"
    if piece.has_free_text and (facts["actor"] == USER or facts.get("contact_key") == CONTACT):
        facts["free_text"] = NAME
    return observed_event(
        Observation(
            activity_id=ActivityId(f"a{piece.number}"),
            kind="call",
            observed_at=MONDAY_NOON + timedelta(minutes=piece.minute),
            deleted=piece.deleted,
            facts=facts,
        ),
        received_at=MONDAY_NOON + timedelta(hours=1, seconds=position),
    )


async def _play(scoring: Scoring, events: list[ObservedEvent], later: list[ObservedEvent], randomness: random.Random) -> None:
    await scoring.pool.execute(EMPTY)
    await scoring.pool.execute("UPDATE definitions_version SET version = version + 1")
    await scoring.apply(roster=ROSTER.replace('"7"', USER), playbook=STRICT)
    await open_and_close_days(scoring.pool, scoring.cache, now=scoring.now)
    await scoring.record(*events)
    await scoring.apply(roster=WITHOUT_ANA)
    before = await scoring.pool.fetch(BENS_DAYS)

    for step in _steps(scoring):
        await asyncio.gather(step, *[scoring.record(event) for event in randomness.choices([*events, *later], k=3)])
    again = [*events, *later, *randomness.choices(events, k=5)]
    randomness.shuffle(again)
    while again:
        await scoring.record(*again[:4])
        again = again[4:]

    assert await find_mentions(scoring, *CANARIES) == []
    assert await scoring.differences() == ()
    if not later:
        assert await scoring.pool.fetch(BENS_DAYS) == before


def _steps(scoring: Scoring) -> Iterator[Coroutine[Any, Any, ErasedScores]]:
    pool, cache, now = scoring.pool, scoring.cache, scoring.now
    yield begin_erasing_rep(pool, cache, ANA, now=now)
    yield begin_erasing_contact(pool, cache, CONTACT, source=None, now=now)
    yield finish_erasing_rep(pool, cache, ANA)
    yield finish_erasing_contact(pool, cache, CONTACT, source=None, now=now)


@pytest.mark.hypothesis
def test_nothing_comes_back_and_nobody_else_loses_anything(scoring_database_url: str) -> None:
    with asyncio.Runner() as runner:

        async def prepare() -> Scoring:
            pool = await make_pool(scoring_database_url, schema=SCHEMA)
            await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
            return Scoring(pool=pool, url=scoring_database_url, cache=DefinitionsCache(KEY))

        scoring = runner.run(prepare())

        @given(
            first=st.lists(pieces, min_size=1, max_size=12),
            later=st.lists(pieces, max_size=4),
            seed=st.integers(0, 99),
        )
        def play(first: list[Piece], later: list[Piece], seed: int) -> None:
            events = [_observed(piece, position) for position, piece in enumerate([*first, *later])]
            runner.run(_play(scoring, events[: len(first)], events[len(first) :], random.Random(seed)))

        play()
        runner.run(scoring.pool.close())
