"""The queries of the nudges that pages show, clause by clause, on a real database."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from services.nudges.domain.feedback.answers import Answer, WrongReason
from services.nudges.pages.messages.stored_messages import (
    GivenAnswer,
    Message,
    Selection,
    find_message,
    list_inbox,
    list_received,
    list_scheduled,
)
from shared.events import ManagerId, Mention, NudgeId, NudgeKind, Person
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, NOON, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.rows import Rows

Listing = Callable[[asyncpg.Pool, ManagerId, Selection], Awaitable[list[Message]]]
MINUTE = timedelta(minutes=1)
STATUSES = ("sent", "bundled", "deferred", "withheld", "suppressed")
TUESDAY = MONDAY + timedelta(days=1)


async def _inbox(rows: Rows) -> list[str]:
    return [message.id for message in await list_inbox(rows.pool, MARA.id)]


@pytest.mark.parametrize("status", STATUSES)
async def test_an_inbox_has_what_was_sent_and_apart_from_it_what_is_scheduled(rows: Rows, status: str) -> None:
    await rows.add_nudge(make_nudge(), status=status)

    assert await _inbox(rows) == (["plan-done"] if status == "sent" else [])
    assert len(await list_scheduled(rows.pool, MARA.id)) == (status == "deferred")


async def test_an_inbox_has_only_nudges_of_reps_who_were_the_managers_when_they_were_decided(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"), managers=(JON.id, MARA.id))
    await rows.add_nudge(make_nudge("n2"), managers=(JON.id,))
    await rows.add_nudge(make_nudge("n3"), managers=())

    assert await _inbox(rows) == ["n1"]


async def test_the_newest_nudge_is_first_and_of_two_at_once_the_one_that_was_decided_last(rows: Rows) -> None:
    for name, minutes in (("n1", 1), ("n2", 0), ("n3", 0), ("n4", 2)):
        await rows.add_nudge(make_nudge(name, send_at=NOON + minutes * MINUTE))

    assert await _inbox(rows) == ["n4", "n1", "n3", "n2"]
    received = await list_received(rows.pool, ANA.id, since=MONDAY)
    assert [message.id for message in received] == ["n4", "n1", "n3", "n2"]


async def test_a_page_of_an_inbox_ends_with_the_message_with_which_the_next_page_begins(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n000"))
    await rows.pool.execute(
        "INSERT INTO nudge (id, rule, kind, person_id, person_name, team_id, manager_ids, occasion, day, timezone, text,"
        " reason, status, decided_at, send_at, event, traceparent)"
        " SELECT 'n' || lpad(number::text, 3, '0'), rule, kind, person_id, person_name, team_id, manager_ids, number, day,"
        " timezone, text, reason, status, decided_at, send_at + number / 2 * interval '1 second', event, traceparent"
        " FROM nudge, generate_series(1, 81) AS number"
    )

    pages = [[message.id for message in await list_inbox(rows.pool, MARA.id)]]
    for _ in range(2):
        pages.append([message.id for message in await list_inbox(rows.pool, MARA.id, first=NudgeId(pages[-1][-1]))])

    assert [len(page) for page in pages] == [41, 41, 2]
    assert [*pages[0][:40], *pages[1][:40], *pages[2]] == [f"n{number:03}" for number in range(81, -1, -1)]
    assert await list_inbox(rows.pool, MARA.id, first=NudgeId("gone")) == []


async def test_what_is_scheduled_begins_with_the_next_and_is_that_of_the_managers_reps(rows: Rows) -> None:
    for name, minutes in (("n1", 1), ("n2", 0), ("n3", 0)):
        await rows.add_nudge(make_nudge(name, send_at=NOON + minutes * MINUTE), status="deferred")
    await rows.add_nudge(make_nudge("jons"), status="deferred", managers=(JON.id,))
    await rows.move_to_the_end(NudgeId("n2"))

    assert [message.id for message in await list_scheduled(rows.pool, MARA.id)] == ["n2", "n3", "n1"]


async def test_fifty_scheduled_messages_are_shown(rows: Rows) -> None:
    for number in range(51):
        await rows.add_nudge(make_nudge(f"n{number}"), status="deferred")

    assert len(await list_scheduled(rows.pool, MARA.id)) == 50


@pytest.mark.parametrize("listing", [list_inbox, list_scheduled], ids=["sent", "scheduled"])
async def test_a_manager_can_choose_a_rep_or_a_kind(rows: Rows, listing: Listing) -> None:
    status = "sent" if listing is list_inbox else "deferred"
    coaching, digest = NudgeKind.COACHING, NudgeKind.DIGEST
    about_ana, about_ben = (Mention(id=ANA.id),), (Mention(id=BEN.id), Mention(id=ANA.id))
    for minutes, nudge in enumerate(
        (
            make_nudge("ana"),
            make_nudge("ben", person=BEN, kind=coaching),
            make_nudge("about-ana", person=MARA, kind=digest, about=about_ana),
            make_nudge("about-both", person=MARA, kind=coaching, about=about_ben),
        )
    ):
        await rows.add_nudge(nudge.model_copy(update={"send_at": NOON + minutes * MINUTE}), status=status)

    chosen = [
        {message.id for message in await listing(rows.pool, MARA.id, selection)}
        for selection in (
            Selection(rep_id=ANA.id),
            Selection(rep_id=BEN.id),
            Selection(kind=coaching),
            Selection(rep_id=BEN.id, kind=digest),
        )
    ]

    assert chosen == [{"ana", "about-ana", "about-both"}, {"ben", "about-both"}, {"ben", "about-both"}, set()]


async def test_a_message_is_of_the_kinds_of_its_parts_too(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await rows.add_nudge(make_nudge("n2"))
    await rows.add_nudge(make_nudge("n3", kind=NudgeKind.COACHING), status="bundled", bundled_with=NudgeId("n1"))

    listed = [
        [message.id for message in await list_inbox(rows.pool, MARA.id, Selection(kind=kind))]
        for kind in (NudgeKind.COACHING, NudgeKind.DIGEST)
    ]

    assert listed == [["n1"], []]


async def test_a_message_knows_whom_it_is_about_whether_it_was_opened_and_when_it_comes_again(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1", person=MARA, about=(Mention(id=BEN.id),)))
    await rows.add_nudge(make_nudge("n2", send_at=NOON - MINUTE))
    await rows.pool.execute("UPDATE nudge SET opened_at = $1 WHERE id = 'n2'", NOON)
    for channel, state in (("personal", "queued"), ("webhook", "delivered")):
        await rows.add_delivery(NudgeId("n1"), channel, state=state)
        await rows.add_delivery(NudgeId("n2"), channel, state="delivered")
    await rows.pool.execute("UPDATE delivery SET again_at = $1 WHERE channel = 'personal'", NOON + MINUTE)

    first, second = await list_inbox(rows.pool, MARA.id)

    assert ([mention.id for mention in first.about], first.is_opened, first.again_at) == ([BEN.id], False, NOON + MINUTE)
    assert (second.about, second.is_opened, second.again_at) == ((), True, None)


async def test_only_an_acknowledged_announcement_is_marked_as_such(rows: Rows) -> None:
    for version in range(1, 4):
        await rows.add_nudge(make_nudge(f"announcement-{version}", kind=NudgeKind.ANNOUNCEMENT))
    await rows.add_announcement(announcement(1), acknowledged_at=NOON)
    await rows.add_announcement(announcement(2), delivered_at=NOON)

    messages = await list_inbox(rows.pool, MARA.id)

    assert {message.id: message.is_acknowledged for message in messages} == {
        "announcement-1": True,
        "announcement-2": False,
        "announcement-3": False,
    }


async def test_the_channels_that_accepted_a_nudge_are_listed_by_name(rows: Rows) -> None:
    for name in ("n1", "n2"):
        await rows.add_nudge(make_nudge(name))
    states = (("webhook", "delivered"), ("file", "delivered"), ("pager", "failed"), ("inbox", "queued"), ("chat", "sending"))
    for channel, state in states:
        await rows.add_delivery(NudgeId("n1"), channel, state=state)

    messages = {message.id: message for message in await list_inbox(rows.pool, MARA.id)}

    assert messages[NudgeId("n1")].delivered == ("file", "webhook")
    assert messages[NudgeId("n2")].delivered == ()


async def test_the_parts_of_a_message_are_in_the_order_of_its_lines_and_the_answers_in_theirs(rows: Rows) -> None:
    first, second, third = make_nudge("n1", text="one"), make_nudge("n2", text="two"), make_nudge("n3", text="three")
    message = make_nudge("n1", text="one\nthree\ntwo")
    await rows.add_nudge(message)
    await rows.add_nudge(second, status="bundled", bundled_with=first.id, retracted_because="late data")
    await rows.add_nudge(third, status="bundled", bundled_with=first.id)
    await rows.add_nudge(make_nudge("n4"), status="sent")
    await rows.add_answer(third.id, MARA.id, Answer.RECOGNISED, now=NOON + MINUTE)
    await rows.add_answer(third.id, ANA.id, Answer.WRONG, reason=WrongReason.MISSING)
    await rows.add_answer(first.id, ANA.id, Answer.NOT_USEFUL, now=NOON + MINUTE)
    await rows.add_answer(first.id, MARA.id, Answer.RECOGNISED)

    shown = await find_message(rows.pool, first.id, ANA.id)

    assert shown is not None
    assert [(part.id, part.is_retracted) for part in shown.parts] == [("n3", False), ("n2", True)]
    assert [(answer.person_id, answer.answer) for answer in shown.answers] == [
        ("mara", Answer.RECOGNISED),
        ("ana", Answer.NOT_USEFUL),
    ]
    assert shown.parts[0].answers == (
        GivenAnswer(person_id=ANA.id, answer=Answer.WRONG, reason="missing", answered_at=NOON),
        GivenAnswer(person_id=MARA.id, answer=Answer.RECOGNISED, reason="", answered_at=NOON + MINUTE),
    )
    assert shown.parts[1].answers == ()


@pytest.mark.parametrize("status", STATUSES)
async def test_a_rep_has_received_what_was_sent_as_a_message_of_its_own(rows: Rows, status: str) -> None:
    await rows.add_nudge(make_nudge(), status=status)
    await rows.pool.execute("UPDATE nudge SET sent_day = day")

    assert len(await list_received(rows.pool, ANA.id, since=MONDAY)) == (status == "sent")


async def test_a_rep_has_received_their_own_nudges_since_a_day_without_announcements_and_thanks(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await rows.add_nudge(make_nudge("n2", send_at=at(TUESDAY, "09:00")))
    await rows.add_nudge(make_nudge("n3", send_at=at(TUESDAY, "09:00"), kind=NudgeKind.ANNOUNCEMENT, rule="playbook"))
    await rows.add_nudge(make_nudge("n4", send_at=at(TUESDAY, "09:00"), person=BEN))
    await rows.add_nudge(make_nudge("n5", send_at=at(TUESDAY, "09:00"), kind=NudgeKind.THANKS, rule="thanks"))

    assert [message.id for message in await list_received(rows.pool, ANA.id, since=TUESDAY)] == ["n2"]
    assert [message.id for message in await list_received(rows.pool, ANA.id, since=MONDAY)] == ["n2", "n1"]


@pytest.mark.parametrize("status", STATUSES)
async def test_a_message_is_found_once_it_was_sent(rows: Rows, status: str) -> None:
    await rows.add_nudge(make_nudge(), status=status)

    message = await find_message(rows.pool, make_nudge().id, ANA.id)

    assert (message is not None) is (status in {"sent", "bundled"})


@pytest.mark.parametrize(("reader", "is_found"), [(ANA, True), (MARA, True), (BEN, False), (JON, False)])
async def test_a_message_is_found_for_its_recipient_and_their_managers(rows: Rows, reader: Person, is_found: bool) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await rows.add_nudge(make_nudge("n2", person=BEN), managers=(JON.id,))

    assert (await find_message(rows.pool, NudgeId("n1"), reader.id) is not None) is is_found


async def test_a_bundled_nudge_leads_to_the_message_that_carries_it(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await rows.add_nudge(make_nudge("n2"), status="bundled", bundled_with=NudgeId("n1"))

    message = await find_message(rows.pool, NudgeId("n2"), ANA.id)

    assert message is not None
    assert message.id == "n1"
    assert await find_message(rows.pool, NudgeId("n3"), ANA.id) is None


async def test_every_page_knows_who_has_acknowledged_and_which_channels_accepted(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await rows.add_announcement(announcement(), nudge_id="n1", acknowledged_at=NOON)
    await rows.add_delivery(NudgeId("n1"), state="delivered")

    received = await list_received(rows.pool, ANA.id, since=MONDAY)
    message = await find_message(rows.pool, NudgeId("n1"), ANA.id)

    assert message is not None
    assert [(shown.is_acknowledged, shown.delivered) for shown in (*received, message)] == [(True, ("recorder",))] * 2
