"""A roster with the absences that managers have entered."""

import itertools
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.roster.calendar import presence_on
from services.scoring.domain.roster.entered_absences import spans_of, stated_in_roster, with_entered_absences
from services.scoring.domain.roster.roster import Absence
from shared.events import ManagerId, PersonId, Presence
from tests.services.scoring.domain.builders import rep, rep_id_of, roster

MONDAY = date(2026, 3, 2)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=number) for number in range(1, 4))
ANA, BEN = rep_id_of("ana"), rep_id_of("ben")
HALF_TUESDAY = Absence(first=TUESDAY, last=TUESDAY, part=Fraction(1, 2))
WEDNESDAY_OFF = Absence(first=WEDNESDAY, last=WEDNESDAY, part=Fraction(1))


@given(st.sets(st.integers(0, 30), max_size=12))
def test_spans_have_exactly_the_days_and_a_gap_between_them(offsets: set[int]) -> None:
    spans = list(spans_of(MONDAY + timedelta(days=offset) for offset in offsets))

    within = {offset for offset in range(31) for first, last in spans if first <= MONDAY + timedelta(days=offset) <= last}
    assert within == offsets
    assert all(following[0] - last > timedelta(days=1) for (_, last), following in itertools.pairwise(spans))


def test_entered_days_are_whole_absences_of_that_rep_alone() -> None:
    before = roster(rep(absences=(HALF_TUESDAY,)), rep(name="ben"))

    after = with_entered_absences(before, {(ANA, MONDAY), (ANA, TUESDAY), (rep_id_of("nobody"), MONDAY)})

    ana = after.reps[ANA]
    presences = [presence_on(ana, day)[0] for day in (MONDAY, TUESDAY, WEDNESDAY)]
    assert presences == [Presence.ABSENT, Presence.ABSENT, Presence.WORKING]
    assert ana.absences == (HALF_TUESDAY, Absence(first=MONDAY, last=TUESDAY, part=Fraction(1)))
    assert after.reps[BEN] is before.reps[BEN]


def test_days_that_the_roster_states_add_nothing() -> None:
    before = roster(rep(absences=(WEDNESDAY_OFF,)))

    assert with_entered_absences(before, {(ANA, WEDNESDAY)}).reps[ANA] is before.reps[ANA]
    assert with_entered_absences(before, set()) is before


def test_only_whole_days_of_a_listed_rep_are_stated_in_the_roster() -> None:
    stated = roster(rep(absences=(HALF_TUESDAY, WEDNESDAY_OFF)))

    entered = [(ANA, MONDAY), (ANA, TUESDAY), (ANA, WEDNESDAY), (BEN, WEDNESDAY)]
    assert stated_in_roster(stated, entered) == [(ANA, WEDNESDAY)]


def test_what_is_taken_off_a_day_adds_up() -> None:
    ana = rep(absences=(HALF_TUESDAY, HALF_TUESDAY, Absence(first=TUESDAY, last=WEDNESDAY, part=Fraction(1, 4))))

    assert [ana.absent_on(day) for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)] == [0, Fraction(5, 4), Fraction(1, 4), 0]


def test_a_manager_whom_the_roster_does_not_list_has_the_id_as_a_name() -> None:
    assert roster(rep()).name_of_manager(ManagerId(PersonId("mara"))) == "mara"
