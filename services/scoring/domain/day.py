"""One rep's day as it is kept: its state, its counts, and what they come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

import msgspec

from services.scoring.domain.activities.counting import Place
from services.scoring.domain.erased import NOBODY_FORGOTTEN, Forgotten
from services.scoring.domain.playbook.playbook import Playbook, Playbooks
from services.scoring.domain.roster.calendar import presence_on, rep_day_end
from services.scoring.domain.roster.roster import Rep, Roster
from services.scoring.domain.score import NO_SCORE, Score, score_day

_KNOWN_MAX: Final = 16_384
DayState = Literal["future", "open", "closed"]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What counted on a day: how often per behaviour, when the earliest of it began, and how often for each goal."""

    counts: Mapping[str, int]
    first_counted_at: datetime | None
    goals: Mapping[str, int] = msgspec.field(default_factory=dict)


NOTHING_COUNTED = Tally(counts={}, first_counted_at=None)


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """`revision` is that of the last report that was announced; 0 before the first."""

    rep_id: str
    day: date
    state: DayState
    tally: Tally
    score: Decimal | None
    revision: int

    @property
    def place(self) -> Place:
        return Place(self.rep_id, self.day)


@dataclass(frozen=True, kw_only=True, slots=True)
class Definitions:
    """The roster and the playbooks in force, and who is forgotten; `version` rises with every change of these."""

    version: int
    roster: Roster
    playbooks: Playbooks
    forgotten: Forgotten = NOBODY_FORGOTTEN
    _known: dict[tuple[object, ...], Score] = field(default_factory=dict, compare=False, repr=False)

    def with_nothing_known(self) -> "Definitions":
        """These, for judging by versions that come and go: what is kept is known by the version's identity."""
        return replace(self, _known={})

    def playbook_of(self, rep: Rep, day: date) -> Playbook | None:
        return self.playbooks.in_force(rep.on(day).team, day)

    def score(self, rep: Rep, day: date, counts: Mapping[str, int]) -> Score:
        """The rep's score of the day, from its counts and the version in force."""
        return self.score_under(self.playbook_of(rep, day), rep, day, counts)

    def score_under(self, playbook: Playbook | None, rep: Rep, day: date, counts: Mapping[str, int]) -> Score:
        """The rep's score of the day under any version. The same counts come again and again, so what was computed is kept."""
        if playbook is None:
            return NO_SCORE
        _, share = presence_on(rep, day)
        counted = [counts.get(one.key, 0) for one in playbook.behaviours]
        known_by = (id(playbook), day.weekday(), share.numerator, share.denominator, *counted)
        score = self._known.get(known_by)
        if score is None:
            score = score_day(playbook, counts, day=day, share=share)
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            self._known[known_by] = score
        return score

    def shown_score(self, rep_id: str, day: date, counts: Mapping[str, int]) -> Decimal | None:
        """As `score`, with two decimals; None also for somebody who is no longer in the roster."""
        rep = self.roster.reps.get(rep_id)
        return self.score(rep, day, counts).shown if rep is not None else None


def state_when_first_heard_of(rep: Rep, day: date, *, now: datetime) -> DayState:
    """A day that is over was never open to us; any other waits until it is opened."""
    return "closed" if rep_day_end(rep, day) <= now else "future"
