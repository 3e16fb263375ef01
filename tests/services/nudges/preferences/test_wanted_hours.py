"""What is due in the morning comes when a person wants their first message, on a real database."""

from datetime import date, time

import pytest

from services.nudges.decide.policy.may_send import NOT_WANTED
from services.nudges.domain.day_plan_subscribers import DayPlanSubscribers
from services.nudges.domain.feedback.preferences import MessageGroup, Preference
from services.nudges.preferences.stored_preferences import save_preference
from shared.events import PersonId
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.people import ANA, MARA, NORTH
from tests.services.nudges.builders.reports import open_report, report, worked_days
from tests.services.nudges.conftest import Nudging, outcomes

LONG_AGO = at(date(2026, 1, 2), "10:00")
DAY_PLAN = outcomes(("day_plan", "sent"))
DIGEST = outcomes(("digest", "sent"))


async def _prefer(nudging: Nudging, person_id: PersonId, preference: Preference) -> None:
    await save_preference(nudging.pool, person_id, preference, now=nudging.now)


async def _subscribe(nudging: Nudging) -> None:
    """Ana's team gets the plan of the day, by a playbook that was announced long ago."""
    nudging.subscribers = DayPlanSubscribers(teams=(NORTH.id,))
    await nudging.rows.add_announcement(announcement(), delivered_at=LONG_AGO)


async def test_a_rep_who_wants_nothing_before_ten_gets_the_day_plan_at_ten(nudging: Nudging) -> None:
    await _subscribe(nudging)
    await _prefer(nudging, ANA.id, Preference(not_before=time(10)))
    await nudging.take_in(open_report())

    assert await nudging.pass_time(at(MONDAY, "09:00")) == []
    await nudging.take_in(open_report(revision=2))
    assert await nudging.pass_time(at(MONDAY, "09:59")) == []
    assert await nudging.pass_time(at(MONDAY, "10:00")) == DAY_PLAN
    assert await nudging.pass_time(at(MONDAY, "10:01")) == []


async def test_the_middle_of_the_day_does_not_move(nudging: Nudging) -> None:
    await nudging.rows.add_announcement(announcement(), delivered_at=LONG_AGO)
    await _prefer(nudging, ANA.id, Preference(not_before=time(14)))
    await nudging.take_in(*worked_days(*[60] * 40), open_report())

    assert await nudging.pass_time(at(MONDAY, "13:00")) == outcomes(("quiet_afternoon", "suppressed"))


async def test_a_rep_who_wants_no_hour_of_the_day_gets_no_day_plan(nudging: Nudging) -> None:
    await _subscribe(nudging)
    await _prefer(nudging, ANA.id, Preference(not_before=time(23)))
    await nudging.take_in(open_report())

    assert await nudging.pass_time(at(MONDAY, "09:00")) == outcomes(("day_plan", "suppressed"))


async def test_what_is_not_wanted_is_in_the_decision_log_and_stays_there(nudging: Nudging) -> None:
    await _prefer(nudging, ANA.id, Preference(unwanted=frozenset({MessageGroup.CELEBRATIONS})))
    nudging.now = at(MONDAY, "15:00")
    await nudging.take_in(report(score=100, state="open", revision=2))

    assert await nudging.decisions() == [("plan_done", "suppressed", NOT_WANTED)]
    assert await nudging.deliveries() == []


async def test_praise_that_waited_for_the_morning_is_not_sent_into_a_pause(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(report(score=100, state="open", revision=2))
    await _prefer(nudging, ANA.id, Preference(paused_until=date(2026, 3, 9)))
    nudging.now = at(TUESDAY, "08:00")
    await nudging.take_in(report(score=100, revision=3), open_report(TUESDAY))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.decisions() == [("plan_done", "suppressed", NOT_WANTED)]


@pytest.mark.parametrize(
    "preference", [Preference(paused_until=date(2026, 3, 9)), Preference(unwanted=frozenset(MessageGroup))]
)
async def test_a_playbook_is_announced_to_somebody_who_wants_nothing(nudging: Nudging, preference: Preference) -> None:
    await _prefer(nudging, ANA.id, preference)
    nudging.now = at(MONDAY, "08:00")
    await nudging.take_in(open_report())
    await nudging.announce(announcement())

    await nudging.pass_time(at(MONDAY, "09:00"))

    assert ("playbook", "sent") in await nudging.statuses()


async def test_a_manager_who_wants_nothing_before_ten_gets_one_message_at_ten(nudging: Nudging) -> None:
    await _prefer(nudging, MARA.id, Preference(not_before=time(10)))
    await nudging.take_in(*worked_days(60), open_report())
    await nudging.send_digests(at(MONDAY, "00:30"))

    assert await nudging.send_digests(at(MONDAY, "09:00")) == []
    assert await nudging.send_digests(at(MONDAY, "09:59")) == []
    assert await nudging.send_digests(at(MONDAY, "10:00")) == DIGEST
    assert await nudging.send_digests(at(MONDAY, "10:01")) == []


async def test_of_a_managers_message_only_what_is_not_wanted_is_left_out(nudging: Nudging) -> None:
    await _prefer(nudging, MARA.id, Preference(unwanted=frozenset({MessageGroup.RECOGNITION})))
    await nudging.take_in(*[day.model_copy(update={"silent": True}) for day in worked_days(*[100] * 6)], open_report())
    await nudging.send_digests(at(MONDAY, "00:30"))

    decided = await nudging.send_digests(at(MONDAY, "09:00"))

    assert decided == outcomes(("digest", "sent"), ("recognition_due", "suppressed"))
