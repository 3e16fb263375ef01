"""Nudges that are held out by lot, on a real database."""

from datetime import timedelta

from services.nudges.decide.compose import HELD_OUT, Spoken
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.pages.list_nudges import list_inbox, list_nudges
from shared.events import DayReport
from shared.requests.nudges import NudgeQuery
from tests.services.nudges.conftest import Nudging, comeback_and_plan_done_wait
from tests.services.nudges.reports import MONDAY, announcement, at, report, worked_days

TUESDAY = MONDAY + timedelta(days=1)
ALWAYS = Lottery(seed="", held_out=1.0)


def _done(revision: int = 2) -> DayReport:
    return report(score=100, state="open", revision=revision)


async def test_what_is_held_out_is_kept_and_neither_announced_nor_delivered_nor_shown(nudging: Nudging) -> None:
    nudging.lottery = ALWAYS

    assert await nudging.take_in(_done()) == [Spoken(rule="plan_done", status="held_out")]

    assert await nudging.nudges() == [("plan_done", "held_out", HELD_OUT)]
    assert await nudging.events("nudge.decided.v1") == []
    assert await nudging.states() == []
    assert await list_inbox(nudging.pool, "mara") == []
    (row,) = (await list_nudges(nudging.pool, NudgeQuery())).rows
    assert (row.status, row.chance, row.send_at) == ("held_out", 0.0, nudging.now)


async def test_the_chance_of_being_sent_is_kept_of_what_is_sent_too(nudging: Nudging) -> None:
    nudging.lottery = Lottery(seed="", held_out=1e-9)
    await nudging.take_in(_done())
    await nudging.hear_of(announcement())
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(TUESDAY, score=100, state="open"))

    rows = (await list_nudges(nudging.pool, NudgeQuery())).rows
    assert [(row.rule, row.status, row.chance) for row in rows] == [
        ("plan_done", "sent", 1 - 1e-9),
        ("playbook", "sent", 1.0),
        ("plan_done", "held", None),
    ]


async def test_reported_again_it_stays_held_out(nudging: Nudging) -> None:
    nudging.lottery = ALWAYS
    await nudging.take_in(_done())

    assert await nudging.take_in(_done(revision=3)) == []

    assert await nudging.nudges() == [("plan_done", "held_out", HELD_OUT)]


async def test_the_day_is_spent_so_that_nothing_else_takes_its_place(nudging: Nudging) -> None:
    nudging.lottery = Lottery(seed="", held_out=0.0, by_rule={"quiet_afternoon": 1.0})
    await nudging.know(announcement(), delivered_at=at(MONDAY - timedelta(days=30), "10:00"))
    await nudging.take_in(*worked_days(60, 60, 60, 60, 60), report(score=0, count=0, state="open"))
    await nudging.pass_time(at(MONDAY, "13:00"))

    await nudging.take_in(_done())

    assert await nudging.nudges() == [
        ("quiet_afternoon", "held_out", HELD_OUT),
        ("comeback", "held", "one nudge a day is enough"),
    ]


async def test_the_lot_is_drawn_when_it_would_be_sent_and_not_while_it_waits(nudging: Nudging) -> None:
    nudging.lottery, nudging.now = ALWAYS, at(MONDAY, "18:00")
    await nudging.take_in(_done())
    assert await nudging.nudges() == [("plan_done", "held", "after working hours")]
    await nudging.take_in(report(score=100, revision=3), report(TUESDAY, score=0, count=0, state="open"))

    spoken = await nudging.pass_time(at(TUESDAY, "09:00"))

    assert spoken == [Spoken(rule="plan_done", status="held_out")]
    assert await nudging.pool.fetchval("SELECT sent_day FROM nudge") == TUESDAY
    assert await nudging.states() == []


async def test_of_what_would_be_one_message_each_part_has_a_lot_of_its_own(nudging: Nudging) -> None:
    wednesday = await comeback_and_plan_done_wait(nudging)
    nudging.lottery = Lottery(seed="", held_out=0.0, by_rule={"comeback": 1.0})

    await nudging.pass_time(at(wednesday, "09:00"))

    assert await nudging.nudges() == [("comeback", "held_out", HELD_OUT), ("plan_done", "sent", "")]
    assert await nudging.deliver() == 1
    (message,) = nudging.channel.bodies
    assert "Monday" not in message.text
    assert "Tuesday" in message.text
