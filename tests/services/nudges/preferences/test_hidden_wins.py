"""Who hides their wins, on a real database."""

import asyncpg

from services.nudges.domain.feedback.preferences import NO_PREFERENCE, MessageGroup, Preference
from services.nudges.preferences.hidden_wins import has_hidden_wins, save_hidden_wins
from services.nudges.preferences.stored_preferences import find_preference, save_preference
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN


async def test_the_last_choice_counts_and_nobody_hides_at_first(pool: asyncpg.Pool) -> None:
    await save_hidden_wins(pool, BEN.id, is_hidden=True, now=NOON)
    assert not await has_hidden_wins(pool, ANA.id)

    for is_hidden in (True, True, False):
        await save_hidden_wins(pool, ANA.id, is_hidden=is_hidden, now=NOON)
        assert await has_hidden_wins(pool, ANA.id) is is_hidden

    assert await has_hidden_wins(pool, BEN.id)
    assert await find_preference(pool, ANA.id) == NO_PREFERENCE


async def test_what_else_a_person_has_asked_for_stays_and_so_does_what_they_hide(pool: asyncpg.Pool) -> None:
    asked = Preference(unwanted=frozenset({MessageGroup.COACHING}))
    await save_preference(pool, ANA.id, asked, now=NOON)
    await save_hidden_wins(pool, ANA.id, is_hidden=True, now=NOON)
    assert await find_preference(pool, ANA.id) == asked

    await save_preference(pool, ANA.id, NO_PREFERENCE, now=NOON)
    assert await has_hidden_wins(pool, ANA.id)
