"""Feed health: whether a team's activities, or one behaviour of them, have stopped arriving although by the team's own rhythm
some should be there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import prod
from typing import Final

from services.nudges.domain.phrases import lowered

REPS_MIN: Final = 3
"""Fewer reps at work say too little about a feed, and so does a past day that fewer of them worked."""
SILENCE_PROBABILITY_MAX: Final = 0.001
HISTORY_DAYS_MAX: Final = 20
REP_DAYS_MIN: Final = 5
"""With fewer worked days nothing is known about a rep's rhythm."""
SHARED_DAYS_MIN: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class RepAtWork:
    """A rep whose working time began `elapsed` ago. `has_data` says whether anything has arrived for the current day.

    `first_seen` tells for each of the rep's newest worked days how long after the start of work the first count arrived: of any
    behaviour, or of the one in question. It is negative when that was before work, and None when nothing arrived.
    """

    elapsed: timedelta
    has_data: bool
    first_seen: Mapping[date, timedelta | None]

    def was_silent(self, day: date) -> bool:
        """Whether nothing had arrived by this time on that day either."""
        first_seen = self.first_seen[day]
        return first_seen is None or first_seen > self.elapsed

    @property
    def silence_probability(self) -> float:
        """The probability that nothing has arrived by now, from the rep's own days; 1 when there are too few.

        Half a silent day is added, so that it is never 0 (Krichevsky and Trofimov 1981).
        """
        if len(self.first_seen) < REP_DAYS_MIN:
            return 1.0
        return (sum(map(self.was_silent, self.first_seen)) + 0.5) / (len(self.first_seen) + 1)


def feed_name(team: str, behaviour: str) -> str:
    """`North`, or `North (calls)` for one behaviour; an empty label of the behaviour stands for all of them together."""
    return f"{team} ({lowered(behaviour)})" if behaviour else team


def explain_silence(team: Sequence[RepAtWork], *, behaviour: str = "") -> str | None:
    """Why a team's feed counts as silent; None when it does not. `behaviour` is the label of the behaviour in question; empty
    for all of them together.

    Nothing has arrived for anybody, at least three reps are at work, and by their own days the probability of that is below 1
    in 1,000 if their silences are independent. They are not: there are meetings of the whole team. So it must also never have
    happened by this time of work on the days that they shared, of which there must be at least ten. The probability falls in
    the course of a day, so a team is tested about once a day.
    """
    if len(team) < REPS_MIN or any(rep.has_data for rep in team):
        return None
    shared_days = _shared_days(team)
    if len(shared_days) < SHARED_DAYS_MIN or any(_was_team_silent(team, day) for day in shared_days):
        return None
    if prod(rep.silence_probability for rep in team) >= SILENCE_PROBABILITY_MAX:
        return None
    subject, before = (f"no {lowered(behaviour)} have", "some") if behaviour else ("nothing has", "something")
    return (
        f"{subject} arrived from any of the {len(team)} reps at work; on each of their last {len(shared_days)} shared days "
        f"{before} had arrived by this time"
    )


def _was_team_silent(team: Sequence[RepAtWork], day: date) -> bool:
    """Whether nothing had arrived by this time on that day for any of those who worked."""
    return all(rep.was_silent(day) for rep in team if day in rep.first_seen)


def _shared_days(team: Sequence[RepAtWork]) -> list[date]:
    """The days on which at least three of them worked."""
    days = {day for rep in team for day in rep.first_seen}
    return [day for day in sorted(days) if sum(day in rep.first_seen for rep in team) >= REPS_MIN]
