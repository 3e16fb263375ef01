"""Nudges that the experiment withholds, and what is stored of those that it does not, on a real database."""

from datetime import timedelta

from services.nudges.decide.persist import bundle
from services.nudges.decide.policy.holdout import Holdout
from shared.event_types import NUDGE_DECIDED
from shared.events import DayReport
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.reports import open_report, report, worked_days
from tests.services.nudges.conftest import Nudging, defer_comeback_and_plan_done, outcomes

EVERYTHING = Holdout(seed="", share=1.0)
WITHHELD = "withheld at random, to measure the effect of sending"


def _done(*, revision: int = 2) -> DayReport:
    return report(score=100, state="open", revision=revision)


async def test_what_is_withheld_is_stored_and_neither_announced_nor_delivered(nudging: Nudging) -> None:
    nudging.holdout = EVERYTHING

    assert await nudging.take_in(_done()) == outcomes(("plan_done", "withheld"))

    assert await nudging.decisions() == [("plan_done", "withheld", WITHHELD)]
    assert await nudging.published(NUDGE_DECIDED) == []
    assert await nudging.deliveries() == []
    row = await nudging.pool.fetchrow("SELECT propensity, send_at, sent_day FROM nudge")
    assert row is not None
    assert tuple(row) == (0.0, nudging.now, MONDAY)


async def test_the_propensity_of_what_is_sent_is_stored_too(nudging: Nudging) -> None:
    nudging.holdout = Holdout(seed="", share=1e-9)
    await nudging.take_in(_done())
    await nudging.announce(announcement())
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(TUESDAY, score=100, state="open"))

    rows = await nudging.pool.fetch("SELECT rule, status, propensity FROM nudge ORDER BY seq")
    assert [(row["rule"], row["status"], row["propensity"]) for row in rows] == [
        ("plan_done", "sent", 1 - 1e-9),
        ("playbook", "sent", 1.0),
        ("plan_done", "deferred", None),
    ]


async def test_reported_again_it_stays_withheld(nudging: Nudging) -> None:
    nudging.holdout = EVERYTHING
    await nudging.take_in(_done())

    assert await nudging.take_in(_done(revision=3)) == []

    assert await nudging.decisions() == [("plan_done", "withheld", WITHHELD)]


async def test_what_is_withheld_uses_up_the_daily_cap_so_that_nothing_takes_its_place(nudging: Nudging) -> None:
    nudging.holdout = Holdout(seed="", share=0.0, by_rule={"quiet_afternoon": 1.0})
    await nudging.rows.add_announcement(announcement(), delivered_at=at(MONDAY - timedelta(days=30), "10:00"))
    await nudging.take_in(*worked_days(*[60] * 40), open_report())
    await nudging.pass_time(at(MONDAY, "13:00"))

    await nudging.take_in(_done())

    assert await nudging.decisions() == [
        ("quiet_afternoon", "withheld", WITHHELD),
        ("comeback", "deferred", "another message was already due that day"),
    ]


async def test_a_nudge_is_withheld_when_it_would_be_sent_and_not_while_it_is_deferred(nudging: Nudging) -> None:
    nudging.holdout, nudging.now = EVERYTHING, at(MONDAY, "18:00")
    await nudging.take_in(_done())
    assert await nudging.decisions() == [("plan_done", "deferred", "after working hours")]
    await nudging.take_in(report(score=100, revision=3), open_report(TUESDAY))

    decided = await nudging.pass_time(at(TUESDAY, "09:00"))

    assert decided == outcomes(("plan_done", "withheld"))
    assert await nudging.pool.fetchval("SELECT sent_day FROM nudge") == TUESDAY
    assert await nudging.deliveries() == []


async def test_each_part_of_what_would_be_one_message_has_an_assignment_of_its_own(nudging: Nudging) -> None:
    wednesday = await defer_comeback_and_plan_done(nudging)
    nudging.holdout = Holdout(seed="", share=0.0, by_rule={"comeback": 1.0})

    await nudging.pass_time(at(wednesday, "09:00"))

    assert await nudging.decisions() == [("comeback", "withheld", WITHHELD), ("plan_done", "sent", "")]
    assert await nudging.deliver() == 1
    (message,) = nudging.channel.nudges
    assert "Monday" not in message.text
    assert "yesterday" in message.text


async def test_a_nudge_that_is_deferred_is_announced_with_when_it_will_be_sent(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")

    await nudging.take_in(_done())

    (nudge,) = await nudging.published(NUDGE_DECIDED)
    assert nudge.send_at == at(TUESDAY, "09:00")
    assert await nudging.deliveries() == []


def test_a_message_of_several_has_the_words_of_all_for_rooms_that_read_another_language() -> None:
    first, second = make_nudge("first", text="Hola.", reason="Porque."), make_nudge("second", text="Same.", reason="So.")
    for_rooms = first.model_copy(update={"for_rooms": ("Hello.", "Because.")})

    assert bundle([for_rooms, second]).for_rooms == ("Hello.\nSame.", "Because.\nSo.")
    assert bundle([first, second]).for_rooms is None
