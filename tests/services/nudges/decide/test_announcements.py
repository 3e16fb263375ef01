"""From the announcement of a playbook version to the message that makes it known, on a real database."""

import asyncio
from datetime import datetime, timedelta

import pytest

from services.nudges.context.announcements import list_announcements
from services.nudges.decide.announcements import withdraw_version
from services.nudges.domain.decision import Outcome
from shared.event_types import NUDGE_DECIDED
from shared.events import NudgeKind, PlaybookWithdrawn, Presence, RepId, VersionNumber
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY, at
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.conftest import Nudging, outcomes

SENT = Outcome(rule="playbook", status="sent")
DEFERRED = Outcome(rule="playbook", status="deferred")
THURSDAY = WEDNESDAY + timedelta(days=1)
THIRD, FOURTH = VersionNumber(3), VersionNumber(4)
WITHDRAWN = "the version was withdrawn"
REPLACED = "another version has taken its place"
NO_LONGER_SEEN = "no day of the rep is opened any more"


def _withdrawn(*, version: VersionNumber = THIRD, rep_id: RepId = ANA.id, number: int = 1) -> PlaybookWithdrawn:
    return PlaybookWithdrawn(rep_id=rep_id, version=version, announcement_number=number, withdrawn_at=at(MONDAY, "18:00"))


async def _announce_after_hours(nudging: Nudging) -> None:
    """A version that begins on Tuesday, announced on Monday evening."""
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(state="open"))
    assert await nudging.announce(announcement(THIRD, TUESDAY)) == [DEFERRED]


async def test_a_version_is_announced_at_once_in_working_hours(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))

    assert await nudging.announce(announcement(THIRD, TUESDAY)) == [SENT]

    (nudge,) = await nudging.published(NUDGE_DECIDED)
    assert (nudge.kind, nudge.rule, nudge.occasion) == (NudgeKind.ANNOUNCEMENT, "playbook", "3, time 1")
    assert (nudge.day, nudge.playbook_from, nudge.revision) == (TUESDAY, TUESDAY, 0)
    assert nudge.text == "Ana, from Tuesday 3 March your playbook is: Calls (10 a day)."
    assert await nudging.deliveries() == [("queued", 0, "")]


async def test_the_same_announcement_again_is_not_sent_again(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))

    decided = await nudging.announce(announcement(THIRD, TUESDAY), announcement(THIRD, TUESDAY))

    assert decided == [SENT]


async def test_replicas_that_take_in_the_same_announcement_send_it_once(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))

    decided = await asyncio.gather(*[nudging.announce(announcement(THIRD, TUESDAY)) for _ in range(4)])

    assert sum(map(len, decided)) == 1


async def test_it_does_not_use_up_the_daily_cap(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))
    await nudging.announce(announcement(THIRD, TUESDAY), announcement(FOURTH, WEDNESDAY))

    await nudging.take_in(report(score=100, state="open", revision=2))

    assert await nudging.statuses() == [("playbook", "sent"), ("playbook", "sent"), ("plan_done", "sent")]


async def test_after_hours_it_is_deferred_and_worded_anew_when_it_goes_out(nudging: Nudging) -> None:
    await _announce_after_hours(nudging)
    assert await nudging.decisions() == [("playbook", "deferred", "after working hours")]
    await nudging.take_in(open_report(TUESDAY))

    assert await nudging.pass_time(at(TUESDAY, "09:00")) == [SENT]

    assert await nudging.texts() == ["Ana, from today your playbook is: Calls (10 a day)."]
    first, second = await nudging.published(NUDGE_DECIDED)
    assert (first.decided_at, first.send_at) == (at(MONDAY, "18:00"), at(TUESDAY, "09:00"))
    assert (second.decided_at, second.send_at) == (at(MONDAY, "18:00"), at(TUESDAY, "09:00"))


async def test_before_the_reps_first_day_it_waits_for_that_day(nudging: Nudging) -> None:
    await nudging.announce(announcement(THIRD, WEDNESDAY))

    assert await nudging.pass_time(at(TUESDAY, "12:00")) == [DEFERRED]
    await nudging.take_in(open_report(WEDNESDAY))

    assert await nudging.pass_time(at(WEDNESDAY, "12:10")) == [SENT]


@pytest.mark.parametrize(
    ("announced_at", "last_retry"),
    [
        (at(MONDAY, "08:00"), at(TUESDAY + timedelta(days=14), "00:00")),
        (at(WEDNESDAY, "08:00"), at(WEDNESDAY + timedelta(days=14), "08:00")),
    ],
    ids=["from when the version begins", "from when it was announced, if that was later"],
)
async def test_after_fourteen_days_the_rep_is_taken_to_have_left(
    nudging: Nudging, announced_at: datetime, last_retry: datetime
) -> None:
    await nudging.announce(announcement(THIRD, TUESDAY, announced_at=announced_at))

    assert await nudging.pass_time(last_retry) == [DEFERRED]
    assert await nudging.pass_time(last_retry + timedelta(minutes=5)) == [Outcome(rule="playbook", status="suppressed")]
    assert await nudging.decisions() == [("playbook", "suppressed", NO_LONGER_SEEN)]


async def test_a_rep_on_a_long_leave_has_not_left(nudging: Nudging) -> None:
    three_weeks_later = TUESDAY + timedelta(days=21)
    on_leave = report(three_weeks_later, presence=Presence.ABSENT, score=None, count=0, state="open")
    await nudging.announce(announcement(THIRD, TUESDAY))
    await nudging.take_in(on_leave)

    assert await nudging.pass_time(at(three_weeks_later, "12:00")) == [DEFERRED]


async def test_a_version_that_was_withdrawn_is_not_announced(nudging: Nudging) -> None:
    await _announce_after_hours(nudging)
    await nudging.announce(announcement(FOURTH, TUESDAY))

    assert [await withdraw_version(nudging.pool, _withdrawn()) for _ in range(2)] == [True, False]
    await nudging.announce(announcement(THIRD, TUESDAY))
    await nudging.take_in(open_report(TUESDAY))
    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.decisions() == [("playbook", "suppressed", WITHDRAWN), ("playbook", "sent", "")]


@pytest.mark.parametrize(
    "other",
    [_withdrawn(rep_id=BEN.id), _withdrawn(version=FOURTH), _withdrawn(number=0)],
    ids=["another rep's", "another version", "an earlier announcement"],
)
async def test_a_withdrawal_of_something_else_changes_nothing(nudging: Nudging, other: PlaybookWithdrawn) -> None:
    await _announce_after_hours(nudging)

    assert not await withdraw_version(nudging.pool, other)

    await nudging.take_in(open_report(TUESDAY))
    assert await nudging.pass_time(at(TUESDAY, "09:00")) == [SENT]


async def test_a_version_that_is_announced_again_is_sent_again_and_a_late_withdrawal_changes_nothing(
    nudging: Nudging,
) -> None:
    await nudging.take_in(report(state="open"))
    await nudging.announce(announcement(THIRD, TUESDAY))
    await withdraw_version(nudging.pool, _withdrawn())

    assert await nudging.announce(announcement(THIRD, TUESDAY, announcement_number=2)) == [SENT]

    assert not await withdraw_version(nudging.pool, _withdrawn())
    assert await nudging.announce(announcement(THIRD, TUESDAY)) == []
    assert await nudging.pool.fetchval("SELECT withdrawn_at IS NULL FROM announcement")
    await nudging.deliver()
    assert len(nudging.channel.nudges) == 2


async def test_what_was_delivered_stays_delivered_when_it_is_announced_again(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))
    await nudging.announce(announcement(THIRD, TUESDAY))
    await nudging.deliver()

    await nudging.announce(announcement(THIRD, TUESDAY, announcement_number=2))

    assert await nudging.pool.fetchval("SELECT delivered_at FROM announcement") == nudging.now


async def test_after_a_long_leave_only_the_version_in_force_is_announced(nudging: Nudging) -> None:
    await nudging.take_in(report(presence=Presence.ABSENT, score=None, count=0, state="open", next_work_starts_at=None))
    await nudging.announce(announcement(THIRD, MONDAY), announcement(FOURTH, TUESDAY))
    for day in (TUESDAY, WEDNESDAY):
        await nudging.take_in(report(day, presence=Presence.ABSENT, score=None, count=0, state="open"))
        await nudging.pass_time(at(day, "12:00"))
    await nudging.take_in(open_report(THURSDAY))

    await nudging.pass_time(at(THURSDAY, "09:00"))

    assert await nudging.decisions() == [("playbook", "suppressed", REPLACED), ("playbook", "sent", "")]


async def test_a_later_first_day_is_announced_once_more_and_the_earlier_message_is_not_sent(nudging: Nudging) -> None:
    await _announce_after_hours(nudging)
    await nudging.announce(announcement(THIRD, WEDNESDAY, announcement_number=2))
    await nudging.take_in(open_report(TUESDAY))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.decisions() == [("playbook", "suppressed", WITHDRAWN), ("playbook", "sent", "")]


async def test_a_version_that_the_rep_has_acknowledged_is_not_sent(nudging: Nudging) -> None:
    await _announce_after_hours(nudging)
    await nudging.pool.execute("UPDATE announcement SET acknowledged_at = $1", at(MONDAY, "20:00"))
    await nudging.take_in(open_report(TUESDAY))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    because = "the rep acknowledged the version before the message was sent"
    assert await nudging.decisions() == [("playbook", "suppressed", because)]


async def test_announcements_to_different_reps_are_different(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"), report(state="open", rep=BEN))

    decided = await nudging.announce(announcement(THIRD, TUESDAY), announcement(THIRD, TUESDAY, rep=BEN))

    assert decided == outcomes(("playbook", "sent"), ("playbook", "sent"))


async def test_other_words_are_shown_and_nobody_is_notified_of_them(nudging: Nudging) -> None:
    await nudging.take_in(report(state="open"))
    first, newest = announcement(THIRD, TUESDAY), announcement(THIRD, TUESDAY, message="Talk more.", wording=2)
    assert await nudging.announce(first) == [SENT]
    await nudging.pool.execute("UPDATE announcement SET body = body - 'wording'")  # as it was stored before there were wordings
    assert await nudging.announce(newest, newest, announcement(THIRD, TUESDAY, message="Talk.", wording=1)) == []

    (known,) = await list_announcements(nudging.pool, ANA.id)

    assert (known.playbook.message, len(await nudging.published(NUDGE_DECIDED))) == ("Talk more.", 1)


async def test_a_message_that_waits_goes_out_with_the_newest_words(nudging: Nudging) -> None:
    await _announce_after_hours(nudging)
    await nudging.announce(announcement(THIRD, TUESDAY, message="Talk more.", wording=1))
    await nudging.take_in(open_report(TUESDAY))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert (await nudging.published(NUDGE_DECIDED))[-1].text == (
        "Ana, your playbook starts today. Your manager says: “Talk more.”\nIt asks for: Calls (10 a day)."
    )


async def test_words_bring_nothing_back_that_was_withdrawn(nudging: Nudging) -> None:
    await _announce_after_hours(nudging)
    await withdraw_version(nudging.pool, _withdrawn())

    assert await nudging.announce(announcement(THIRD, TUESDAY, message="Talk more.", wording=1)) == []

    assert await list_announcements(nudging.pool, ANA.id) == []
