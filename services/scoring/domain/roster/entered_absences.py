"""Absences that managers have entered on a page, and the roster with them: from here on nobody can tell them from those of the
roster file."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from services.scoring.domain.roster.roster import Absence, Rep, Roster
from shared.events import RepId

_ONE_DAY = timedelta(days=1)

EnteredDay = tuple[RepId, date]
"""A whole day on which a rep is away."""


def with_entered_absences(roster: Roster, entered: Collection[EnteredDay]) -> Roster:
    """The roster with these days as absences. Days that the roster file itself states as whole days of absence add nothing, and
    days of reps whom the roster does not list are passed over. A rep without any is the same object as before."""
    by_rep: dict[RepId, list[date]] = {}
    for rep_id, day in entered:
        by_rep.setdefault(rep_id, []).append(day)
    if not by_rep:
        return roster
    return Roster(
        teams=tuple(
            replace(team, reps=tuple(_with_days(rep, by_rep[rep.id]) if rep.id in by_rep else rep for rep in team.reps))
            for team in roster.teams
        )
    )


def stated_in_roster(roster: Roster, entered: Iterable[EnteredDay]) -> list[EnteredDay]:
    """Those of the days that a roster without entered absences already has as whole days of absence."""
    return [(rep_id, day) for rep_id, day in entered if rep_id in roster.reps and roster.reps[rep_id].absent_on(day) >= 1]


def spans_of(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """The days as spans without gaps, in order; each with its first and its last day."""
    first = last = None
    for day in sorted(set(days)):
        if first is not None and last is not None and day - last > _ONE_DAY:
            yield first, last
            first = None
        first, last = first if first is not None else day, day
    if first is not None and last is not None:
        yield first, last


def _with_days(rep: Rep, days: Collection[date]) -> Rep:
    missing = [day for day in days if rep.absent_on(day) < 1]
    if not missing:
        return rep
    spans = (Absence(first=first, last=last, part=Fraction(1)) for first, last in spans_of(missing))
    return replace(rep, absences=(*rep.absences, *spans))
