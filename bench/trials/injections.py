"""Changes that are put into the second half of a trace: each kind in a run of its own, in a few active reps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import partial
from random import Random
from typing import Final

from bench.trials.trace import ONE_DAY, Change, Counts, Meaning, Trace
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.roster.roster import Absence, Rep
from shared.events import BehaviourKey, PersonId, RepId

_REPS: Final = 5
_ACTIVE_PER_CHANGED: Final = 4
"""Of so many active reps of a team one changes: if half of a team did less, that would be another story."""
_ACTIVE_SHARE_MIN: Final = 1 / 3
"""Whoever logs something on fewer of the days before is passed over: nobody could see the change."""
_LATER_DAYS_MIN: Final = 25
"""Whoever has fewer rostered days in the second half is passed over, too."""
_STARTS_WITHIN_DAYS: Final = 10
"""A change starts on one of the first so many rostered days of the second half."""
_WEEK_DAYS: Final = 5
_ABSENCE_DAYS: Final = 10
_UNTIL_COACHED_DAYS: Final = 20
"""After so many rostered days a rep does as much as before, as if a manager had talked to them."""
_PART_TIME_WEEKDAYS: Final = (0, 2, 3)
_RAMP_DAYS: Final = 20
_RAMP_FROM: Final = 0.2

Thin = Callable[[BehaviourKey, int], float]
"""Which share of a behaviour is left on the so manieth rostered day of the change, counted from 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Spell:
    """The days of a change, in the rostered days of a rep."""

    rep_id: RepId
    days: Sequence[date]


def middle_of(trace: Trace) -> date:
    """The first day of the second half, a Monday. No change starts before it."""
    middle = trace.days[len(trace.days) // 2]
    return middle + (-middle.weekday() % 7) * ONE_DAY


def inject(kind: str, trace: Trace, *, draw: int = 0) -> Trace:
    """The trace with a kind of change in it. Each draw puts it into other reps or days, and is the same every time."""
    return _INJECTIONS[kind](replace(trace, name=f"{trace.name}, {kind}"), Random(f"{kind} {draw}" if draw else kind))


def _thinned(trace: Trace, spells: Sequence[_Spell], thin: Thin, meaning: Meaning, random: Random) -> Trace:
    """Each activity of the spells is kept with a probability."""
    counts = dict(trace.counts)
    for spell in spells:
        for number, day in enumerate(spell.days):
            counts[RepDay(spell.rep_id, day)] = {
                key: sum(random.random() < thin(key, number) for _ in range(count))
                for key, count in trace.counts_on(spell.rep_id, day).items()
            }
    changes = [Change(rep_id=spell.rep_id, first=spell.days[0], last=spell.days[-1], meaning=meaning) for spell in spells]
    return replace(trace, counts=counts, changes=[*trace.changes, *changes])


def _choose_spells(trace: Trace, random: Random, *, days: int | None = None) -> list[_Spell]:
    """A few active reps, each from a day on: for so many rostered days, or to the end."""
    middle, chosen = middle_of(trace), list[RepId]()
    for team in map(trace.of_team, trace.team_ids):
        active = [rep_id for rep_id in team.rep_ids if _is_active(trace, rep_id, middle)]
        chosen += random.sample(active, -(-len(active) // _ACTIVE_PER_CHANGED))
    spells = []
    for rep_id in random.sample(chosen, min(_REPS, len(chosen))):
        later = [day for day in trace.rostered_days(rep_id) if day >= middle]
        start = random.randrange(_STARTS_WITHIN_DAYS)
        spells.append(_Spell(rep_id=rep_id, days=later[start : start + days if days is not None else None]))
    return spells


def _is_active(trace: Trace, rep_id: RepId, middle: date) -> bool:
    before = [day for day in trace.rostered_days(rep_id) if day < middle]
    has_change = any(change.rep_id == rep_id and _is_news(change, middle) for change in trace.changes)
    active = sum(trace.total_on(rep_id, day) > 0 for day in before)
    stays = sum(day >= middle for day in trace.rostered_days(rep_id)) >= _LATER_DAYS_MIN
    return bool(before) and stays and not has_change and active >= _ACTIVE_SHARE_MIN * len(before)


def _is_news(change: Change, middle: date) -> bool:
    """Whether something else changes for the rep, which would be mixed up with what is put in."""
    return change.last >= middle and change.meaning is not Meaning.NOT_ROSTERED


def _fall_to(share: Callable[[int], float], *, days: int | None = None) -> Callable[[Trace, Random], Trace]:
    def put_in(trace: Trace, random: Random) -> Trace:
        spells = _choose_spells(trace, random, days=days)
        return _thinned(trace, spells, lambda _, number: share(number), Meaning.FALL, random)

    return put_in


def _stop_a_behaviour(trace: Trace, random: Random) -> Trace:
    """The second most frequent one of each rep."""
    for spell in _choose_spells(trace, random):
        totals: dict[BehaviourKey, int] = {}
        for day in trace.rostered_days(spell.rep_id):
            for key, count in trace.counts_on(spell.rep_id, day).items():
                totals[key] = totals.get(key, 0) + count
        stopped = sorted(totals, key=lambda key: totals[key], reverse=True)[:2][-1]
        trace = _thinned(trace, [spell], partial(_without, stopped), Meaning.FALL, random)
    return trace


def _without(stopped: BehaviourKey, key: BehaviourKey, _: int) -> float:
    return float(key != stopped)


def _be_away(days: int) -> Callable[[Trace, Random], Trace]:
    def put_in(trace: Trace, random: Random) -> Trace:
        return _thinned(trace, _choose_spells(trace, random, days=days), lambda *_: 0.0, Meaning.ABSENT, random)

    return put_in


def _enter_absence_late(trace: Trace, random: Random) -> Trace:
    """Two weeks away from the same day on. The roster has it from the day on which they are back."""
    spells = _choose_spells(trace, random, days=_ABSENCE_DAYS)
    away = _thinned(trace, spells, lambda *_: 0.0, Meaning.ABSENT, random)
    definitions, later = trace.definitions, dict[date, Definitions]()
    for spell in sorted(spells, key=lambda spell: spell.days[-1]):
        absence = Absence(first=spell.days[0], last=spell.days[-1], part=Fraction(1))
        rep = definitions.roster.reps[spell.rep_id]
        definitions = _with_rep(definitions, replace(rep, absences=(*rep.absences, absence)))
        later[spell.days[-1] + ONE_DAY] = definitions
    return replace(away, later_definitions=later)


def _join(trace: Trace, random: Random) -> Trace:
    """New people who do what others do, after four weeks in which they learn it."""
    counts, definitions, changes = dict(trace.counts), trace.definitions, list(trace.changes)
    for spell in _choose_spells(trace, random):
        model = definitions.roster.reps[spell.rep_id]
        new = RepId(PersonId(f"{spell.rep_id}-new"))
        rep = replace(model, id=new, name=f"{model.name}-new", joined=spell.days[0], identities=(), absences=())
        definitions = _with_rep(definitions, rep)
        for number, day in enumerate(spell.days):
            rate = min(1.0, _RAMP_FROM + (1 - _RAMP_FROM) * number / _RAMP_DAYS)
            counts[RepDay(new, day)] = _keep(trace.counts_on(spell.rep_id, day), rate, random)
        changes.append(Change(rep_id=new, first=spell.days[0], last=spell.days[-1], meaning=Meaning.NONE))
    return replace(trace, definitions=definitions, counts=counts, changes=changes)


def _go_part_time(trace: Trace, random: Random) -> Trace:
    """Three days a week, which the roster does not know."""
    spells = _choose_spells(trace, random)
    counts = dict(trace.counts)
    for spell in spells:
        counts |= {RepDay(spell.rep_id, day): {} for day in spell.days if day.weekday() not in _PART_TIME_WEEKDAYS}
    changes = [
        Change(rep_id=spell.rep_id, first=spell.days[0], last=spell.days[-1], meaning=Meaning.NOT_ROSTERED) for spell in spells
    ]
    return replace(trace, counts=counts, changes=[*trace.changes, *changes])


def _slow_the_office(trace: Trace, random: Random) -> Trace:
    """Everybody does half as much in one week."""
    first = middle_of(trace) + 7 * ONE_DAY
    spells = [
        _Spell(rep_id=rep_id, days=days)
        for rep_id in trace.rep_ids
        if (days := [day for day in trace.rostered_days(rep_id) if first <= day < first + 7 * ONE_DAY])
    ]
    return _thinned(trace, spells, lambda *_: 0.5, Meaning.NONE, random)


def _keep(counts: Counts, rate: float, random: Random) -> Counts:
    return {key: sum(random.random() < rate for _ in range(count)) for key, count in counts.items()}


def _with_rep(definitions: Definitions, rep: Rep) -> Definitions:
    """The definitions with one rep added or replaced, as after `roster apply`."""
    teams = []
    for team in definitions.roster.teams:
        others = tuple(other for other in team.reps if other.id != rep.id)
        reps = (*others, rep) if rep.terms[0].team == team.id else others
        teams.append(replace(team, reps=reps))
    return replace(definitions, version=definitions.version + 1, roster=replace(definitions.roster, teams=tuple(teams)))


_INJECTIONS: Final[Mapping[str, Callable[[Trace, Random], Trace]]] = {
    "halving": _fall_to(lambda _: 0.5),
    "30% less": _fall_to(lambda _: 0.7),
    "3% less each day": _fall_to(lambda number: 0.97 ** (number + 1)),
    "halving, then coached": _fall_to(lambda _: 0.5, days=_UNTIL_COACHED_DAYS),
    "one behaviour stops": _stop_a_behaviour,
    "everything stops": _fall_to(lambda _: 0.0),
    "absence entered late": _enter_absence_late,
    "new joiners": _join,
    "part-time from now on": _go_part_time,
    "a sick week": _be_away(_WEEK_DAYS),
    "a slow week for all": _slow_the_office,
}
INJECTIONS: Final = tuple(_INJECTIONS)
"""The kinds, by name."""
