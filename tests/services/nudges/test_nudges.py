"""From a report to a delivery, on a real database."""

import asyncio
from datetime import date, timedelta

from prometheus_client import generate_latest

from services.nudges.decide.compose import Spoken
from services.nudges.decide.on_change import decide_nudges
from services.nudges.store import QUERIES, SCHEMA
from shared.events import DayReport, Presence
from shared.postgres.pool import make_pool
from shared.trace import trace_id
from tests.promtool import remarks_of_promtool
from tests.services.nudges.conftest import KEY, NO_LOTS, NOON, Nudging, comeback_and_plan_done_wait
from tests.services.nudges.reports import MONDAY, announcement, asked, at, report, worked_days

TUESDAY = MONDAY + timedelta(days=1)


def _done(revision: int = 2, **changes: object) -> DayReport:
    return report(score=100, state="open", revision=revision, **changes)  # type: ignore[arg-type]


async def test_every_named_query_can_be_prepared(nudging: Nudging) -> None:
    async with nudging.pool.acquire() as connection:
        for name in QUERIES:
            await connection.prepare(QUERIES[name])


async def test_a_done_plan_is_celebrated_once_however_often_it_is_reported(nudging: Nudging) -> None:
    await nudging.take_in(_done(), _done(), _done(revision=3))

    assert await nudging.nudges() == [("plan_done", "sent", "")]
    assert await nudging.pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_a_comeback_goes_before_plan_done_and_they_never_both_speak(nudging: Nudging) -> None:
    await nudging.take_in(*worked_days(60, 60), _done(), _done(revision=3))

    assert await nudging.nudges() == [("comeback", "sent", "")]


QUIET_WEEKS = [day.model_copy(update={"silent": True}) for day in worked_days(*[60] * 8, 100, 60)]


async def test_something_greater_on_a_day_that_was_praised_waits_for_the_morning(nudging: Nudging) -> None:
    """The plan is done at noon, and in the afternoon more calls are made than ever before."""
    more = (asked(count=12),)
    await nudging.take_in(*QUIET_WEEKS, _done())
    await nudging.take_in(_done(revision=3, behaviours=more), _done(revision=4, behaviours=more))

    assert await nudging.nudges() == [
        ("plan_done", "sent", ""),
        ("personal_best", "held", "one nudge a day is enough"),
    ]


async def test_a_lesser_word_about_a_day_that_was_praised_is_not_said(nudging: Nudging) -> None:
    more = (asked(count=12),)
    await nudging.take_in(*QUIET_WEEKS, report(score=90, state="open", behaviours=more))
    await nudging.take_in(_done(revision=2, behaviours=more))

    assert await nudging.nudges() == [("personal_best", "sent", "")]


async def test_of_what_waits_about_one_day_only_the_greatest_is_said(nudging: Nudging) -> None:
    """After hours the plan is done, and then more calls are made than ever before."""
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(*QUIET_WEEKS, _done(), _done(revision=3, behaviours=(asked(count=12),)))
    await nudging.take_in(report(TUESDAY, score=0, count=0, state="open"))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.nudges() == [
        ("plan_done", "dropped", "something greater is said of the same day"),
        ("personal_best", "sent", ""),
    ]


async def test_a_rule_that_is_paused_leaves_its_place_to_the_next(nudging: Nudging) -> None:
    await nudging.pool.execute(QUERIES["mark_paused"], "personal_best", NOON)
    more = (asked(count=12),)

    await nudging.take_in(*QUIET_WEEKS, report(score=90, state="open", behaviours=more), _done(revision=2, behaviours=more))

    assert [(rule, status) for rule, status, _ in await nudging.nudges()] == [
        ("personal_best", "dropped"),
        ("plan_done", "sent"),
    ]


async def test_a_rule_that_rests_leaves_its_place_to_the_next(nudging: Nudging) -> None:
    await nudging.take_in(*QUIET_WEEKS, _done(behaviours=(asked(count=12),)))
    nudging.now = at(TUESDAY, "12:00")

    await nudging.take_in(_done(day=TUESDAY, behaviours=(asked(count=14),)))

    assert await nudging.nudges() == [("personal_best", "sent", ""), ("plan_done", "sent", "")]


async def test_an_older_report_that_comes_late_is_ignored(nudging: Nudging) -> None:
    await nudging.take_in(report(score=10, state="open", revision=5))

    assert await nudging.take_in(_done(revision=4)) == []
    assert await nudging.nudges() == []


async def test_history_makes_no_nudge(nudging: Nudging) -> None:
    await nudging.take_in(report(score=100, silent=True))

    assert await nudging.nudges() == []


async def test_replicas_that_get_the_same_report_make_one_nudge(nudging: Nudging) -> None:
    other = await make_pool(nudging.url, schema=SCHEMA)

    await asyncio.gather(
        *[nudging.take_in(_done(2 + number // 2), pool=pool) for number, pool in enumerate([nudging.pool, other] * 3)]
    )

    assert await nudging.nudges() == [("plan_done", "sent", "")]
    await other.close()


async def test_what_is_due_after_hours_waits_and_is_said_anew_in_the_morning(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(_done())
    assert await nudging.nudges() == [("plan_done", "held", "after working hours")]
    await nudging.take_in(report(score=100, revision=3), report(TUESDAY, score=0, count=0, state="open"))

    spoken = await nudging.pass_time(at(TUESDAY, "09:00"))

    assert spoken == [Spoken(rule="plan_done", status="sent")]
    text = await nudging.pool.fetchval("SELECT text FROM nudge")
    assert "on Monday" in text


async def test_what_is_no_longer_true_in_the_morning_is_dropped(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(_done())
    await nudging.take_in(report(score=90, revision=3), report(TUESDAY, score=0, count=0, state="open"))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.nudges() == [("plan_done", "dropped", "no longer true")]
    assert await nudging.states() == []


async def test_a_person_hears_at_most_one_thing_a_day(nudging: Nudging) -> None:
    await nudging.know(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))
    await nudging.take_in(*worked_days(60, 60, 60, 60, 60), report(score=0, count=0, state="open"))
    await nudging.pass_time(at(MONDAY, "13:00"))

    await nudging.take_in(_done(first="13:30"))

    assert await nudging.nudges() == [
        ("quiet_afternoon", "sent", ""),
        ("comeback", "held", "one nudge a day is enough"),
    ]


async def test_what_one_person_may_hear_in_the_morning_makes_one_message(nudging: Nudging) -> None:
    wednesday = await comeback_and_plan_done_wait(nudging)

    spoken = await nudging.pass_time(at(wednesday, "09:00"))

    assert spoken == [Spoken(rule="comeback", status="sent"), Spoken(rule="plan_done", status="bundled")]
    assert await nudging.nudges() == [("comeback", "sent", ""), ("plan_done", "bundled", "said together with comeback")]
    assert await nudging.deliver() == 1
    (message,) = nudging.channel.bodies
    comeback, plan_done = message.text.split("\n")
    assert "Monday" in comeback
    assert "Tuesday" in plan_done


async def test_nobody_hears_the_same_wording_twice_in_two_weeks(nudging: Nudging) -> None:
    days = [MONDAY + timedelta(days=number) for number in range(15)]
    for day in days:
        nudging.now = at(day, "12:00")
        await nudging.take_in(report(day, score=100, state="open"))

    heard = [(row["rule"], row["wording"]) for row in await nudging.pool.fetch("SELECT rule, wording FROM nudge ORDER BY day")]
    assert len(heard) == 15
    assert len(set(heard[:14])) == 14
    assert len(set(heard[1:])) == 14


async def test_the_middle_of_the_day_is_looked_at_once(nudging: Nudging) -> None:
    await nudging.know(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))
    await nudging.take_in(*worked_days(60, 60, 60, 60, 60), report(score=0, count=0, state="open"))

    first, second = await nudging.pass_time(at(MONDAY, "13:00")), await nudging.pass_time(at(MONDAY, "13:30"))

    assert (len(first), second) == (1, [])


async def test_nobody_is_spoken_to_on_leave(nudging: Nudging) -> None:
    await nudging.take_in(report(TUESDAY, presence=Presence.ABSENT, score=None, count=0, state="open"))
    nudging.now = at(TUESDAY, "10:00")

    await nudging.take_in(report(MONDAY, score=100, revision=4))

    ((_, status, because),) = await nudging.nudges()
    assert (status, because) == ("held", "on leave today")


def test_the_metrics_are_well_formed(nudging: Nudging) -> None:
    assert remarks_of_promtool(generate_latest(nudging.metrics.registry).decode()) == ""


async def test_the_trace_of_a_report_goes_on_to_the_nudge_and_its_delivery(nudging: Nudging) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    await decide_nudges(
        nudging.pool,
        _done(),
        channels=("recorder",),
        lottery=NO_LOTS,
        forget_key=KEY,
        traceparent=traceparent,
        now=nudging.now,
    )
    await nudging.deliver()

    rows = await nudging.pool.fetch("SELECT event_type, traceparent FROM outbox ORDER BY id")
    assert [row["event_type"] for row in rows] == ["nudge.decided.v1", "nudge.delivered.v1"]
    assert {trace_id(row["traceparent"]) for row in rows} == {trace_id(traceparent)}
