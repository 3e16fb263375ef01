"""Whether nothing is heard of a whole team, or of one behaviour of it, although by its own rhythm something would have been
long ago."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import prod
from typing import Final

REPS_MIN: Final = 3
CHANCE_MAX: Final = 0.001
DAYS_LOOKED_AT: Final = 20
REP_DAYS_MIN: Final = 5
TEAM_DAYS_MIN: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class AtWork:
    """A rep in their working time, which began `since` ago. `past` says of their newest worked days how long after the start
    of work it was first heard that something, or the behaviour in question, counted (below 0: before); None where it never
    was."""

    since: timedelta
    is_heard: bool
    past: Mapping[date, timedelta | None]

    def was_silent(self, day: date) -> bool:
        """Whether on that day, too, nothing had been heard by then."""
        heard_after = self.past[day]
        return heard_after is None or heard_after > self.since

    @property
    def chance_of_silence(self) -> float:
        """That nothing has been heard by now, from the rep's own days; 1 where too few are known. Half a silent day is added,
        so that nobody is thought never to be silent (Krichevsky and Trofimov 1981)."""
        if len(self.past) < REP_DAYS_MIN:
            return 1.0
        return (sum(map(self.was_silent, self.past)) + 0.5) / (len(self.past) + 1)


def why_quiet(team: Sequence[AtWork], *, what: str = "") -> str | None:
    """Why a team's feed is taken to be quiet, or None when it is not. `what` is the label of the behaviour in question; empty
    for all together.

    Nothing was heard of anybody, three or more are at work, and by their own days the chance of that is below 1 in 1,000 if
    each is silent on their own. They are not: there are meetings of the whole team. So it must also never have happened by
    this time of their work on the days that they shared, ten at least. Chance grows smaller as the day goes on, so a team is
    judged as if once a day.
    """
    if len(team) < REPS_MIN or any(rep.is_heard for rep in team):
        return None
    shared = _shared_days(team)
    if len(shared) < TEAM_DAYS_MIN or any(all(rep.was_silent(day) for rep in team if day in rep.past) for day in shared):
        return None
    if prod(rep.chance_of_silence for rep in team) >= CHANCE_MAX:
        return None
    who, then = f"any of the {len(team)} who work now", f"on their last {len(shared)} days there was something by now"
    return f"no {what.lower()} are heard of {who}; {then}" if what else f"nothing is heard of {who}; {then}"


def _shared_days(team: Sequence[AtWork]) -> list[date]:
    """The days on which three or more of them worked."""
    days = {day for rep in team for day in rep.past}
    return [day for day in sorted(days) if sum(day in rep.past for rep in team) >= REPS_MIN]
