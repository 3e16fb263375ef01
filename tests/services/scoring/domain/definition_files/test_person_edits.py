"""Changes of one person of a roster file."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from services.scoring.domain.definition_files.person_edits import (
    AbsenceGone,
    CalendarHasChanges,
    ChangedMeanwhile,
    CountryRemains,
    LastDayTooEarly,
    LaterChangeExists,
    with_absence,
    with_calendar,
    with_last_day,
    without_absence,
)
from services.scoring.domain.definition_files.roster_file import read_roster
from shared.events import PersonId
from tests.services.scoring.domain.builders import rep_id_of

ANA, EVA, TOM = rep_id_of("ana"), rep_id_of("eva"), PersonId("tom")
MAY_4, MAY_5, JUNE_1 = date(2026, 5, 4), date(2026, 5, 5), date(2026, 6, 1)
HALF, WHOLE = Decimal("0.5"), Decimal(1)
ROSTER = """\
teams:
  - id: north
    name: North
    managers: [{id: tom, name: Tom, until: 2025-12-31}]
    reps:
      - id: ana
        name: Ana   # since 2020
        timezone: Europe/Madrid
        country: ES
        from: 2026-05-04
        absences:
          - {from: 2026-05-04, until: 2026-05-05}   # Easter
          - {from: 2026-05-04, until: 2026-05-05, part: 0.50}
  - {id: south, name: South, managers: [{id: tom, name: Tom}]}
"""


def test_an_absence_is_entered_once_and_removed_by_its_days_and_part() -> None:
    text = with_absence(ROSTER, ANA, first=JUNE_1, last=JUNE_1, part=HALF) or ""
    absences = read_roster(text, file="roster").reps[ANA].absences

    assert (absences[-1].first, absences[-1].last, absences[-1].part) == (JUNE_1, JUNE_1, Fraction(1, 2))
    assert with_absence(text, ANA, first=MAY_4, last=MAY_5, part=HALF) == text
    assert without_absence(text, ANA, first=JUNE_1, last=JUNE_1, part=HALF) == ROSTER
    whole = without_absence(ROSTER, ANA, first=MAY_4, last=MAY_5, part=WHOLE)
    assert whole == ROSTER.replace("          - {from: 2026-05-04, until: 2026-05-05}   # Easter\n", "")
    with pytest.raises(AbsenceGone):
        without_absence(ROSTER, ANA, first=MAY_4, last=MAY_4, part=WHOLE)
    with pytest.raises(AbsenceGone):
        without_absence(ROSTER, ANA, first=JUNE_1, last=MAY_5, part=WHOLE)


def test_a_last_day_is_entered_changed_and_removed_where_the_person_still_is() -> None:
    left = with_last_day(ROSTER, TOM, MAY_4, shown=None) or ""
    later = with_last_day(left, TOM, MAY_5, shown=MAY_4) or ""

    north, south = read_roster(later, file="roster").teams
    assert [manager.last for manager in (*north.managers, *south.managers)] == [date(2025, 12, 31), MAY_5]
    assert with_last_day(later, TOM, None, shown=MAY_5) == ROSTER
    assert with_last_day(later, TOM, MAY_5, shown=None) == later
    with pytest.raises(ChangedMeanwhile):
        with_last_day(later, TOM, MAY_4, shown=None)
    with pytest.raises(LastDayTooEarly):
        with_last_day(ROSTER, PersonId("ana"), date(2026, 5, 3), shown=None)
    assert "until: '2026-05-04'" in (with_last_day(ROSTER, PersonId("ana"), MAY_4, shown=None) or "")


def test_a_calendar_is_changed_from_a_day_on() -> None:
    hours = with_calendar(ROSTER, ANA, {"hours": "08:00-16:00", "workdays": ["mon"]}, first=MAY_5) or ""
    moved = with_calendar(hours, ANA, {"country": "US", "subdivision": "HI"}, first=MAY_5) or ""
    back = with_calendar(moved, ANA, {"country": "US", "subdivision": None}, first=MAY_5) or ""

    (_, term) = read_roster(back, file="roster").reps[ANA].terms
    assert (term.first, term.country, term.workdays) == (MAY_5, "US", frozenset({0}))
    assert term.subdivision is None
    assert back.replace("\n          - from: '2026-05-05'", "").startswith(ROSTER.partition("  - {id: south")[0])
    with pytest.raises(LaterChangeExists, match=r"^2026-05-05: "):
        with_calendar(hours, ANA, {"hours": "08:00-16:00"}, first=MAY_4)
    with pytest.raises(CalendarHasChanges):
        with_calendar(hours, ANA, {"hours": "08:00-16:00"}, first=None)
    with pytest.raises(CountryRemains):
        with_calendar(ROSTER, ANA, {"country": None, "subdivision": None}, first=MAY_4)


def test_a_calendar_is_corrected_where_it_stands() -> None:
    changed = {"timezone": "UTC", "country": None, "subdivision": None, "hours": "08:00-16:00"}

    assert with_calendar(ROSTER, ANA, changed, first=None) == ROSTER.replace(
        "Europe/Madrid\n        country: ES\n", "UTC\n        hours: 08:00-16:00\n"
    )


def test_whoever_is_not_in_the_file_is_not_changed() -> None:
    assert with_absence(ROSTER, EVA, first=MAY_4, last=MAY_4, part=WHOLE) is None
    assert without_absence(ROSTER, EVA, first=MAY_4, last=MAY_4, part=WHOLE) is None
    assert with_last_day(ROSTER, PersonId("eva"), MAY_4, shown=None) is None
    assert with_calendar(ROSTER, EVA, {"hours": "08:00-16:00"}, first=MAY_4) is None
