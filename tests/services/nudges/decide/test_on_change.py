"""From a day report to a nudge, on a real database."""

import asyncio
from datetime import date, timedelta
from typing import Unpack

from services.nudges.schema import SCHEMA
from shared.event_types import NUDGE_DECIDED
from shared.events import DayReport
from shared.postgres.pool import make_pool
from shared.trace import trace_id
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.people import SOUTH, rep
from tests.services.nudges.builders.reports import DayReportFields, behaviour, open_report, report, worked_days
from tests.services.nudges.conftest import NOON, Nudging, outcomes

MORE_THAN_EVER = (behaviour("Calls", 12, 10),)
IMPORTED_WEEKS = [day.model_copy(update={"silent": True}) for day in worked_days(*[60] * 8, 100, 60)]
CAP = "another message was already due that day"


def _done(day: date = MONDAY, *, first: str | None = "09:40", **fields: Unpack[DayReportFields]) -> DayReport:
    default: DayReportFields = {"state": "open", "revision": 2}
    return report(day, score=100, first=first, **(default | fields))


async def test_a_done_plan_is_celebrated_once_however_often_it_is_reported(nudging: Nudging) -> None:
    await nudging.take_in(_done(), _done(), _done(revision=3))

    assert await nudging.decisions() == [("plan_done", "sent", "")]
    (nudge,) = await nudging.published(NUDGE_DECIDED)
    assert (nudge.rule, nudge.person.name, nudge.send_at) == ("plan_done", "Ana Ruiz", NOON)
    assert await nudging.deliveries() == [("queued", 0, "")]


async def test_a_comeback_goes_before_plan_done_and_they_are_never_both_sent(nudging: Nudging) -> None:
    await nudging.take_in(*worked_days(60, 60), _done(), _done(revision=3))

    assert await nudging.decisions() == [("comeback", "sent", "")]


async def test_something_greater_on_a_day_that_was_praised_is_deferred_to_the_morning(nudging: Nudging) -> None:
    """The plan is done at noon, and in the afternoon more calls are made than ever before."""
    await nudging.take_in(*IMPORTED_WEEKS, _done())
    await nudging.take_in(_done(revision=3, behaviours=MORE_THAN_EVER), _done(revision=4, behaviours=MORE_THAN_EVER))

    assert await nudging.decisions() == [("plan_done", "sent", ""), ("personal_best", "deferred", CAP)]


async def test_a_lesser_praise_of_a_day_that_was_praised_is_not_sent(nudging: Nudging) -> None:
    await nudging.take_in(*IMPORTED_WEEKS, report(score=90, state="open", behaviours=MORE_THAN_EVER))
    await nudging.take_in(_done(behaviours=MORE_THAN_EVER))

    assert await nudging.decisions() == [("personal_best", "sent", "")]


async def test_praise_of_another_day_does_not_count_for_this_one(nudging: Nudging) -> None:
    """Monday's personal best comes late, and Tuesday's plan is worth less; still it is praised, the next morning."""
    await nudging.take_in(*IMPORTED_WEEKS, _done(behaviours=MORE_THAN_EVER))
    nudging.now = at(TUESDAY, "12:00")

    await nudging.take_in(_done(TUESDAY))

    assert await nudging.statuses() == [("personal_best", "sent"), ("plan_done", "sent")]


async def test_praise_for_today_comes_tomorrow_if_yesterdays_came_this_morning(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(_done(), open_report(TUESDAY))
    await nudging.pass_time(at(TUESDAY, "09:00"))
    nudging.now = at(TUESDAY, "12:00")

    await nudging.take_in(_done(TUESDAY))

    assert await nudging.decisions() == [("plan_done", "sent", ""), ("plan_done", "deferred", CAP)]
    wednesday = TUESDAY + timedelta(days=1)
    await nudging.take_in(open_report(wednesday))
    assert await nudging.pass_time(at(wednesday, "09:00")) == outcomes(("plan_done", "sent"))
    assert "yesterday" in (await nudging.texts())[-1]


async def test_a_rule_that_is_paused_leaves_its_place_to_the_next(nudging: Nudging) -> None:
    await nudging.pool.execute("INSERT INTO rule_pause (rule, paused_at) VALUES ('personal_best', $1)", NOON)

    await nudging.take_in(*IMPORTED_WEEKS, report(score=90, state="open", behaviours=MORE_THAN_EVER))
    await nudging.take_in(_done(behaviours=MORE_THAN_EVER))

    assert await nudging.statuses() == [("personal_best", "suppressed"), ("plan_done", "sent")]


async def test_a_rule_that_was_resumed_sends_again(nudging: Nudging) -> None:
    await nudging.pool.execute("INSERT INTO rule_pause (rule, paused_at) VALUES ('plan_done', NULL), ('streak', $1)", NOON)

    await nudging.take_in(_done())

    assert await nudging.statuses() == [("plan_done", "sent")]


async def test_what_was_suppressed_has_not_praised_the_day(nudging: Nudging) -> None:
    """A personal best was suppressed while its rule was paused, so plan done, which is worth less, may still be sent."""
    await nudging.pool.execute("INSERT INTO rule_pause (rule, paused_at) VALUES ('personal_best', $1)", NOON)
    await nudging.take_in(*IMPORTED_WEEKS, report(score=90, state="open", behaviours=MORE_THAN_EVER))
    await nudging.pool.execute("DELETE FROM rule_pause")

    await nudging.take_in(_done(behaviours=MORE_THAN_EVER))

    assert await nudging.statuses() == [("personal_best", "suppressed"), ("plan_done", "sent")]


async def test_a_rule_that_is_cooling_down_leaves_its_place_to_the_next(nudging: Nudging) -> None:
    await nudging.take_in(*IMPORTED_WEEKS, _done(behaviours=MORE_THAN_EVER))
    nudging.now = at(TUESDAY, "12:00")

    await nudging.take_in(_done(TUESDAY, behaviours=(behaviour("Calls", 14, 10),)))

    assert await nudging.decisions() == [("personal_best", "sent", ""), ("plan_done", "sent", "")]


async def test_imported_history_makes_no_nudge(nudging: Nudging) -> None:
    await nudging.take_in(report(score=100, silent=True))

    assert await nudging.decisions() == []
    assert await nudging.pool.fetchval("SELECT count(*) FROM scheduled_check") == 0


async def test_replicas_that_take_in_the_same_report_make_one_nudge(nudging: Nudging) -> None:
    other = await make_pool(nudging.url, schema=SCHEMA)

    await asyncio.gather(
        *[nudging.take_in(_done(revision=2 + number // 2), pool=pool) for number, pool in enumerate([nudging.pool, other] * 3)]
    )

    assert await nudging.decisions() == [("plan_done", "sent", "")]
    await other.close()


async def test_a_person_receives_at_most_one_message_a_day(nudging: Nudging) -> None:
    await nudging.rows.add_announcement(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))
    await nudging.take_in(*worked_days(*[60] * 40), open_report())
    await nudging.pass_time(at(MONDAY, "13:00"))

    await nudging.take_in(_done(first="13:30"))

    assert await nudging.decisions() == [("quiet_afternoon", "sent", ""), ("comeback", "deferred", CAP)]


async def test_nobody_receives_the_same_wording_twice_in_two_weeks(nudging: Nudging) -> None:
    days = [MONDAY + timedelta(days=number) for number in range(15)]
    for day in days:
        nudging.now = at(day, "12:00")
        await nudging.take_in(report(day, score=100, state="open"))

    rows = await nudging.pool.fetch("SELECT rule, wording FROM nudge ORDER BY day")
    received = [(row["rule"], row["wording"]) for row in rows]
    assert len(received) == 15
    assert len(set(received[:14])) == 14
    assert len(set(received[1:])) == 14


async def test_other_people_and_other_rules_may_use_the_same_wordings(nudging: Nudging) -> None:
    """All fourteen wordings of Ana's plan done were used, which keeps nothing from Ben and nothing from another rule."""
    for number in range(14):
        day = MONDAY + timedelta(days=number)
        nudging.now = at(day, "12:00")
        await nudging.take_in(report(day, score=100, state="open"))

    await nudging.take_in(report(nudging.now.date(), score=100, state="open", rep=rep("Ben Ode")))

    assert (await nudging.statuses())[-1] == ("plan_done", "sent")


async def test_the_trace_of_a_report_goes_on_to_the_nudge_and_its_delivery(nudging: Nudging) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    await nudging.take_in(_done(), traceparent=traceparent)
    await nudging.deliver()

    rows = await nudging.pool.fetch("SELECT event_type, traceparent FROM outbox ORDER BY id")
    assert [row["event_type"] for row in rows] == ["nudge.decided.v1", "nudge.delivered.v1"]
    assert {trace_id(row["traceparent"]) for row in rows} == {trace_id(traceparent)}


async def test_another_team_is_praised_by_itself(nudging: Nudging) -> None:
    decided = await nudging.take_in(_done(), _done(rep=rep("Ben Ode"), team=SOUTH))

    assert decided == outcomes(("plan_done", "sent"), ("plan_done", "sent"))
