"""The messages on a rep's own page."""

from datetime import timedelta

import pytest

from services.nudges.domain.feedback.answers import Answer
from services.nudges.pages.cards.card import Reader
from services.nudges.pages.inbox.rep_messages import RepMessages, make_rep_messages
from services.nudges.pages.messages.stored_messages import list_received
from shared.events import NudgeId, NudgeKind, PersonId
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.rows import Rows

SECOND = timedelta(seconds=1)
HINT = make_nudge("hint", kind=NudgeKind.COACHING, rule="drop")


async def _load(rows: Rows, reader_id: PersonId = ANA.id) -> RepMessages:
    received = await list_received(rows.pool, ANA.id, since=MONDAY - timedelta(days=14))
    return make_rep_messages(received, Reader(id=reader_id, now=NOON))


async def _to_do(rows: Rows, reader_id: PersonId = ANA.id) -> list[str]:
    return [card.id for card in (await _load(rows, reader_id)).to_do]


async def test_a_hint_waits_for_its_rep_and_is_not_listed_twice(rows: Rows) -> None:
    await rows.add_nudge(HINT)
    await rows.add_nudge(make_nudge())

    own, managers = await _load(rows), await _load(rows, MARA.id)

    assert [card.id for card in own.to_do] == ["hint"]
    assert [card.id for day in own.recent for card in day.cards] == ["plan-done"]
    assert (managers.to_do, managers.scheduled) == ([], [])
    assert {card.id for day in managers.recent for card in day.cards} == {"hint", "plan-done"}


@pytest.mark.parametrize(("age", "is_waiting"), [(timedelta(days=3) - SECOND, True), (timedelta(days=3), False)])
async def test_a_hint_waits_for_three_days(rows: Rows, age: timedelta, *, is_waiting: bool) -> None:
    await rows.add_nudge(HINT.model_copy(update={"send_at": NOON - age}))

    assert await _to_do(rows) == ["hint"] * is_waiting


async def test_a_hint_waits_until_its_rep_has_answered_and_cannot_undo_that(rows: Rows) -> None:
    await rows.add_nudge(HINT)
    await rows.add_answer(HINT.id, MARA.id, Answer.COACHED, now=NOON - timedelta(hours=1))
    assert await _to_do(rows) == ["hint"]

    await rows.add_answer(HINT.id, ANA.id, Answer.NOT_USEFUL, now=NOON - 9 * SECOND)
    assert await _to_do(rows) == ["hint"]

    await rows.pool.execute("UPDATE answer SET answered_at = $1 WHERE person_id = 'ana'", NOON - 10 * SECOND)
    assert await _to_do(rows) == []


async def test_a_message_waits_for_the_sake_of_a_part_but_not_one_that_does_not_hold(rows: Rows) -> None:
    await rows.add_nudge(make_nudge(text="Done.\nA hint.", reason="Calls 10 of 10.\nFewer calls."))
    await rows.add_nudge(
        HINT.model_copy(update={"text": "A hint.", "reason": "Fewer calls."}), status="bundled", bundled_with=make_nudge().id
    )
    messages = await _load(rows)
    assert [(card.id, card.title, card.text, card.reason, card.parts) for card in messages.to_do] == [
        ("hint", "Drop", "A hint.", "Fewer calls.", ())
    ]
    assert [(card.id, card.text, card.reason, card.parts) for card in messages.recent[0].cards] == [
        ("plan-done", "Done.", "Calls 10 of 10.", ())
    ]

    await rows.pool.execute("UPDATE nudge SET retracted_at = $1 WHERE id = 'hint'", NOON)
    assert await _to_do(rows) == []


async def test_what_the_rep_wants_to_get_again_is_scheduled_and_nothing_else(rows: Rows) -> None:
    await rows.add_nudge(HINT)
    await rows.add_nudge(make_nudge("deferred"), status="deferred")
    await rows.add_delivery(NudgeId("hint"))
    await rows.pool.execute("UPDATE delivery SET again_at = $1", NOON + timedelta(hours=1))

    messages = await _load(rows)

    assert (messages.to_do, messages.recent) == ([], [])
    assert [(card.id, card.again) for day in messages.scheduled for card in day.cards] == [("hint", "13:00")]
