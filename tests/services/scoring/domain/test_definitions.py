"""Scores under the version in force, and that they are computed once."""

from datetime import date
from decimal import Decimal

from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.playbook import Playbooks
from services.scoring.domain.score import NO_SCORE
from shared.events import BehaviourKey
from tests.services.scoring.domain.builders import behaviour, playbook, rep, rep_id_of, roster

MONDAY = date(2026, 3, 2)
CALLS = BehaviourKey("calls")
ANA = rep()


def _definitions() -> Definitions:
    plan = playbook(behaviour("calls", target=10), effective_from=date(2026, 1, 1))
    return Definitions(version=1, roster=roster(ANA), playbooks=Playbooks([plan]))


def test_equal_counts_of_equal_days_have_one_score() -> None:
    definitions = _definitions()

    five, none = definitions.score(ANA, MONDAY, {CALLS: 5}), definitions.score(ANA, MONDAY, {})

    assert (five.shown, none.shown) == (Decimal(50), Decimal(0))
    assert definitions.score(ANA, MONDAY, {CALLS: 5}) is five
    assert definitions.score(ANA, date(2026, 3, 9), {CALLS: 0}) is none
    assert definitions.score(ANA, MONDAY, {CALLS: 1}) is not none
    assert definitions.with_empty_cache().score(ANA, MONDAY, {CALLS: 5}) is not five


def test_there_is_no_score_before_the_first_version_nor_for_a_stranger() -> None:
    definitions = _definitions()

    assert definitions.score(ANA, date(2025, 12, 31), {CALLS: 5}) is NO_SCORE
    assert definitions.shown_score(ANA.id, MONDAY, {CALLS: 5}) == Decimal("50.00")
    assert definitions.shown_score(rep_id_of("ben"), MONDAY, {CALLS: 5}) is None


def test_cached_scores_are_no_part_of_the_definitions() -> None:
    definitions = _definitions()
    same = definitions.with_empty_cache()

    definitions.score(ANA, MONDAY, {CALLS: 5})

    assert definitions == same
    assert repr(definitions) == repr(same)
