"""The roster and the playbooks in force, and the scores that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from services.scoring.domain.erased import NO_ERASED_PEOPLE, ErasedPeople
from services.scoring.domain.playbook.playbook import Playbook, Playbooks
from services.scoring.domain.roster.calendar import presence_on
from services.scoring.domain.roster.roster import Rep, Roster
from services.scoring.domain.score import NO_SCORE, Score, score_day
from shared.events import BehaviourKey, RepId

_CACHED_SCORES_MAX: Final = 16_384


@dataclass(frozen=True, kw_only=True, slots=True)
class Definitions:
    """The roster, the playbooks and the erased people. `version` rises with every change of these."""

    version: int
    roster: Roster
    playbooks: Playbooks
    erased: ErasedPeople = NO_ERASED_PEOPLE
    _scores: dict[tuple[object, ...], Score] = field(default_factory=dict, compare=False, repr=False)

    def with_empty_cache(self) -> "Definitions":
        """These definitions, for scoring by versions that are discarded soon: cached scores are found by the identity of the
        version, which another object may take over."""
        return replace(self, _scores={})

    def playbook_of(self, rep: Rep, day: date) -> Playbook | None:
        """The version that judges the rep on the day."""
        return self.playbooks.in_force(rep.on(day).team, day)

    def score(self, rep: Rep, day: date, counts: Mapping[BehaviourKey, int]) -> Score:
        """The rep's score for the day, under the version in force."""
        return self.score_under(self.playbook_of(rep, day), rep, day, counts)

    def score_under(self, playbook: Playbook | None, rep: Rep, day: date, counts: Mapping[BehaviourKey, int]) -> Score:
        """The rep's score for the day under any version. Equal counts are frequent, so scores are cached."""
        if playbook is None:
            return NO_SCORE
        _, share = presence_on(rep, day)
        behaviour_counts = [counts.get(behaviour.key, 0) for behaviour in playbook.behaviours]
        cache_key = (id(playbook), day.weekday(), share.numerator, share.denominator, *behaviour_counts)
        score = self._scores.get(cache_key)
        if score is None:
            score = score_day(playbook, counts, day=day, share=share)
            if len(self._scores) >= _CACHED_SCORES_MAX:
                self._scores.clear()
            self._scores[cache_key] = score
        return score

    def shown_score(self, rep_id: RepId, day: date, counts: Mapping[BehaviourKey, int]) -> Decimal | None:
        """As `score`, with two decimals; None for a rep who is not in the roster."""
        rep = self.roster.reps.get(rep_id)
        return self.score(rep, day, counts).shown if rep is not None else None
