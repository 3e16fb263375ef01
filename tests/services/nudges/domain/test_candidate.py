"""The identity of a nudge, which must never change: it is stored, and channels know nudges by it. And what is usual."""

from dataclasses import replace

from services.nudges.domain.candidate import Candidate
from shared.events import NudgeKind
from tests.services.nudges.builders.people import ANA, BEN

CANDIDATE = Candidate(
    rule="plan_done", kind=NudgeKind.CELEBRATION, occasion="2026-03-02", wordings=("Done.",), reason="It is done."
)


def test_a_nudge_is_known_by_its_rule_person_and_occasion() -> None:
    same = replace(CANDIDATE, wordings=("Otherwise.",), reason="Also.", is_shortfall=True)

    assert CANDIDATE.nudge_id(ANA.id) == same.nudge_id(ANA.id) == "635d0220-9ef2-5c1a-b3e1-84082f9311da"


def test_another_rule_person_or_occasion_makes_another_nudge() -> None:
    others = [
        CANDIDATE.nudge_id(BEN.id),
        replace(CANDIDATE, rule="streak").nudge_id(ANA.id),
        replace(CANDIDATE, occasion="2026-03-03").nudge_id(ANA.id),
    ]

    assert len({CANDIDATE.nudge_id(ANA.id), *others}) == 4


def test_unless_it_says_otherwise_a_candidate_is_no_shortfall_and_may_be_repeated_at_once() -> None:
    defaults = (CANDIDATE.is_shortfall, CANDIDATE.since, CANDIDATE.cooldown_days)
    assert defaults == (False, None, 0)
    assert not CANDIDATE.is_everyday
    assert not CANDIDATE.is_opt_in
