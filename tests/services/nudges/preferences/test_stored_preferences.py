"""What people have asked for, stored and found again, on a real database."""

from datetime import time

from services.nudges.domain.feedback.preferences import NO_PREFERENCE, MessageGroup, Preference
from services.nudges.preferences.stored_preferences import (
    find_language,
    find_preference,
    find_timezone_of_nudge,
    save_language,
    save_preference,
)
from shared.events import NudgeId
from tests.services.nudges.builders.days import NOON, TUESDAY
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.rows import Rows

EVERYTHING = Preference(
    first_transport="slack",
    unwanted=frozenset({MessageGroup.COACHING, MessageGroup.THANKS}),
    not_before=time(9, 30),
    not_after=time(16),
    paused_until=TUESDAY,
)


async def test_what_somebody_asks_for_is_theirs_alone_and_the_last_choice_counts(rows: Rows) -> None:
    await save_preference(rows.pool, ANA.id, EVERYTHING, now=NOON)

    assert await find_preference(rows.pool, ANA.id) == EVERYTHING
    assert await find_preference(rows.pool, BEN.id) == NO_PREFERENCE

    await save_preference(rows.pool, BEN.id, EVERYTHING, now=NOON)
    await save_preference(rows.pool, ANA.id, NO_PREFERENCE, now=NOON)
    assert await find_preference(rows.pool, ANA.id) == NO_PREFERENCE
    assert await find_preference(rows.pool, BEN.id) == EVERYTHING


async def test_a_group_of_another_version_is_passed_over(rows: Rows) -> None:
    await save_preference(rows.pool, ANA.id, EVERYTHING, now=NOON)
    await rows.pool.execute("UPDATE preference SET unwanted = '{thanks, of_tomorrow}'")

    assert (await find_preference(rows.pool, ANA.id)).unwanted == {MessageGroup.THANKS}


async def test_the_zone_of_a_nudge_is_that_of_its_person(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("other"), timezone="Asia/Tokyo")
    await rows.add_nudge(make_nudge(), timezone="Europe/Lisbon")

    assert await find_timezone_of_nudge(rows.pool, make_nudge().id) == "Europe/Lisbon"
    assert await find_timezone_of_nudge(rows.pool, NudgeId("test")) == "UTC"


async def test_a_language_is_chosen_beside_everything_else(rows: Rows) -> None:
    assert await find_language(rows.pool, ANA.id) == ""

    await save_language(rows.pool, BEN.id, "en", now=NOON)
    await save_preference(rows.pool, ANA.id, EVERYTHING, now=NOON)
    await save_language(rows.pool, ANA.id, "es", now=NOON)

    assert [await find_language(rows.pool, person.id) for person in (ANA, BEN)] == ["es", "en"]
    assert [await find_preference(rows.pool, person.id) for person in (ANA, BEN)] == [EVERYTHING, NO_PREFERENCE]
    await save_preference(rows.pool, ANA.id, NO_PREFERENCE, now=NOON)
    assert await find_language(rows.pool, ANA.id) == "es"
