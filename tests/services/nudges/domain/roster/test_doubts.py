"""Working days in the roster that nobody seems to work."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

import pytest

from services.nudges.domain.roster.doubts import (
    DoubtKind,
    RosterDoubt,
    RosteredDay,
    find_roster_doubts,
    occasion_of,
    reported_keys,
)
from shared.events import RepId, TeamId
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.people import ANA, BEN, NORTH, SOUTH, rep

WINDOW_START = MONDAY - timedelta(weeks=6)
LONG_AGO = date(2025, 1, 1)
CLEO = rep("Cleo Fox")
EVERY_DAY = frozenset(range(5))
TUESDAY_TO_THURSDAY = frozenset({1, 2, 3})


def _dates(first: date = WINDOW_START, last: date = MONDAY - timedelta(days=1)) -> Iterator[date]:
    """Mondays to Fridays."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return (day for day in days if day.weekday() < 5)


def _days(
    active_on: Collection[int] = (),
    *,
    rep_id: RepId = ANA.id,
    team_id: TeamId = NORTH.id,
    but_not: Collection[date] = (),
    also: Collection[date] = (),
    first: date = WINDOW_START,
    last: date = MONDAY - timedelta(days=1),
) -> list[RosteredDay]:
    """Six weeks of a rep who is active on these weekdays."""
    return [
        RosteredDay(
            rep_id=rep_id,
            team_id=team_id,
            day=day,
            is_active=(day.weekday() in active_on and day not in but_not) or day in also,
        )
        for day in _dates(first, last)
    ]


def _doubts(*days: list[RosteredDay], since: date = LONG_AGO, about: Collection[RepId] = (ANA.id,)) -> list[RosterDoubt]:
    joined = [day for of_rep in days for day in of_rep]
    return find_roster_doubts(joined, dict.fromkeys(about, since), today=MONDAY)


def _doubt(kind: DoubtKind, empty: int, *workdays: int, days: int = 30) -> list[RosterDoubt]:
    return [RosterDoubt(rep_id=ANA.id, kind=kind, days=days, empty=empty, workdays=workdays)]


def _some(count: int) -> list[date]:
    """So many of the thirty days, spread over the six weeks and the weekdays."""
    days = list(_dates())
    return [days[number * 7 % len(days)] for number in range(count)]


def test_nobody_is_in_doubt_who_works_as_the_roster_says() -> None:
    assert _doubts(_days(EVERY_DAY)) == []
    assert _doubts(_days(EVERY_DAY, but_not=_some(11))) == []


def test_a_rep_who_works_on_some_weekdays_only_has_those_suggested() -> None:
    assert _doubts(_days(TUESDAY_TO_THURSDAY)) == _doubt(DoubtKind.WEEKDAYS, 12, 1, 2, 3)
    assert _doubts(_days({0, 4})) == _doubt(DoubtKind.WEEKDAYS, 18, 0, 4)


def test_one_free_weekday_is_no_doubt() -> None:
    assert _doubts(_days({0, 1, 2, 3})) == []


def test_once_in_six_weeks_may_be_an_exception_but_not_twice() -> None:
    mondays = [day for day in _dates() if day.weekday() == 0]

    assert _doubts(_days({1, 2}, also=mondays[:1])) == _doubt(DoubtKind.WEEKDAYS, 17, 1, 2)
    assert _doubts(_days({1}, also=mondays[:2])) == _doubt(DoubtKind.IRREGULAR, 22)


@pytest.mark.parametrize(("missed", "kind"), [(2, DoubtKind.WEEKDAYS), (3, DoubtKind.IRREGULAR)])
def test_the_days_that_are_left_must_be_mostly_active(missed: int, kind: DoubtKind) -> None:
    """On two of three of them, here four of six."""
    tuesdays = [day for day in _dates() if day.weekday() == 1]

    (doubt,) = _doubts(_days({1}, but_not=tuesdays[:missed]))

    assert doubt.kind is kind


def test_each_weekday_that_is_left_must_be_active_more_often_than_not() -> None:
    tuesdays = [day for day in _dates() if day.weekday() == 1]

    (doubt,) = _doubts(_days({1, 2}, but_not=tuesdays[:3]))

    assert doubt.kind is DoubtKind.IRREGULAR


def test_a_weekday_that_is_hardly_known_is_left_as_it_is() -> None:
    """Of four Fridays without activity it is said that they are free, of three it is not."""
    fridays = [day for day in _dates() if day.weekday() == 4]
    four, three = ([day for day in _days({1}) if day.day not in fridays[number:]] for number in (4, 3))

    assert _doubts(four) == _doubt(DoubtKind.WEEKDAYS, 22, 1, days=28)
    assert _doubts(three) == _doubt(DoubtKind.IRREGULAR, 21, days=27)


@pytest.mark.parametrize(("active", "is_doubted"), [(12, True), (13, False)])
def test_a_rep_without_a_pattern_is_in_doubt_from_sixty_percent_on(active: int, *, is_doubted: bool) -> None:
    doubts = _doubts(_days(also=_some(active)))

    assert doubts == (_doubt(DoubtKind.IRREGULAR, 18) if is_doubted else [])


def test_a_rep_with_nothing_at_all_may_have_left() -> None:
    assert _doubts(_days()) == _doubt(DoubtKind.NOTHING, 30)


@pytest.mark.parametrize(("since", "is_doubted"), [(WINDOW_START, True), (WINDOW_START + timedelta(days=1), False)])
def test_nobody_is_in_doubt_before_they_are_known_for_six_weeks(since: date, *, is_doubted: bool) -> None:
    assert bool(_doubts(_days(), since=since)) is is_doubted


def test_nobody_is_in_doubt_of_whom_fewer_than_fifteen_days_are_known() -> None:
    assert _doubts(_days(first=MONDAY - timedelta(weeks=3))) == _doubt(DoubtKind.NOTHING, 15, days=15)
    assert _doubts(_days(first=MONDAY - timedelta(weeks=3, days=-1))) == []
    assert _doubts() == []


def test_days_before_the_six_weeks_and_today_do_not_count() -> None:
    before = _days(EVERY_DAY, first=WINDOW_START - timedelta(weeks=8), last=WINDOW_START - timedelta(days=1))
    today = _days(EVERY_DAY, first=MONDAY, last=MONDAY)

    assert _doubts(before, _days(), today) == _doubt(DoubtKind.NOTHING, 30)


def test_only_those_in_the_roster_are_in_doubt_and_by_id() -> None:
    days = [_days(rep_id=rep_id) for rep_id in (CLEO.id, ANA.id, BEN.id)]

    assert [doubt.rep_id for doubt in _doubts(*days, about=(BEN.id, ANA.id))] == ["ana", "ben"]


def _team(*, silent: Collection[date], reps: int = 3, active_on: Collection[int] = EVERY_DAY) -> list[list[RosteredDay]]:
    ids = (ANA.id, BEN.id, CLEO.id)[:reps]
    return [_days(active_on, rep_id=rep_id, but_not=silent) for rep_id in ids]


def _first_weeks(number: int) -> list[date]:
    return list(_dates(last=WINDOW_START + timedelta(weeks=number, days=-1)))


def test_days_on_which_the_whole_team_was_silent_do_not_count() -> None:
    """Ben and Cleo work every day; for two weeks nothing arrives from anybody. Ana works on Mondays to Wednesdays."""
    colleagues = _team(silent=_first_weeks(2))[1:]
    ana = _days({0, 1, 2}, but_not=_first_weeks(2))

    assert _doubts(ana, *colleagues) == _doubt(DoubtKind.WEEKDAYS, 8, 0, 1, 2, days=20)


def test_a_team_of_two_may_be_silent_by_itself() -> None:
    colleagues = _team(silent=_first_weeks(2), reps=2)[1:]

    (doubt,) = _doubts(_days({0, 1, 2}, but_not=_first_weeks(2)), *colleagues)

    assert doubt.days == 30


def test_another_team_is_silent_by_itself() -> None:
    """Ben and Cleo are in another team, whose feed was silent on the days on which Ana did nothing."""
    others = [
        [RosteredDay(rep_id=day.rep_id, team_id=SOUTH.id, day=day.day, is_active=day.is_active) for day in days]
        for days in _team(silent=_first_weeks(2))[1:]
    ]

    assert _doubts(_days(), *others) == _doubt(DoubtKind.NOTHING, 30)


def test_a_weekday_on_which_a_team_hardly_ever_works_is_the_rosters_mistake() -> None:
    """Nobody ever works on Mondays and Fridays: that is no silent feed."""
    assert _doubts(*_team(silent=(), active_on=TUESDAY_TO_THURSDAY)) == _doubt(DoubtKind.WEEKDAYS, 12, 1, 2, 3)


def test_a_doubt_that_was_reported_is_recognised_until_it_changes() -> None:
    weekdays = RosterDoubt(rep_id=ANA.id, kind=DoubtKind.WEEKDAYS, days=30, empty=20, workdays=(1, 2))
    nothing = RosterDoubt(rep_id=BEN.id, kind=DoubtKind.NOTHING, days=30, empty=30)

    occasion = occasion_of(MONDAY, [weekdays.key, nothing.key])

    assert occasion == "2026-03-02 ana=tue,wed ben=nothing"
    assert reported_keys([occasion, occasion_of(MONDAY, ["team=most"])]) == {"ana=tue,wed", "ben=nothing", "team=most"}
