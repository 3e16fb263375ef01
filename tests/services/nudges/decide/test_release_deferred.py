"""Deferred nudges whose time has come, on a real database."""

from datetime import date, timedelta

import pytest

from services.nudges.decide.policy.holdout import Holdout
from shared.event_types import NUDGE_DECIDED
from shared.events import DayReport, NudgeId, NudgeKind, Presence
from shared.trace import trace_id
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY, at, working_days
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.reports import behaviour, goal, open_report, report, worked_days
from tests.services.nudges.conftest import Nudging, defer_comeback_and_plan_done, outcomes

EVENING, MORNING = at(MONDAY, "18:00"), at(TUESDAY, "09:00")
MORE_THAN_EVER = (behaviour("Calls", 12, 10),)
IMPORTED_WEEKS = [day.model_copy(update={"silent": True}) for day in worked_days(*[60] * 8, 100, 60)]
AFTER_HOURS = "after working hours"
OUTDONE = "another celebration of the same day comes first"


def _done(day: date = MONDAY, *, revision: int = 2) -> DayReport:
    return report(day, score=100, state="open", revision=revision)


async def _defer_plan_done(nudging: Nudging) -> None:
    """Monday's plan, done after hours."""
    nudging.now = EVENING
    await nudging.take_in(_done())
    assert await nudging.decisions() == [("plan_done", "deferred", AFTER_HOURS)]


async def test_what_was_deferred_is_worded_anew_when_it_is_sent(nudging: Nudging) -> None:
    await _defer_plan_done(nudging)
    await nudging.take_in(report(score=100, revision=3), open_report(TUESDAY))

    decided = await nudging.pass_time(MORNING)

    assert decided == outcomes(("plan_done", "sent"))
    (text,) = await nudging.texts()
    assert "yesterday" in text
    deferred, sent = await nudging.published(NUDGE_DECIDED)
    assert (deferred.send_at, sent.send_at) == (MORNING, MORNING)
    assert (sent.id, sent.text, sent.decided_at) == (deferred.id, text, EVENING)
    assert await nudging.deliveries() == [("queued", 0, "")]


async def test_it_is_not_sent_a_second_too_early_nor_twice(nudging: Nudging) -> None:
    await _defer_plan_done(nudging)
    await nudging.take_in(report(score=100, revision=3), open_report(TUESDAY))

    assert await nudging.pass_time(MORNING - timedelta(seconds=1)) == []
    await nudging.pass_time(MORNING)
    assert await nudging.pass_time(MORNING + timedelta(minutes=1)) == []


async def test_what_no_longer_holds_is_suppressed(nudging: Nudging) -> None:
    await _defer_plan_done(nudging)
    await nudging.take_in(report(score=90, revision=3), open_report(TUESDAY))

    await nudging.pass_time(MORNING)

    assert await nudging.decisions() == [("plan_done", "suppressed", "no longer true")]
    assert await nudging.deliveries() == []


async def test_a_nudge_whose_day_is_not_known_any_more_is_suppressed(nudging: Nudging) -> None:
    await _defer_plan_done(nudging)
    await nudging.pool.execute("DELETE FROM day")

    await nudging.pass_time(MORNING)

    assert await nudging.decisions() == [("plan_done", "suppressed", "its day is no longer stored")]


async def test_on_leave_it_is_deferred_again(nudging: Nudging) -> None:
    await _defer_plan_done(nudging)
    await nudging.take_in(report(TUESDAY, presence=Presence.ABSENT, score=None, count=0, state="open"))

    assert await nudging.pass_time(MORNING) == outcomes(("plan_done", "deferred"))

    assert await nudging.decisions() == [("plan_done", "deferred", "on leave")]
    assert await nudging.pool.fetchval("SELECT send_at FROM nudge") == at(WEDNESDAY, "09:00")


async def test_of_what_is_due_about_one_day_only_the_greatest_is_sent(nudging: Nudging) -> None:
    """After hours the plan is done, and then more calls are made than ever before."""
    nudging.now = EVENING
    more = report(score=100, state="open", revision=3, behaviours=MORE_THAN_EVER)
    await nudging.take_in(*IMPORTED_WEEKS, _done(), more, open_report(TUESDAY))

    await nudging.pass_time(MORNING)

    assert await nudging.decisions() == [("plan_done", "suppressed", OUTDONE), ("personal_best", "sent", "")]


async def test_greater_praise_that_is_withheld_outdoes_the_lesser_too(nudging: Nudging) -> None:
    nudging.now = EVENING
    nudging.holdout = Holdout(seed="", share=0.0, by_rule={"personal_best": 1.0})
    more = report(score=100, state="open", revision=3, behaviours=MORE_THAN_EVER)
    await nudging.take_in(*IMPORTED_WEEKS, _done(), more, open_report(TUESDAY))

    await nudging.pass_time(MORNING)

    assert await nudging.statuses() == [("plan_done", "suppressed"), ("personal_best", "withheld")]


async def test_greater_praise_that_no_longer_holds_leaves_its_place_to_the_lesser(nudging: Nudging) -> None:
    nudging.now = EVENING
    more = report(score=100, state="open", revision=3, behaviours=MORE_THAN_EVER)
    await nudging.take_in(*IMPORTED_WEEKS, _done(), more, _done(revision=4), open_report(TUESDAY))

    await nudging.pass_time(MORNING)

    assert await nudging.statuses() == [("plan_done", "sent"), ("personal_best", "suppressed")]


async def test_what_one_person_may_receive_in_the_morning_makes_one_message(nudging: Nudging) -> None:
    wednesday = await defer_comeback_and_plan_done(nudging)

    decided = await nudging.pass_time(at(wednesday, "09:00"))

    assert decided == outcomes(("comeback", "sent"), ("plan_done", "bundled"))
    assert await nudging.decisions() == [("comeback", "sent", ""), ("plan_done", "bundled", "sent together with “Comeback”")]
    assert await nudging.deliver() == 1
    (message,) = nudging.channel.nudges
    comeback, plan_done = message.text.split("\n")
    assert "Monday" in comeback
    assert "yesterday" in plan_done
    assert [part.rule for part in message.parts] == ["comeback", "plan_done"]
    assert await nudging.pool.fetchval("SELECT bundled_with FROM nudge WHERE rule = 'plan_done'") == message.id


async def test_each_persons_nudges_make_a_message_of_their_own(nudging: Nudging) -> None:
    nudging.now = EVENING
    await nudging.take_in(_done(), report(score=100, state="open", rep=BEN))
    await nudging.take_in(open_report(TUESDAY), open_report(TUESDAY, rep=BEN))

    await nudging.pass_time(MORNING)

    assert await nudging.statuses() == [("plan_done", "sent"), ("plan_done", "sent")]
    assert await nudging.deliver() == 2


async def test_an_announcement_stays_a_message_of_its_own_and_goes_first(nudging: Nudging) -> None:
    await _defer_plan_done(nudging)
    await nudging.announce(announcement(binds_from=TUESDAY))
    await nudging.take_in(open_report(TUESDAY))

    decided = await nudging.pass_time(MORNING)

    assert decided == outcomes(("playbook", "sent"), ("plan_done", "sent"))
    assert await nudging.deliver() == 2


async def test_a_message_belongs_to_the_trace_of_its_first_nudge(nudging: Nudging) -> None:
    """The comeback is suppressed in the morning, so plan done is the first."""
    comeback = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    plan_done = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    wednesday = await defer_comeback_and_plan_done(nudging)
    await nudging.pool.execute("UPDATE nudge SET traceparent = $1 WHERE rule = 'comeback'", comeback)
    await nudging.pool.execute("UPDATE nudge SET traceparent = $1 WHERE rule = 'plan_done'", plan_done)
    await nudging.take_in(report(MONDAY, score=90, revision=4))

    decided = await nudging.pass_time(at(wednesday, "09:00"))

    assert sorted(outcome.status for outcome in decided) == ["sent", "suppressed"]
    newest = await nudging.pool.fetchval("SELECT traceparent FROM outbox ORDER BY id DESC LIMIT 1")
    assert trace_id(newest) == trace_id(plan_done)


@pytest.mark.parametrize(
    ("worked_since", "status"), [(2, "sent"), (3, "suppressed")], ids=["two worked days", "three worked days"]
)
async def test_praise_is_sent_for_two_worked_days(nudging: Nudging, worked_since: int, status: str) -> None:
    """The day on which it would be sent is one of them."""
    await _defer_plan_done(nudging)
    days = [MONDAY + timedelta(days=number) for number in range(1, worked_since + 1)]
    await nudging.take_in(*[report(day) for day in days[:-1]], open_report(days[-1]))

    await nudging.pass_time(at(days[-1], "09:00"))

    assert (await nudging.statuses())[0] == ("plan_done", status)


@pytest.mark.parametrize(("days_later", "status"), [(14, "sent"), (15, "suppressed")], ids=["fourteen days", "fifteen days"])
async def test_praise_is_sent_for_fourteen_days_of_leave(nudging: Nudging, days_later: int, status: str) -> None:
    await _defer_plan_done(nudging)
    back_on = MONDAY + timedelta(days=days_later)
    await nudging.take_in(open_report(back_on))

    await nudging.pass_time(at(back_on, "09:00"))

    assert await nudging.statuses() == [("plan_done", status)]


async def test_a_smaller_step_is_announced_however_long_ago_it_was(nudging: Nudging) -> None:
    await nudging.pool.execute(
        "INSERT INTO ladder (rep_id, goal, period_start, reached, size, lowered_from) VALUES ('ana', 'month', $1, 0, 20, 30)",
        date(2026, 3, 1),
    )
    await nudging.take_in(report(goals=(goal(0),), silent=True))
    await nudging.pool.execute("UPDATE day SET report = jsonb_set(report, '{silent}', 'false')")
    fields = {"id": NudgeId("lowered"), "rule": "step_lowered", "kind": NudgeKind.ANNOUNCEMENT, "person": ANA}
    await nudging.rows.add_nudge(make_nudge().model_copy(update=fields), status="deferred")
    days = working_days(5, until=MONDAY + timedelta(days=7))
    await nudging.take_in(*[report(day, silent=True) for day in days[1:]], open_report(MONDAY + timedelta(days=7)))

    assert await nudging.pass_time(at(MONDAY + timedelta(days=7), "09:00")) == outcomes(("step_lowered", "sent"))
