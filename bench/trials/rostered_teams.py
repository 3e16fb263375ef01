"""Simulated teams as they are: bursts, quiet days, part-timers whom the roster does not know, absences that nobody entered.

No rule was fitted to these days. The constants are guesses about sales teams, made before any rule was tried on them, and they
stay as they are: a rule that does badly here is to be mended, not these numbers.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from random import Random
from typing import Final

from bench.trials.simulated_teams import draw_poisson
from bench.trials.trace import ONE_DAY, Change, Counts, Meaning, Trace, make_definitions
from services.scoring.domain.activities.assignment import RepDay
from shared.events import BehaviourKey, PersonId, RepId

_FIRST: Final = date(2025, 1, 6)
_WEEKS: Final = 16
_HOURS: Final = (time(9), time(17, 30))
_TIMEZONE: Final = "Europe/Madrid"
_TEAMS: Final = ("north", "south", "west")
_MEANS: Final = {"calls": 12.0, "meetings": 2.5, "proposals": 0.8}
"""Activities per day of an average rep, by behaviour."""
_BETWEEN_REPS_LOG_SD: Final = 0.5
_WEEKDAY_FACTORS: Final = (1.0, 1.1, 1.05, 1.0, 0.8, 0.0, 0.0)
_AUTOCORRELATION: Final = 0.5
_DAY_LOG_SD: Final = 0.4
"""Of a rep's rate from day to day, on top of the Poisson variation of each behaviour. The rate of a day is correlated with that
of the day before."""
_ON_DAYS: Final = 6.0
_OFF_DAYS: Final = 2.0
_OFF_RATE: Final = 0.15
"""A bursty rep works in spells of so many days on average; in between, little is logged."""
_IRREGULAR_ACTIVE: Final = 0.6
"""On so many of their days an irregular rep logs anything at all."""
_RARE_RATE: Final = 0.2
_KINDS: Final = ("steady",) * 6 + ("bursty",) * 2 + ("part-time",) * 2 + ("irregular", "rare")
"""The reps of each team. The roster has part-timers at work from Monday to Friday; they work on three fixed days."""
_WEEK_DAYS: Final = 5
_PART_TIME_WEEKDAYS: Final = ((0, 1, 2), (1, 3, 4))
_ENTERED_LEAVE: Final = 0.5
_UNENTERED_ABSENCE: Final = 0.4
"""The probability of a leave of five worked days that the roster has, and of an absence of five or ten that it has not."""
_ABSENCE_DAYS: Final = (5, 10)
_SLOW_WEEK: Final = 10
_SLOW_RATE: Final = 0.5
"""In the eleventh week the whole office does half as much."""
_SICK_WEEK: Final = 8
_SICK: Final = 3
_JOINS_IN_WEEK: Final = 5
_RAMP_DAYS: Final = 20
_RAMP_FROM: Final = 0.2
"""A new joiner in the first team begins at so much of the usual rate, and reaches it after so many calendar days."""
_TREND_FROM_WEEK: Final = 7
_TREND: Final = 0.97
"""One steady rep of the second team does 3% less each worked day, from the eighth week on."""
_PLAYBOOK: Final = """\
team: {team}
effective_from: 2024-01-01
behaviours:
  - {{key: calls, label: Calls, counts: {{kinds: [call]}}, target: 12, weight: 40}}
  - {{key: meetings, label: Meetings, counts: {{kinds: [meeting]}}, target: 3, weight: 35}}
  - {{key: proposals, label: Proposals, counts: {{kinds: [proposal_sent]}}, target: 1, weight: 25}}
"""


@dataclass(frozen=True, kw_only=True)
class _Rep:
    id: RepId
    team: str
    kind: str
    weekdays: Sequence[int]
    level: float
    leave: tuple[date, date] | None
    absence: tuple[date, date] | None
    joins: date | None
    trend_from: date | None


def simulate_trace(seed: int = 1) -> Trace:
    """Thirty-seven reps in three teams over sixteen weeks."""
    random = Random(seed)
    days = [_FIRST + number * ONE_DAY for number in range(7 * _WEEKS)]
    reps = list(_draw_reps(random))
    sick = {rep.id for rep in random.sample(reps, _SICK)}
    counts = {
        RepDay(rep.id, day): counted for rep in reps for day, counted in _draw_days(rep, days, random, is_sick=rep.id in sick)
    }
    return Trace(
        name="simulated",
        first=days[0],
        last=days[-1],
        timezone=_TIMEZONE,
        hours=_HOURS,
        definitions=make_definitions(_roster(reps), "---\n".join(_PLAYBOOK.format(team=team) for team in _TEAMS)),
        counts=counts,
        changes=[change for rep in reps for change in _changes(rep, days, is_sick=rep.id in sick)],
    )


def _draw_reps(random: Random) -> Iterator[_Rep]:
    for team in _TEAMS:
        kinds = [*_KINDS, "joiner"] if team == _TEAMS[0] else list(_KINDS)
        for number, kind in enumerate(kinds):
            is_part_time = kind == "part-time"
            yield _Rep(
                id=RepId(PersonId(f"{team}-{number}")),
                team=team,
                kind=kind,
                weekdays=_PART_TIME_WEEKDAYS[number % 2] if is_part_time else range(5),
                level=random.lognormvariate(0, _BETWEEN_REPS_LOG_SD) * (_RARE_RATE if kind == "rare" else 1),
                leave=_draw_absence(random, (5,), _ENTERED_LEAVE),
                absence=_draw_absence(random, _ABSENCE_DAYS, _UNENTERED_ABSENCE),
                joins=_FIRST + 7 * _JOINS_IN_WEEK * ONE_DAY if kind == "joiner" else None,
                trend_from=_FIRST + 7 * _TREND_FROM_WEEK * ONE_DAY if (team, number) == (_TEAMS[1], 0) else None,
            )


def _draw_absence(random: Random, lengths: Sequence[int], probability: float) -> tuple[date, date] | None:
    """Whole weeks, from a Monday to a Friday."""
    week, weeks = random.randrange(2, _WEEKS - 2), random.choice(lengths) // 5
    first = _FIRST + 7 * week * ONE_DAY
    return (first, first + (7 * weeks - 3) * ONE_DAY) if random.random() < probability else None


def _draw_days(rep: _Rep, days: Sequence[date], random: Random, *, is_sick: bool) -> Iterator[tuple[date, Counts]]:
    deviation, is_on = random.gauss(0, _DAY_LOG_SD), True
    sigma = _DAY_LOG_SD * math.sqrt(1 - _AUTOCORRELATION**2)
    for day in days:
        if day.weekday() >= 5:
            continue
        deviation = _AUTOCORRELATION * deviation + random.gauss(0, sigma)
        if random.random() < 1 / (_ON_DAYS if is_on else _OFF_DAYS):
            is_on = not is_on
        is_active = rep.kind != "irregular" or random.random() < _IRREGULAR_ACTIVE
        rate = rep.level * math.exp(deviation - _DAY_LOG_SD**2 / 2) * _WEEKDAY_FACTORS[day.weekday()] * _story_rate(rep, day)
        rate *= _OFF_RATE if rep.kind == "bursty" and not is_on else 1
        counts = Counter({BehaviourKey(key): draw_poisson(mean * rate, random) for key, mean in _MEANS.items()})
        if is_active and not _is_away(rep, day, is_sick=is_sick):
            yield day, +counts


def _story_rate(rep: _Rep, day: date) -> float:
    rate = _SLOW_RATE if _week_of(day) == _SLOW_WEEK else 1.0
    if rep.joins is not None:
        rate *= min(1.0, _RAMP_FROM + (1 - _RAMP_FROM) * (day - rep.joins).days / _RAMP_DAYS)
    if rep.trend_from is not None and day >= rep.trend_from:
        weeks, rest = divmod((day - rep.trend_from).days, 7)
        rate *= _TREND ** (5 * weeks + rest + 1)
    return rate


def _is_away(rep: _Rep, day: date, *, is_sick: bool) -> bool:
    absences = [absence for absence in (rep.leave, rep.absence) if absence is not None]
    is_absent = any(first <= day <= last for first, last in absences) or (is_sick and _week_of(day) == _SICK_WEEK)
    return is_absent or day.weekday() not in rep.weekdays or (rep.joins is not None and day < rep.joins)


def _week_of(day: date) -> int:
    return (day - _FIRST).days // 7


def _changes(rep: _Rep, days: Sequence[date], *, is_sick: bool) -> Iterator[Change]:
    if len(rep.weekdays) < _WEEK_DAYS:
        yield Change(rep_id=rep.id, first=days[0], last=days[-1], meaning=Meaning.NOT_ROSTERED)
    if rep.absence is not None:
        yield Change(rep_id=rep.id, first=rep.absence[0], last=rep.absence[1], meaning=Meaning.ABSENT)
    if is_sick:
        first = _FIRST + 7 * _SICK_WEEK * ONE_DAY
        yield Change(rep_id=rep.id, first=first, last=first + 4 * ONE_DAY, meaning=Meaning.ABSENT)
    if rep.trend_from is not None:
        yield Change(rep_id=rep.id, first=rep.trend_from, last=days[-1], meaning=Meaning.FALL)


def _roster(reps: Sequence[_Rep]) -> str:
    lines = ["teams:"]
    for team in _TEAMS:
        lines += [f"  - id: {team}", f"    name: {team.capitalize()}", "    managers:"]
        lines += [f"      - {{id: m-{team}, name: Manager of {team.capitalize()}, timezone: {_TIMEZONE}}}", "    reps:"]
        lines += [f"      - {_entry(rep)}" for rep in reps if rep.team == team]
    return "\n".join(lines) + "\n"


def _entry(rep: _Rep) -> str:
    joined = f", from: {rep.joins}" if rep.joins is not None else ""
    absences = f", absences: [{{from: {rep.leave[0]}, until: {rep.leave[1]}}}]" if rep.leave is not None else ""
    hours = f'hours: "{_HOURS[0]:%H:%M}-{_HOURS[1]:%H:%M}"'
    return f"{{id: {rep.id}, name: Rep {rep.id}, timezone: {_TIMEZONE}, {hours}{joined}{absences}}}"
