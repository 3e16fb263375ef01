"""The lot by which some nudges are held out."""

import pytest

from services.nudges.decide.policy.holdout import Lot, Lottery
from shared.events import NudgeKind

LOTTERY = Lottery(seed="daymark", held_out=0.1, by_rule={"comeback": 0.3, "drop": 0.0})


def _draw(occasion: str = "2026-03-02", *, rule: str = "plan_done", lottery: Lottery = LOTTERY) -> Lot | None:
    return lottery.draw(NudgeKind.CELEBRATION, rule=rule, person_id="ana", occasion=occasion)


def _share_held_out(rule: str) -> float:
    drawn = [_draw(str(number), rule=rule) for number in range(20_000)]
    return sum(one is not None and one.is_held_out for one in drawn) / len(drawn)


def test_the_same_nudge_always_draws_the_same() -> None:
    assert _draw() == _draw() == Lot(number=0.46384095747625576, held_out=0.1)


def test_another_occasion_person_rule_or_seed_draws_anew() -> None:
    other = Lottery(seed="evening", held_out=0.1)
    drawn = [
        _draw(),
        _draw("2026-03-03"),
        _draw(rule="streak"),
        _draw(lottery=other),
        LOTTERY.draw(NudgeKind.CELEBRATION, rule="plan_done", person_id="bruno", occasion="2026-03-02"),
    ]

    assert len({one.number for one in drawn if one is not None}) == 5


def test_words_that_run_together_differently_are_other_lots() -> None:
    first = LOTTERY.draw(NudgeKind.COACHING, rule="pace", person_id="ana1", occasion="2")

    assert first != LOTTERY.draw(NudgeKind.COACHING, rule="pace", person_id="ana", occasion="12")


def test_as_many_are_held_out_as_the_rule_says() -> None:
    assert _share_held_out("plan_done") == pytest.approx(0.1, abs=0.007)
    assert _share_held_out("comeback") == pytest.approx(0.3, abs=0.01)


def test_a_number_as_high_as_the_probability_is_not_held_out() -> None:
    assert Lot(number=0.0999, held_out=0.1).is_held_out
    assert not Lot(number=0.1, held_out=0.1).is_held_out


def test_a_rule_that_is_never_held_out_draws_nothing() -> None:
    assert _draw(rule="drop") is None


@pytest.mark.parametrize("kind", [NudgeKind.ANNOUNCEMENT, NudgeKind.DIGEST, NudgeKind.RECOGNITION])
def test_only_what_is_said_to_reps_about_their_days_is_drawn_for(kind: NudgeKind) -> None:
    certain = Lottery(seed="", held_out=1.0)

    assert certain.draw(kind, rule="any", person_id="ana", occasion="1") is None
    assert certain.draw(NudgeKind.COACHING, rule="any", person_id="ana", occasion="1") is not None
