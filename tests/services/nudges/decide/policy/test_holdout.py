"""The holdout, by which some nudges are withheld at random."""

from dataclasses import replace

import pytest

from services.nudges.decide.policy.holdout import Assignment, Holdout
from services.nudges.domain.candidate import Candidate
from shared.events import NudgeKind, PersonId
from tests.services.nudges.builders.people import ANA, BEN

HOLDOUT = Holdout(seed="daymark", share=0.1, by_rule={"comeback": 0.3, "drop": 0.0})
CANDIDATE = Candidate(
    rule="plan_done", kind=NudgeKind.CELEBRATION, occasion="2026-03-02", wordings=("Done.",), reason="It is done."
)


def _share_withheld(rule: str) -> float:
    candidates = [replace(CANDIDATE, rule=rule, occasion=str(number)) for number in range(20_000)]
    assignments = [HOLDOUT.assign(candidate, ANA.id) for candidate in candidates]
    return sum(assignment is not None and assignment.is_withheld for assignment in assignments) / len(assignments)


def test_the_same_nudge_always_has_the_same_assignment() -> None:
    assert HOLDOUT.assign(CANDIDATE, ANA.id) == Assignment(number=0.46384095747625576, holdout=0.1)


def test_another_occasion_person_rule_or_seed_has_another() -> None:
    assignments = [
        HOLDOUT.assign(CANDIDATE, ANA.id),
        HOLDOUT.assign(replace(CANDIDATE, occasion="2026-03-03"), ANA.id),
        HOLDOUT.assign(replace(CANDIDATE, rule="streak"), ANA.id),
        HOLDOUT.assign(CANDIDATE, BEN.id),
        Holdout(seed="evening", share=0.1).assign(CANDIDATE, ANA.id),
    ]

    assert len({assignment.number for assignment in assignments if assignment is not None}) == 5


def test_texts_that_run_together_differently_are_different() -> None:
    first = HOLDOUT.assign(replace(CANDIDATE, occasion="2"), PersonId("ana1"))

    assert first != HOLDOUT.assign(replace(CANDIDATE, occasion="12"), PersonId("ana"))


def test_as_many_are_withheld_as_the_rule_says() -> None:
    assert _share_withheld("plan_done") == pytest.approx(0.1, abs=0.007)
    assert _share_withheld("comeback") == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize(("number", "is_withheld"), [(0.0999, True), (0.1, False)])
def test_a_number_as_high_as_the_probability_is_not_withheld(number: float, *, is_withheld: bool) -> None:
    assert Assignment(number=number, holdout=0.1).is_withheld is is_withheld


def test_the_propensity_is_the_probability_of_being_sent() -> None:
    assert Assignment(number=0.5, holdout=0.1).propensity == 0.9


def test_a_rule_without_a_holdout_has_no_assignments() -> None:
    assert HOLDOUT.assign(replace(CANDIDATE, rule="drop"), ANA.id) is None
    assert HOLDOUT.share_of("drop") == 0


@pytest.mark.parametrize(
    ("kind", "is_in_experiment"),
    [
        (NudgeKind.CELEBRATION, True),
        (NudgeKind.COACHING, True),
        (NudgeKind.ANNOUNCEMENT, False),
        (NudgeKind.CORRECTION, False),
        (NudgeKind.DIGEST, False),
        (NudgeKind.RECOGNITION, False),
        (NudgeKind.THANKS, False),
    ],
)
def test_only_what_reps_receive_about_their_days_is_in_the_experiment(kind: NudgeKind, *, is_in_experiment: bool) -> None:
    assignment = Holdout(seed="", share=1.0).assign(replace(CANDIDATE, kind=kind), ANA.id)

    assert (assignment is not None) is is_in_experiment
