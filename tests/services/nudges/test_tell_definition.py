"""From the announcement of a definition to the rep who knows of it, on a real database."""

import asyncio
from datetime import timedelta

import pytest
from services.nudges.deliver.channels.channel import TryLater

from services.nudges.decide.announce import tell_definition, withdraw_definition
from services.nudges.decide.compose import Spoken
from services.nudges.deliver.deliveries import note_channels
from services.nudges.pages.acknowledge_version import NeverAnnounced, acknowledge_definition
from shared.events import (
    ANNOUNCEMENT_DELIVERED,
    PLAYBOOK_ACKNOWLEDGED,
    AnnouncementDelivered,
    PlaybookAcknowledged,
    PlaybookWithdrawn,
    Presence,
)
from tests.services.nudges.conftest import KEY, LINKS, NOON, Nudging, Recorder
from tests.services.nudges.reports import MONDAY, announcement, at, report

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
TOLD = Spoken(rule="playbook", status="sent")


async def _told(nudging: Nudging) -> list[AnnouncementDelivered]:
    return [AnnouncementDelivered.model_validate_json(body) for body in await nudging.events(ANNOUNCEMENT_DELIVERED)]


async def test_a_rep_is_told_at_once_in_working_hours_and_scoring_hears_when(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))

    assert await nudging.hear_of(announcement(3, TUESDAY)) == [TOLD]
    assert await _told(nudging) == []
    await nudging.deliver()

    assert await _told(nudging) == [AnnouncementDelivered(rep_id="ana", version=3, delivered_at=NOON)]
    (message,) = nudging.channel.bodies
    assert message.url == LINKS.of_rep("ana")
    assert message.text.startswith("Ana, from Tuesday 3 March on your day is measured like this")


async def test_the_link_is_neither_stored_nor_published(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))
    await nudging.hear_of(announcement(3, TUESDAY))
    await nudging.deliver()

    stored = await nudging.pool.fetchval("SELECT string_agg(n::text, '') FROM nudge AS n")
    published = await nudging.pool.fetchval("SELECT string_agg(o::text, '') FROM outbox AS o")

    assert "/you/" not in stored + published


async def test_told_again_is_not_said_again(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))

    said = await nudging.hear_of(announcement(3, TUESDAY), announcement(3, TUESDAY))

    assert said == [TOLD]
    await nudging.deliver()
    await nudging.deliver()
    assert len(await _told(nudging)) == 1


async def test_replicas_that_get_the_same_announcement_tell_it_once(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))

    said = await asyncio.gather(*[nudging.hear_of(announcement(3, TUESDAY)) for _ in range(4)])

    assert sum(map(len, said)) == 1


async def test_it_takes_nothing_from_the_days_budget(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))
    await nudging.hear_of(announcement(3, TUESDAY), announcement(4, WEDNESDAY))

    await nudging.take_in(report(score=100, state="open", revision=2))

    assert [(rule, status) for rule, status, _ in await nudging.nudges()] == [
        ("playbook", "sent"),
        ("playbook", "sent"),
        ("plan_done", "sent"),
    ]


async def test_outside_working_hours_it_waits_and_is_put_as_of_when_it_goes_out(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(state="open"))
    await nudging.hear_of(announcement(3, TUESDAY))
    assert await nudging.nudges() == [("playbook", "held", "after working hours")]
    await nudging.take_in(report(TUESDAY, score=0, count=0, state="open"))

    assert await nudging.pass_time(at(TUESDAY, "09:00")) == [TOLD]
    await nudging.deliver()

    assert [one.delivered_at for one in await _told(nudging)] == [at(TUESDAY, "09:00")]
    assert nudging.channel.bodies[0].text.startswith("Ana, since Tuesday 3 March")


async def test_before_the_reps_first_day_it_waits_for_that_day(nudging: Nudging) -> None:
    await nudging.hear_of(announcement(3, WEDNESDAY))

    assert await nudging.pass_time(at(TUESDAY, "12:00")) == [Spoken(rule="playbook", status="held")]
    await nudging.take_in(report(WEDNESDAY, score=0, count=0, state="open"))

    assert await nudging.pass_time(at(WEDNESDAY, "12:10")) == [TOLD]


async def test_who_has_left_is_no_longer_waited_for(nudging: Nudging) -> None:
    await nudging.hear_of(announcement(3, TUESDAY))

    assert await nudging.pass_time(at(TUESDAY + timedelta(days=14), "00:00")) == [Spoken(rule="playbook", status="held")]
    assert await nudging.pass_time(at(TUESDAY + timedelta(days=14), "00:06")) == [Spoken(rule="playbook", status="dropped")]
    assert await nudging.nudges() == [("playbook", "dropped", "no day of theirs is opened any more")]


async def test_what_will_not_come_to_that_after_all_is_not_said(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(state="open"))
    await nudging.hear_of(announcement(3, TUESDAY), announcement(4, TUESDAY))
    withdrawn = PlaybookWithdrawn(rep_id="ana", version=3, times=1, withdrawn_at=nudging.now)

    assert [await withdraw_definition(nudging.pool, withdrawn) for _ in range(2)] == [True, False]
    await nudging.hear_of(announcement(3, TUESDAY))
    await nudging.take_in(report(TUESDAY, score=0, count=0, state="open"))
    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.nudges() == [
        ("playbook", "dropped", "it will not come to that any more"),
        ("playbook", "sent", ""),
    ]


async def test_what_is_announced_anew_after_all_is_said_and_a_late_withdrawal_changes_nothing(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))
    await nudging.hear_of(announcement(3, TUESDAY))
    withdrawn = PlaybookWithdrawn(rep_id="ana", version=3, times=1, withdrawn_at=nudging.now)
    await withdraw_definition(nudging.pool, withdrawn)

    assert await nudging.hear_of(announcement(3, TUESDAY, times=2)) == [TOLD]

    assert not await withdraw_definition(nudging.pool, withdrawn)
    assert await nudging.hear_of(announcement(3, TUESDAY)) == []
    await nudging.deliver()
    assert len(nudging.channel.bodies) == 2


async def test_after_a_long_leave_only_what_is_in_force_by_then_is_told(nudging: Nudging) -> None:
    await nudging.take_in(report(presence=Presence.ABSENT, score=None, count=0, state="open", next_work_starts_at=None))
    await nudging.hear_of(announcement(3, MONDAY), announcement(4, TUESDAY))
    for day in (TUESDAY, WEDNESDAY):
        await nudging.take_in(report(day, presence=Presence.ABSENT, score=None, count=0, state="open"))
        await nudging.pass_time(at(day, "12:00"))
    thursday = WEDNESDAY + timedelta(days=1)
    await nudging.take_in(report(thursday, score=0, count=0, state="open"))

    await nudging.pass_time(at(thursday, "09:00"))

    assert await nudging.nudges() == [
        ("playbook", "dropped", "another definition has taken its place"),
        ("playbook", "sent", ""),
    ]


async def test_a_later_first_day_is_told_once_more_and_the_earlier_message_no_longer(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(state="open"))
    await nudging.hear_of(announcement(3, TUESDAY), announcement(3, WEDNESDAY, times=2))
    await nudging.take_in(report(TUESDAY, score=0, count=0, state="open"))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.nudges() == [
        ("playbook", "dropped", "it will not come to that any more"),
        ("playbook", "sent", ""),
    ]


async def test_who_could_not_be_reached_was_not_told(nudging: Nudging) -> None:
    nudging.channel.answers = [TryLater(error="answered 500")]
    await nudging.take_in(report(state="open"))
    await nudging.hear_of(announcement(3, TUESDAY))

    await nudging.deliver()
    assert await _told(nudging) == []
    nudging.now = at(MONDAY, "12:05")
    await nudging.deliver()

    assert [one.delivered_at for one in await _told(nudging)] == [at(MONDAY, "12:05")]


async def test_the_first_channel_that_takes_it_says_when_the_rep_was_told(nudging: Nudging) -> None:
    first, second = Recorder(name="first"), Recorder(name="second", answers=[TryLater(error="answered 500")])
    await nudging.take_in(report(state="open"))
    await tell_definition(
        nudging.pool, announcement(), channels=("first", "second"), forget_key=KEY, traceparent="", now=nudging.now
    )

    await note_channels(nudging.pool, {"first": first, "second": second})
    for channel in (first, second):
        await nudging.deliver(channel)
    nudging.now = at(MONDAY, "12:05")
    await nudging.deliver(second)

    assert [state for state, _, _ in await nudging.states()] == ["delivered", "delivered"]
    assert [one.delivered_at for one in await _told(nudging)] == [NOON]


async def test_who_has_read_it_on_their_page_is_told_by_that_and_hears_no_more_of_it(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(state="open"))
    await nudging.hear_of(announcement(3, TUESDAY))

    for _ in range(2):
        await acknowledge_definition(nudging.pool, "ana", 3, now=at(MONDAY, "20:00"))
    await nudging.take_in(report(TUESDAY, score=0, count=0, state="open"))
    await nudging.pass_time(at(TUESDAY, "09:00"))

    (body,) = await nudging.events(PLAYBOOK_ACKNOWLEDGED)
    at_eight = at(MONDAY, "20:00")
    assert PlaybookAcknowledged.model_validate_json(body) == PlaybookAcknowledged(
        rep_id="ana", version=3, delivered_at=at_eight, acknowledged_at=at_eight
    )
    assert await nudging.nudges() == [("playbook", "dropped", "it was read before it was sent")]


async def test_what_was_never_announced_to_a_rep_cannot_be_acknowledged(nudging: Nudging) -> None:
    await nudging.hear_of(announcement(3, TUESDAY))

    with pytest.raises(NeverAnnounced):
        await acknowledge_definition(nudging.pool, "ana", 4, now=NOON)
    with pytest.raises(NeverAnnounced):
        await acknowledge_definition(nudging.pool, "ben", 3, now=NOON)
    assert await nudging.events(PLAYBOOK_ACKNOWLEDGED) == []
