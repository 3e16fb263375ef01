"""Contacts who are forgotten: their activities count on, and nobody can say with whom they were."""

from datetime import timedelta
from typing import Any

import pytest

from services.scoring.erase.erase_contact import begin_forgetting_contact, finish_forgetting_contact
from services.scoring.erase.find_erasure_target import NobodyKnown, find_forgettable
from services.scoring.record.record_activities import Observed
from shared.observation import HEARD_AT
from shared.requests.erasure import ErasureQuery
from tests.services.scoring.conftest import MONDAY_NOON, PLAYBOOK, Scoring, seen
from tests.services.scoring.erase.erasing import everything, left_of, with_key

ONCE_A_CONTACT = f"""\
{PLAYBOOK}unverified: {{counts: false, same_contact: {{more_than: 1}}}}
"""
LATER = MONDAY_NOON + timedelta(hours=1)


@pytest.fixture
async def keyed(scoring: Scoring) -> Scoring:
    """Only one call a day with each contact counts."""
    await scoring.apply(playbook=ONCE_A_CONTACT)
    return with_key(scoring)


def call(activity_id: str, number: int = 0, contact_key: str | None = "ada-1", **more: Any) -> Observed:
    """One of Ana's calls, the later the larger the number."""
    started_at = (MONDAY_NOON + timedelta(minutes=number)).isoformat()
    return seen(activity_id, started_at=started_at, contact_key=contact_key, **more)


async def forget(scoring: Scoring, contact_key: str = "ada-1", source: str | None = None) -> int:
    await begin_forgetting_contact(scoring.pool, scoring.cache, contact_key, source=source, now=scoring.now)
    erased = await finish_forgetting_contact(scoring.pool, scoring.cache, contact_key, source=source, now=scoring.now)
    return erased.activities


async def counts(scoring: Scoring) -> str:
    day = await scoring.day("ana")
    assert day is not None
    return str(day["counts"])


async def test_the_activities_count_on_and_no_longer_say_with_whom(keyed: Scoring) -> None:
    await keyed.record(call("a1", with_name="Ada"), call("a2", 1), call("b1", 2, "bob-2"))
    before = await keyed.day("ana")

    assert await forget(keyed) == 2

    assert await keyed.day("ana") == before
    assert await left_of(keyed, "ada-1", "Ada", "ada") == []
    assert await left_of(keyed, "bob-2") != []
    assert await keyed.differences() == ()


async def test_it_is_still_seen_that_it_was_the_same_contact_again(keyed: Scoring) -> None:
    await keyed.record(call("a1"), call("a2", 1), call("b1", 2, "bob-2"))
    assert await counts(keyed) == '{"calls": 2}'

    await forget(keyed)
    await forget(keyed, "bob-2")
    await keyed.record(call("a3", 3), call("b2", 4, "bob-2"), call("c1", 5, None))

    assert await counts(keyed) == '{"calls": 3}'
    assert await keyed.differences() == ()


async def test_what_its_sender_did_not_date_stays_on_the_day_on_which_it_was_heard_of(keyed: Scoring) -> None:
    undated = call("a1")
    undated.observation.facts[HEARD_AT] = undated.observation.facts.pop("started_at")
    await keyed.record(undated)
    before = await keyed.day("ana")

    await forget(keyed)
    assert (await keyed.record(undated)).activities == 0

    assert await keyed.day("ana") == before
    assert await counts(keyed) == '{"calls": 1}'
    assert await keyed.differences() == ()


async def test_what_is_said_again_or_newly_does_not_bring_the_key_back(keyed: Scoring) -> None:
    news = [call("a1", with_name="Ada"), call("a2", 1)]
    await keyed.record(*news)
    await forget(keyed)
    before = await everything(keyed)

    again = await keyed.record(*news)
    assert (again.activities, again.forgotten) == (0, 2)
    assert await everything(keyed) == before

    await keyed.record(call("a1", at=LATER, with_name="Ada"), call("a9", 9, with_name="Ada"))
    assert await left_of(keyed, "ada-1", "Ada") == []
    assert await counts(keyed) == '{"calls": 1}'
    assert await keyed.differences() == ()


async def test_order_does_not_matter_for_what_is_taken_in_of_them(keyed: Scoring) -> None:
    await forget(keyed)
    news = [call("a1"), call("a1", contact_key="bob-2", at=LATER), call("a2", 1), seen("a3", contact_key="ada-1")]
    await keyed.record(*news)
    expected = await keyed.tables()

    await keyed.pool.execute("TRUNCATE activity")
    for one in reversed(news):
        await keyed.record(one)

    assert await keyed.tables() == expected


async def test_days_and_reps_cannot_be_linked_by_who_was_forgotten(keyed: Scoring) -> None:
    tomorrow = (MONDAY_NOON + timedelta(days=1)).isoformat()
    await keyed.record(call("a1"), call("a2", 1), call("b1", actor="8"), seen("c1", contact_key="ada-1", started_at=tomorrow))

    await forget(keyed)

    rows = await keyed.pool.fetch("SELECT activity_id, contact_key FROM activity")
    aliases = {row["activity_id"]: row["contact_key"] for row in rows}
    assert aliases["a1"] == aliases["a2"]
    assert len({aliases[one] for one in ("a1", "b1", "c1")}) == 3


async def test_of_one_source_only_that_ones_contact_is_forgotten(keyed: Scoring) -> None:
    await keyed.record(call("a1"))

    assert await forget(keyed, source="globex") == 0
    await keyed.record(call("a2", 1))
    assert await counts(keyed) == '{"calls": 1}'

    assert await forget(keyed, source="acme") == 2
    assert await left_of(keyed, "ada-1") == []


async def test_a_preview_counts_the_activities_and_knows_who_was_forgotten(keyed: Scoring) -> None:
    await keyed.record(call("a1"))
    ada = ErasureQuery(person="ada-1")

    before = await find_forgettable(keyed.pool, keyed.cache, ada)
    await forget(keyed)
    after = await find_forgettable(keyed.pool, keyed.cache, ada)
    of_source = await find_forgettable(keyed.pool, keyed.cache, ErasureQuery(person="eve-3", source="acme"))

    assert (before.who, before.activities, before.is_forgotten) == ("contact", 1, False)
    assert (after.activities, after.is_forgotten) == (0, True)
    assert (of_source.who, of_source.activities) == ("contact", 0)
    with pytest.raises(NobodyKnown):
        await find_forgettable(keyed.pool, keyed.cache, ErasureQuery(person="eve-3"))
