"""Whether a word may be said now."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.nudges.domain.policy import Drop, Hold, Person, Send, may_speak
from services.nudges.domain.retries import next_attempt
from services.nudges.domain.wording import pick
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.reports import MONDAY, at, report

CELEBRATION, COACHING = NudgeKind.CELEBRATION, NudgeKind.COACHING
TUESDAY_NINE = at(MONDAY + timedelta(days=1), "09:00")


def _person(today: DayReport | None = None, spoken: int = 0) -> Person:
    return Person(timezone="Europe/Madrid", today=today or report(state="open"), spoken_today=spoken)


@pytest.mark.parametrize("local", ["09:00", "12:00", "16:59"])
def test_inside_working_hours_it_may_be_said(local: str) -> None:
    assert may_speak(COACHING, _person(), now=at(MONDAY, local)) == Send()


@pytest.mark.parametrize(
    ("local", "until", "because"),
    [("08:59", at(MONDAY, "09:00"), "before working hours"), ("17:00", TUESDAY_NINE, "after working hours")],
)
def test_outside_them_a_celebration_waits_for_the_next_and_coaching_is_dropped(
    local: str, until: datetime, because: str
) -> None:
    now = at(MONDAY, local)

    assert may_speak(CELEBRATION, _person(), now=now) == Hold(until=until, because=because)
    assert may_speak(COACHING, _person(), now=now) == Drop(because=because)


@pytest.mark.parametrize(
    ("presence", "because"),
    [
        (Presence.ABSENT, "on leave today"),
        (Presence.HOLIDAY, "today is a public holiday"),
        (Presence.DAY_OFF, "today is no working day"),
    ],
)
def test_on_leave_on_a_holiday_and_on_a_day_off_nothing_is_said(presence: Presence, because: str) -> None:
    person = _person(report(state="open", presence=presence, score=None))

    assert may_speak(CELEBRATION, person, now=at(MONDAY, "12:00")) == Hold(until=TUESDAY_NINE, because=because)
    assert may_speak(COACHING, person, now=at(MONDAY, "12:00")) == Drop(because=because)


def test_one_nudge_a_day_is_enough() -> None:
    verdict = may_speak(CELEBRATION, _person(spoken=1), now=at(MONDAY, "12:00"))

    assert verdict == Hold(until=TUESDAY_NINE, because="one nudge a day is enough")


def test_yesterdays_report_says_nothing_about_today() -> None:
    now = TUESDAY_NINE + timedelta(hours=1)

    assert isinstance(may_speak(CELEBRATION, _person(), now=now), Hold)
    assert isinstance(may_speak(COACHING, _person(), now=now), Drop)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    st.sampled_from(list(NudgeKind)),
    st.sampled_from(list(Presence)),
    st.integers(0, 2),
)
def test_nothing_is_ever_sent_outside_working_time(naive: datetime, kind: NudgeKind, presence: Presence, spoken: int) -> None:
    now = naive.replace(tzinfo=UTC)
    today = report(MONDAY + timedelta(days=(now.date() - MONDAY).days), state="open", presence=presence)

    verdict = may_speak(kind, _person(today, spoken), now=now)

    if isinstance(verdict, Send):
        assert today.work_starts_at is not None
        assert today.work_ends_at is not None
        assert today.work_starts_at <= now < today.work_ends_at
        assert spoken == 0 or kind is NudgeKind.ANNOUNCEMENT
    if isinstance(verdict, Hold):
        assert verdict.until > now


def test_retries_wait_longer_each_time_and_as_long_as_asked_up_to_an_hour() -> None:
    now = at(MONDAY, "12:00")
    waits = [(next_attempt(n, asked_s=None, jitter=0, now=now) - now).total_seconds() for n in range(1, 20)]

    assert waits == sorted(waits)
    assert waits[0] == 5
    assert next_attempt(1, asked_s=90, jitter=0, now=now) == now + timedelta(seconds=90)
    assert next_attempt(1, asked_s=1e9, jitter=0, now=now) == now + timedelta(hours=1)
    assert next_attempt(1, asked_s=-5, jitter=1, now=now) == now + timedelta(seconds=6)


def test_wordings_vary_but_are_the_same_for_the_same_occasion() -> None:
    said = {pick("abcd", seed=str(number), last_said=None) for number in range(50)}

    assert said == set("abcd")
    assert pick("abcd", seed="x", last_said=None) == pick("abcd", seed="x", last_said=None)
    assert pick("ab", seed="x", last_said="a") == "b"
