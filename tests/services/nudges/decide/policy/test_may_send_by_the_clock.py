"""Working time where clocks, calendars and zones make it hard, and a great many cases by draws."""

import os
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.nudges.decide.policy.may_send import Defer, PolicyFacts, Send, Suppress, Verdict, may_send
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.recent_nudges import RecentNudge
from services.nudges.domain.working_time import WorkingTime, local_day
from shared.events import NudgeKind, Presence

CASES = int(os.environ.get("TEST_POLICY_CASES", "100000"))
ZONES = ("Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Honolulu")
UNCAPPED = frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION, NudgeKind.THANKS})
DAY_UNKNOWN = "Daymark hasn't opened the rep's day yet"


def _candidate(kind: NudgeKind) -> Candidate:
    return Candidate(rule="a_rule", kind=kind, occasion="", wordings=("",), reason="")


def _clock(day: date, local: str, zone: str, fold: int = 0) -> datetime:
    return datetime.combine(day, time.fromisoformat(local), tzinfo=ZoneInfo(zone)).replace(fold=fold).astimezone(UTC)


@dataclass(frozen=True)
class Case:
    """Somebody's hours on a day, a time on their clock, and what becomes of a celebration then."""

    zone: str
    day: date
    hours: tuple[str, str]
    next_start: tuple[date, str]
    now: datetime
    verdict: Verdict

    @property
    def facts(self) -> PolicyFacts:
        starts, ends = self.hours
        today = WorkingTime(
            day=self.day,
            presence=Presence.WORKING,
            starts_at=_clock(self.day, starts, self.zone),
            ends_at=_clock(self.day, ends, self.zone),
            next_starts_at=_clock(*self.next_start, self.zone),
        )
        return PolicyFacts(timezone=self.zone, today=today)


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
MARCH_9, MARCH_10, MARCH_11 = (date(2026, 3, day) for day in (9, 10, 11))
CASES_BY_NAME = {
    "on the night the clocks go forward, half past one is before hours that begin at three": Case(
        "Europe/Madrid",
        SPRING,
        ("03:00", "09:00"),
        (SPRING + timedelta(days=1), "03:00"),
        _clock(SPRING, "01:30", "Europe/Madrid"),
        Defer(until=datetime(2026, 3, 29, 1, 0, tzinfo=UTC), because="before working hours"),
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
        Defer(until=datetime(2026, 10, 3, 15, 30, tzinfo=UTC), because="before working hours"),
    ),
    "the last minute before midnight, where hours go on until then": Case(
        "America/New_York",
        MARCH_10,
        ("16:00", "23:59:59"),
        (MARCH_11, "16:00"),
        _clock(MARCH_10, "23:59:58", "America/New_York"),
        Send(),
    ),
    "midnight is the next day, which has not been opened": Case(
        "America/New_York",
        MARCH_10,
        ("16:00", "23:59:59"),
        (MARCH_11, "16:00"),
        _clock(MARCH_11, "00:00", "America/New_York"),
        Defer(until=_clock(MARCH_11, "00:05", "America/New_York"), because=DAY_UNKNOWN),
    ),
    "a morning of leave: the hours that are left begin at one": Case(
        "Europe/Madrid",
        MARCH_10,
        ("13:00", "17:00"),
        (MARCH_11, "09:00"),
        _clock(MARCH_10, "12:59", "Europe/Madrid"),
        Defer(until=_clock(MARCH_10, "13:00", "Europe/Madrid"), because="before working hours"),
    ),
    "an afternoon of leave: after one it waits for tomorrow": Case(
        "Europe/Madrid",
        MARCH_10,
        ("09:00", "13:00"),
        (MARCH_11, "09:00"),
        _clock(MARCH_10, "13:00", "Europe/Madrid"),
        Defer(until=_clock(MARCH_11, "09:00", "Europe/Madrid"), because="after working hours"),
    ),
    "moved from Tokyo to Honolulu: what is noon in Tokyo is yesterday's evening there": Case(
        "Pacific/Honolulu",
        MARCH_9,
        ("09:00", "17:00"),
        (MARCH_10, "09:00"),
        _clock(MARCH_10, "12:00", "Asia/Tokyo"),
        Defer(until=_clock(MARCH_10, "09:00", "Pacific/Honolulu"), because="after working hours"),
    ),
    "moved, and the day that is known is still the one of the old zone": Case(
        "Pacific/Honolulu",
        MARCH_10,
        ("09:00", "17:00"),
        (MARCH_11, "09:00"),
        _clock(MARCH_10, "12:00", "Asia/Tokyo"),
        Defer(until=_clock(MARCH_10, "12:05", "Asia/Tokyo"), because=DAY_UNKNOWN),
    ),
}
of_each_case = pytest.mark.parametrize("case", CASES_BY_NAME.values(), ids=CASES_BY_NAME.keys())


@of_each_case
def test_a_celebration_is_deferred_where_the_clock_says_so(case: Case) -> None:
    assert may_send(_candidate(NudgeKind.CELEBRATION), case.facts, now=case.now) == case.verdict


@of_each_case
def test_coaching_is_sent_in_the_same_minutes_and_never_later(case: Case) -> None:
    verdict = may_send(_candidate(NudgeKind.COACHING), case.facts, now=case.now)

    assert isinstance(verdict, Send if case.verdict == Send() else Suppress)


def test_nothing_is_sent_outside_working_hours_nor_over_the_daily_cap() -> None:
    """Drawn evenly around the year, clock changes included. `make nightly` draws a million."""
    draws = random.Random(20261125)
    zones = [ZoneInfo(zone) for zone in ZONES]
    candidates = [_candidate(kind) for kind in NudgeKind]
    begin, sent = datetime(2026, 1, 1, tzinfo=UTC), 0
    for _ in range(CASES):
        number = draws.randrange(len(zones))
        now = begin + timedelta(seconds=draws.randrange(365 * 86_400))
        local = now.astimezone(zones[number])
        day = local.date() + timedelta(days=draws.choice((0, 0, 0, 0, -1, 1)))
        starts, hours = draws.randrange(24 * 4) * 15, draws.randrange(1, 12 * 4) * 15
        starts_at = datetime.combine(day, time(starts // 60, starts % 60), tzinfo=zones[number]).astimezone(UTC)
        ends_at = starts_at + timedelta(minutes=hours)
        works = draws.random() < 0.8
        today = WorkingTime(
            day=day,
            presence=Presence.WORKING if works else draws.choice((Presence.ABSENT, Presence.HOLIDAY, Presence.DAY_OFF)),
            starts_at=starts_at if works else None,
            ends_at=ends_at if works else None,
            next_starts_at=draws.choice((starts_at + timedelta(days=1), None)),
        )
        candidate = draws.choice(candidates)
        received = RecentNudge(rule="another", kind=NudgeKind.COACHING, day=day, at=starts_at, wording=0)
        recent = (received,) if draws.random() < 0.3 else ()

        verdict = may_send(candidate, PolicyFacts(timezone=ZONES[number], today=today, recent=recent), now=now)

        if isinstance(verdict, Send):
            sent += 1
            assert works
            assert day == local_day(now, ZONES[number]) == local.date()
            assert starts_at <= now < ends_at
            assert not recent or candidate.kind in UNCAPPED
        elif isinstance(verdict, Defer):
            assert candidate.kind in {NudgeKind.CELEBRATION, *UNCAPPED}
    assert sent > CASES / 100
