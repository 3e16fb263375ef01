"""Working time where clocks, calendars and zones make it hard, and a great many cases by chance."""

import os
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.nudges.decide.policy.may_send import Drop, Hold, Person, Send, Verdict, WorkingTime, local_day, may_speak
from services.nudges.domain.candidate import Called
from services.nudges.domain.recent_nudges import Said
from shared.events import NudgeKind, Presence

CASES = int(os.environ.get("TEST_POLICY_CASES", "100000"))
ZONES = ("Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Honolulu")


def _call(kind: NudgeKind) -> Called:
    return Called(rule="some_rule", kind=kind, occasion="", is_shortfall=False, wordings=("",), reason="")


def _clock(day: date, local: str, zone: str, fold: int = 0) -> datetime:
    return datetime.combine(day, time.fromisoformat(local), tzinfo=ZoneInfo(zone)).replace(fold=fold).astimezone(UTC)


def _working(day: date, hours: tuple[str, str], zone: str, then: tuple[date, str]) -> Person:
    starts, ends = hours
    today = WorkingTime(
        day=day,
        presence=Presence.WORKING,
        starts_at=_clock(day, starts, zone),
        ends_at=_clock(day, ends, zone),
        next_starts_at=_clock(then[0], then[1], zone),
    )
    return Person(timezone=zone, today=today)


@dataclass(frozen=True)
class Case:
    """Somebody's hours on a day, a time on their clock, and what may become of a celebration then."""

    zone: str
    day: date
    hours: tuple[str, str]
    then: tuple[date, str]
    now: datetime
    verdict: Verdict


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
MARCH_10 = date(2026, 3, 10)
CASES_BY_NAME = {
    "on the night the clocks go forward, half past one is before hours that begin at three": Case(
        "Europe/Madrid",
        SPRING,
        ("03:00", "09:00"),
        (SPRING + timedelta(days=1), "03:00"),
        _clock(SPRING, "01:30", "Europe/Madrid"),
        Hold(until=datetime(2026, 3, 29, 1, 0, tzinfo=UTC), because="before working hours"),
    ),
    "the hour that is there twice in autumn is working time both times": Case(
        "Europe/Madrid",
        AUTUMN,
        ("01:00", "06:00"),
        (AUTUMN + timedelta(days=1), "01:00"),
        _clock(AUTUMN, "02:30", "Europe/Madrid", fold=1),
        Send(),
    ),
    "Lord Howe moves its clocks by half an hour": Case(
        "Australia/Lord_Howe",
        date(2026, 10, 4),
        ("02:30", "10:00"),
        (date(2026, 10, 5), "02:30"),
        datetime(2026, 10, 3, 15, 29, tzinfo=UTC),
        Hold(until=datetime(2026, 10, 3, 15, 30, tzinfo=UTC), because="before working hours"),
    ),
    "the last minute before midnight, where hours go on until then": Case(
        "America/New_York",
        MARCH_10,
        ("16:00", "23:59:59"),
        (MARCH_10 + timedelta(days=1), "16:00"),
        _clock(MARCH_10, "23:59:58", "America/New_York"),
        Send(),
    ),
    "midnight is the next day, which has not been opened": Case(
        "America/New_York",
        MARCH_10,
        ("16:00", "23:59:59"),
        (MARCH_10 + timedelta(days=1), "16:00"),
        _clock(MARCH_10 + timedelta(days=1), "00:00", "America/New_York"),
        Hold(
            until=_clock(MARCH_10 + timedelta(days=1), "00:05", "America/New_York"),
            because="the person's day has not been opened yet",
        ),
    ),
    "a morning of leave: the hours that are left begin at one": Case(
        "Europe/Madrid",
        MARCH_10,
        ("13:00", "17:00"),
        (MARCH_10 + timedelta(days=1), "09:00"),
        _clock(MARCH_10, "12:59", "Europe/Madrid"),
        Hold(until=_clock(MARCH_10, "13:00", "Europe/Madrid"), because="before working hours"),
    ),
    "an afternoon of leave: after one it waits for tomorrow": Case(
        "Europe/Madrid",
        MARCH_10,
        ("09:00", "13:00"),
        (MARCH_10 + timedelta(days=1), "09:00"),
        _clock(MARCH_10, "13:00", "Europe/Madrid"),
        Hold(until=_clock(MARCH_10 + timedelta(days=1), "09:00", "Europe/Madrid"), because="after working hours"),
    ),
    "moved from Tokyo to Honolulu: what is noon in Tokyo is yesterday's evening there": Case(
        "Pacific/Honolulu",
        MARCH_10 - timedelta(days=1),
        ("09:00", "17:00"),
        (MARCH_10, "09:00"),
        _clock(MARCH_10, "12:00", "Asia/Tokyo"),
        Hold(until=_clock(MARCH_10, "09:00", "Pacific/Honolulu"), because="after working hours"),
    ),
    "moved, and the day that is known is still the one of the old zone": Case(
        "Pacific/Honolulu",
        MARCH_10,
        ("09:00", "17:00"),
        (MARCH_10 + timedelta(days=1), "09:00"),
        _clock(MARCH_10, "12:00", "Asia/Tokyo"),
        Hold(
            until=_clock(MARCH_10, "12:05", "Asia/Tokyo"),
            because="the person's day has not been opened yet",
        ),
    ),
}


@pytest.mark.parametrize("case", CASES_BY_NAME.values(), ids=CASES_BY_NAME.keys())
def test_a_celebration_waits_where_the_clock_says_so(case: Case) -> None:
    person = _working(case.day, case.hours, case.zone, case.then)

    assert may_speak(_call(NudgeKind.CELEBRATION), person, (), now=case.now) == case.verdict


@pytest.mark.parametrize("case", CASES_BY_NAME.values(), ids=CASES_BY_NAME.keys())
def test_coaching_is_said_in_the_same_minutes_and_never_later(case: Case) -> None:
    person = _working(case.day, case.hours, case.zone, case.then)

    verdict = may_speak(_call(NudgeKind.COACHING), person, (), now=case.now)

    assert isinstance(verdict, Send if case.verdict == Send() else Drop)


def test_it_never_speaks_outside_working_hours_nor_over_the_budget() -> None:
    """Drawn evenly around the year, clock changes included. `make nightly` draws a million."""
    chance = random.Random(20261125)
    zones = [ZoneInfo(zone) for zone in ZONES]
    kinds = [_call(kind) for kind in NudgeKind]
    begin, sent = datetime(2026, 1, 1, tzinfo=UTC), 0
    for _ in range(CASES):
        number = chance.randrange(len(zones))
        now = begin + timedelta(seconds=chance.randrange(365 * 86_400))
        here = now.astimezone(zones[number])
        day = here.date() + timedelta(days=chance.choice((0, 0, 0, 0, -1, 1)))
        starts, hours = chance.randrange(24 * 4) * 15, chance.randrange(1, 12 * 4) * 15
        starts_at = datetime.combine(day, time(starts // 60, starts % 60), tzinfo=zones[number]).astimezone(UTC)
        ends_at = starts_at + timedelta(minutes=hours)
        works = chance.random() < 0.8
        today = WorkingTime(
            day=day,
            presence=Presence.WORKING if works else chance.choice((Presence.ABSENT, Presence.HOLIDAY, Presence.DAY_OFF)),
            starts_at=starts_at if works else None,
            ends_at=ends_at if works else None,
            next_starts_at=chance.choice((starts_at + timedelta(days=1), None)),
        )
        called = chance.choice(kinds)
        heard = Said(rule="another", kind=NudgeKind.COACHING, day=day, at=starts_at, wording=0)
        said = (heard,) if chance.random() < 0.3 else ()

        verdict = may_speak(called, Person(timezone=ZONES[number], today=today), said, now=now)

        if isinstance(verdict, Send):
            sent += 1
            assert works
            assert day == local_day(now, ZONES[number]) == here.date()
            assert starts_at <= now < ends_at
            assert not said or called.kind in {NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION}
        elif isinstance(verdict, Hold):
            assert called.kind in {NudgeKind.CELEBRATION, NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION}
    assert sent > CASES / 100
