"""Whether a word may be said now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.nudges.decide.policy.holdout import Lot
from services.nudges.decide.policy.may_send import (
    PAUSED,
    Drop,
    Hold,
    HoldOut,
    Person,
    Send,
    Shortfall,
    Verdict,
    may_speak,
    working_time_of,
)
from services.nudges.domain.candidate import Called
from services.nudges.domain.recent_nudges import Said
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.reports import MONDAY, at, report

IN_LUCK = Lot(number=0.1, held_out=0.1)
NOT_TOLD = "the definition was not announced before the day"
TUESDAY_NINE = at(MONDAY + timedelta(days=1), "09:00")


def _call(kind: NudgeKind, **changes: Any) -> Called:
    given: dict[str, Any] = {
        "rule": "some_rule",
        "kind": kind,
        "occasion": "2026-03-02",
        "is_shortfall": False,
        "wordings": ("a",),
        "reason": "",
    }
    return Called(**(given | changes))


CELEBRATION, COACHING, ANNOUNCEMENT = _call(NudgeKind.CELEBRATION), _call(NudgeKind.COACHING), _call(NudgeKind.ANNOUNCEMENT)


EVERYDAY = _call(NudgeKind.CELEBRATION, is_everyday=True)


def _person(today: DayReport | None = None) -> Person:
    return Person(timezone="Europe/Madrid", today=working_time_of(today or report(state="open")))


def _said(kind: NudgeKind = NudgeKind.COACHING, *, days_ago: int = 0, rule: str = "another", **changes: Any) -> Said:
    day = MONDAY - timedelta(days=days_ago)
    return Said(rule=rule, kind=kind, day=day, at=at(day, "10:00"), wording=0, **changes)


@pytest.mark.parametrize("local", ["09:00", "12:00", "16:59"])
def test_inside_working_hours_it_may_be_said(local: str) -> None:
    assert may_speak(COACHING, _person(), (), now=at(MONDAY, local)) == Send()


@pytest.mark.parametrize(
    ("local", "until", "because"),
    [("08:59", at(MONDAY, "09:00"), "before working hours"), ("17:00", TUESDAY_NINE, "after working hours")],
)
def test_outside_them_a_celebration_waits_for_the_next_and_coaching_is_dropped(
    local: str, until: datetime, because: str
) -> None:
    now = at(MONDAY, local)

    assert may_speak(CELEBRATION, _person(), (), now=now) == Hold(until=until, because=because)
    assert may_speak(COACHING, _person(), (), now=now) == Drop(because=because)


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

    assert may_speak(CELEBRATION, person, (), now=at(MONDAY, "12:00")) == Hold(until=TUESDAY_NINE, because=because)
    assert may_speak(COACHING, person, (), now=at(MONDAY, "12:00")) == Drop(because=because)


def test_one_nudge_a_day_is_enough() -> None:
    verdict = may_speak(CELEBRATION, _person(), (_said(),), now=at(MONDAY, "12:00"))

    assert verdict == Hold(until=TUESDAY_NINE, because="one nudge a day is enough")


@pytest.mark.parametrize(
    ("said", "called", "verdict"),
    [
        (_said(NudgeKind.ANNOUNCEMENT), CELEBRATION, Send()),
        (_said(with_another=True), CELEBRATION, Send()),
        (_said(days_ago=1), CELEBRATION, Send()),
        (_said(NudgeKind.CELEBRATION), EVERYDAY, Drop(because="a kind word was said today already")),
        (_said(NudgeKind.COACHING), EVERYDAY, Hold(until=TUESDAY_NINE, because="one nudge a day is enough")),
        (_said(NudgeKind.CELEBRATION), CELEBRATION, Hold(until=TUESDAY_NINE, because="one nudge a day is enough")),
        (_said(NudgeKind.CELEBRATION), COACHING, Drop(because="one nudge a day is enough")),
    ],
    ids=[
        "announcements take nothing from it",
        "what was part of a message counts with that message",
        "yesterday is over",
        "an everyday word after a kind one",
        "an everyday word after coaching",
        "a special word waits",
        "coaching does not",
    ],
)
def test_the_budget(said: Said, called: Called, verdict: Verdict) -> None:
    assert may_speak(called, _person(), (said,), now=at(MONDAY, "12:00")) == verdict


@pytest.mark.parametrize(
    ("lot", "verdict"),
    [(None, Send()), (Lot(number=0.09, held_out=0.1), HoldOut(probability=0.1)), (IN_LUCK, Send(probability=0.9))],
    ids=["no lot", "drawn", "not drawn"],
)
def test_what_may_be_said_is_held_out_by_lot(lot: Lot | None, verdict: Verdict) -> None:
    assert may_speak(COACHING, _person(), (), lot=lot, now=at(MONDAY, "12:00")) == verdict


@pytest.mark.parametrize("lot", [Lot(number=0.0, held_out=0.5), IN_LUCK], ids=["drawn", "not drawn"])
def test_the_lot_changes_nothing_about_what_may_not_be_said(lot: Lot) -> None:
    after_hours, noon = at(MONDAY, "18:00"), at(MONDAY, "12:00")
    heard = (_said(NudgeKind.CELEBRATION),)

    assert may_speak(CELEBRATION, _person(), (), lot=lot, now=after_hours) == may_speak(
        CELEBRATION, _person(), (), now=after_hours
    )
    assert may_speak(COACHING, _person(), heard, lot=lot, now=noon) == may_speak(COACHING, _person(), heard, now=noon)


def test_a_rule_that_is_paused_says_nothing() -> None:
    assert may_speak(CELEBRATION, _person(), (), is_paused=True, now=at(MONDAY, "12:00")) == Drop(because=PAUSED)


@pytest.mark.parametrize(
    ("days_ago", "rule", "is_dropped"), [(6, "some_rule", True), (7, "some_rule", False), (6, "another", False)]
)
def test_a_rule_rests_after_it_spoke(days_ago: int, rule: str, is_dropped: bool) -> None:
    resting = _call(NudgeKind.COACHING, rest_days=7)

    verdict = may_speak(resting, _person(), (_said(days_ago=days_ago, rule=rule),), now=at(MONDAY, "12:00"))

    assert verdict == (Drop(because="the same was said within the last 7 days") if is_dropped else Send())


@pytest.mark.parametrize(
    ("told_at", "because"),
    [
        (None, NOT_TOLD),
        (at(MONDAY, "00:00"), NOT_TOLD),
        (at(MONDAY, "09:00"), NOT_TOLD),
        (at(MONDAY + timedelta(days=1), "09:00"), NOT_TOLD),
        (at(MONDAY - timedelta(days=1), "23:59"), None),
        (at(MONDAY - timedelta(days=3), "10:00"), None),
    ],
    ids=["never", "as the day began", "on the day itself", "after the day, as it was revised", "the day before", "long before"],
)
def test_a_shortfall_is_only_held_against_who_was_told_before_the_day(
    delivered_at: datetime | None, because: str | None
) -> None:
    verdict = may_speak(
        COACHING, _person(), (), shortfall=Shortfall(day=MONDAY, delivered_at=delivered_at), now=at(MONDAY, "13:00")
    )

    assert verdict == (Send() if because is None else Drop(because=because))


@pytest.mark.parametrize(
    ("called", "local", "verdict"),
    [
        (COACHING, "13:00", Hold(until=at(MONDAY, "13:15"), because="the feed of North is quiet")),
        (COACHING, "17:00", Drop(because="after working hours")),
        (CELEBRATION, "13:00", Send()),
    ],
    ids=["a shortfall waits", "not beyond the working day", "what holds nothing against anybody does not wait"],
)
def test_while_the_feed_is_quiet_nothing_is_held_against_anybody(called: Called, local: str, verdict: Verdict) -> None:
    shortfall = Shortfall(day=MONDAY, delivered_at=at(MONDAY - timedelta(days=3), "10:00")) if called is COACHING else None

    assert may_speak(called, _person(), (), shortfall=shortfall, quiet_feed="North", now=at(MONDAY, local)) == verdict


def test_the_day_before_is_that_of_the_persons_own_calendar() -> None:
    """In Auckland it is Monday for twelve hours before it is in London."""
    delivered_at = datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    working = report(state="open", work_starts_at=delivered_at, work_ends_at=delivered_at + timedelta(hours=8))
    auckland = Person(timezone="Pacific/Auckland", today=working_time_of(working))
    london = Person(timezone="Europe/London", today=working_time_of(working))
    shortfall = Shortfall(day=MONDAY, delivered_at=delivered_at)

    assert may_speak(COACHING, auckland, (), shortfall=shortfall, now=delivered_at + timedelta(hours=1)) == Drop(
        because=NOT_TOLD
    )
    assert may_speak(COACHING, london, (), shortfall=shortfall, now=datetime(2026, 3, 2, tzinfo=UTC)) != Drop(because=NOT_TOLD)


@pytest.mark.parametrize(
    ("today", "local", "verdict"),
    [
        (report(state="open"), "12:00", Send()),
        (report(state="open"), "07:00", Hold(until=at(MONDAY, "09:00"), because="before working hours")),
        (report(state="open"), "17:00", Hold(until=TUESDAY_NINE, because="after working hours")),
        (
            report(state="open", presence=Presence.ABSENT, score=None),
            "12:00",
            Hold(until=TUESDAY_NINE, because="on leave today"),
        ),
        (
            report(state="open", presence=Presence.ABSENT, score=None, next_work_starts_at=None),
            "12:00",
            Hold(until=at(MONDAY + timedelta(days=1), "12:00"), because="on leave today"),
        ),
        (None, "12:00", Hold(until=at(MONDAY, "12:05"), because="the person's day has not been opened yet")),
    ],
    ids=["in working hours", "before them", "after them", "on leave", "on a leave without an end in sight", "not known yet"],
)
def test_an_announcement_waits_for_working_hours_and_never_for_the_budget(
    today: DayReport | None, local: str, verdict: Verdict
) -> None:
    person = Person(timezone="Europe/Madrid", today=working_time_of(today) if today is not None else None)

    assert may_speak(ANNOUNCEMENT, person, (_said(),), now=at(MONDAY, local)) == verdict


def test_yesterdays_report_says_nothing_about_today() -> None:
    now = TUESDAY_NINE + timedelta(hours=1)

    assert isinstance(may_speak(CELEBRATION, _person(), (), now=now), Hold)
    assert isinstance(may_speak(COACHING, _person(), (), now=now), Drop)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    st.sampled_from(list(NudgeKind)),
    st.sampled_from(list(Presence)),
    st.integers(0, 2),
)
def test_nothing_is_ever_sent_outside_working_time(naive: datetime, kind: NudgeKind, presence: Presence, spoken: int) -> None:
    now = naive.replace(tzinfo=UTC)
    today = report(MONDAY + timedelta(days=(now.date() - MONDAY).days), state="open", presence=presence)

    said = (Said(rule="another", kind=NudgeKind.COACHING, day=today.day, at=now, wording=0),) * spoken

    verdict = may_speak(_call(kind), _person(today), said, now=now)

    if isinstance(verdict, Send):
        assert today.work_starts_at is not None
        assert today.work_ends_at is not None
        assert today.work_starts_at <= now < today.work_ends_at
        assert spoken == 0 or kind in (NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION)
    if isinstance(verdict, Hold):
        assert verdict.until > now
