"""Contacts who are erased: their activities still count, and nobody can tell with whom they were."""

from datetime import datetime, timedelta

import pytest

from services.scoring.domain.activities.activity_record import ActivityKey
from services.scoring.erase import erase_contact
from services.scoring.erase.erase_contact import begin_erasing_contact, finish_erasing_contact
from services.scoring.erase.find_erasure_target import NoSuchPerson, find_erasure_target
from services.scoring.record.read_event import ObservedEvent
from shared.facts import FIRST_SEEN_AT
from shared.observation import ActivityId, SourceName
from shared.requests.erasure import ErasureQuery
from tests.services.scoring.conftest import ANA, MONDAY_NOON, PLAYBOOK, Scoring, observed
from tests.services.scoring.domain.builders import ACME
from tests.services.scoring.erase.erasing import dump, find_mentions, with_key

ONCE_A_CONTACT = f"""\
{PLAYBOOK}unverified: {{counts: false, same_contact: {{more_than: 1}}}}
"""
LATER = MONDAY_NOON + timedelta(hours=1)


@pytest.fixture
async def keyed(scoring: Scoring) -> Scoring:
    """Only one call a day with each contact counts."""
    await scoring.apply(playbook=ONCE_A_CONTACT)
    return with_key(scoring)


def call(
    activity_id: str,
    number: int = 0,
    contact_key: str | None = "ada-1",
    *,
    at: datetime = MONDAY_NOON,
    actor: str = "7",
    note: str = "",
) -> ObservedEvent:
    """A call, by default one of Ana's; the later the larger the number. `note` is free text."""
    started_at = (MONDAY_NOON + timedelta(minutes=number)).isoformat()
    return observed(activity_id, at=at, started_at=started_at, contact_key=contact_key, actor=actor, note=note)


async def erase(scoring: Scoring, contact_key: str = "ada-1", source: SourceName | None = None) -> int:
    """Erase a contact. Returns how many activities that rewrote."""
    await begin_erasing_contact(scoring.pool, scoring.cache, contact_key, source=source, now=scoring.now)
    erased = await finish_erasing_contact(scoring.pool, scoring.cache, contact_key, source=source, now=scoring.now)
    return erased.activities


async def counts(scoring: Scoring) -> str:
    return str((await scoring.day(ANA))["counts"])


async def test_the_activities_still_count_and_no_longer_name_the_contact(keyed: Scoring) -> None:
    await keyed.record(call("a1", note="Ada"), call("a2", 1), call("b1", 2, "bob-2"))
    before = await keyed.day(ANA)

    assert await erase(keyed) == 2

    assert await keyed.day(ANA) == before
    assert await find_mentions(keyed, "ada-1", "Ada", "ada") == []
    assert await find_mentions(keyed, "bob-2") != []
    assert await keyed.differences() == ()


async def test_repeated_calls_with_the_same_contact_are_still_recognised(keyed: Scoring) -> None:
    await keyed.record(call("a1"), call("a2", 1), call("b1", 2, "bob-2"))
    assert await counts(keyed) == '{"calls": 2}'

    await erase(keyed)
    await erase(keyed, "bob-2")
    await keyed.record(call("a3", 3), call("b2", 4, "bob-2"), call("c1", 5, None))

    assert await counts(keyed) == '{"calls": 3}'
    assert await keyed.differences() == ()


async def test_an_undated_activity_stays_on_the_day_on_which_it_was_first_seen(keyed: Scoring) -> None:
    undated = call("a1")
    undated.observation.facts[FIRST_SEEN_AT.name] = undated.observation.facts.pop("started_at")
    await keyed.record(undated)
    before = await keyed.day(ANA)

    await erase(keyed)
    assert (await keyed.record(undated)).activities == 0

    assert await keyed.day(ANA) == before
    assert await counts(keyed) == '{"calls": 1}'
    assert await keyed.differences() == ()


async def test_repeated_and_new_observations_do_not_bring_the_key_back(keyed: Scoring) -> None:
    events = [call("a1", note="Ada"), call("a2", 1)]
    await keyed.record(*events)
    await erase(keyed)
    before = await dump(keyed)

    again = await keyed.record(*events)
    assert (again.activities, again.redacted) == (0, 2)
    assert await dump(keyed) == before

    await keyed.record(call("a1", at=LATER, note="Ada"), call("a9", 9, note="Ada"))
    assert await find_mentions(keyed, "ada-1", "Ada") == []
    assert await counts(keyed) == '{"calls": 1}'
    assert await keyed.differences() == ()


async def test_the_order_of_observations_does_not_matter_after_an_erasure(keyed: Scoring) -> None:
    await erase(keyed)
    events = [call("a1"), call("a1", contact_key="bob-2", at=LATER), call("a2", 1), observed("a3", contact_key="ada-1")]
    await keyed.record(*events)
    expected = await keyed.tables()

    await keyed.pool.execute("TRUNCATE activity")
    for event in reversed(events):
        await keyed.record(event)

    assert await keyed.tables() == expected


async def test_days_and_reps_cannot_be_linked_through_an_erased_contact(keyed: Scoring) -> None:
    tomorrow = (MONDAY_NOON + timedelta(days=1)).isoformat()
    await keyed.record(
        call("a1"), call("a2", 1), call("b1", actor="8"), observed("c1", contact_key="ada-1", started_at=tomorrow)
    )

    await erase(keyed)

    rows = await keyed.pool.fetch("SELECT activity_id, contact_key FROM activity")
    aliases = {row["activity_id"]: row["contact_key"] for row in rows}
    assert aliases["a1"] == aliases["a2"]
    assert len({aliases[activity_id] for activity_id in ("a1", "b1", "c1")}) == 3


async def test_an_activity_that_names_another_contact_by_now_is_left_alone(keyed: Scoring) -> None:
    async def list_stale(*_: object, **__: object) -> list[ActivityKey]:
        return [(ACME, "", ActivityId("b1"))]

    await keyed.record(call("b1", contact_key="bob-2"))

    with pytest.MonkeyPatch.context() as stale:
        stale.setattr(erase_contact, "list_activities_of_contact", list_stale)
        assert await erase(keyed) == 0

    assert await find_mentions(keyed, "bob-2") != []


async def test_with_a_source_only_the_contact_of_that_source_is_erased(keyed: Scoring) -> None:
    await keyed.record(call("a1"))

    assert await erase(keyed, source=SourceName("globex")) == 0
    await keyed.record(call("a2", 1))
    assert await counts(keyed) == '{"calls": 1}'

    assert await erase(keyed, source=ACME) == 2
    assert await find_mentions(keyed, "ada-1") == []


async def test_a_preview_counts_the_activities_and_says_whether_the_contact_was_erased(keyed: Scoring) -> None:
    await keyed.record(call("a1"))
    ada = ErasureQuery(person="ada-1")

    before = await find_erasure_target(keyed.pool, keyed.cache, ada)
    await erase(keyed)
    after = await find_erasure_target(keyed.pool, keyed.cache, ada)
    of_source = await find_erasure_target(keyed.pool, keyed.cache, ErasureQuery(person="eve-3", source=ACME))

    assert (before.subject, before.activities, before.is_erased) == ("contact", 1, False)
    assert (after.activities, after.is_erased) == (0, True)
    assert (of_source.subject, of_source.activities) == ("contact", 0)
    with pytest.raises(NoSuchPerson):
        await find_erasure_target(keyed.pool, keyed.cache, ErasureQuery(person="eve-3"))


async def test_a_preview_counts_the_activities_of_every_spelling_of_a_key(keyed: Scoring) -> None:
    await keyed.record(call("a1"), call("a2", 1, "hmac:1"))

    both = ErasureQuery(person="ada-1", spellings=("ada-1", "hmac:1"))

    assert (await find_erasure_target(keyed.pool, keyed.cache, both)).activities == 2
