"""Ratio, and its near misses."""

from dataclasses import replace
from random import Random

import pytest

from services.nudges.rules.ratio import Share, is_still_fallen, probability_of_fall, ratio
from shared.events import BehaviourKey, DayReport, NudgeKind, Presence
from tests.services.nudges.builders.baselines import conversions
from tests.services.nudges.builders.reports import behaviour, calls_and_proposals, report, rule_context

MORNING = calls_and_proposals(0, 0, state="open", score=0)
FALLEN = conversions((40, 400, 40), (20, 200, 5))


def test_calls_that_lead_to_fewer_proposals_are_named_with_both_shares_and_their_uncertainty() -> None:
    candidate = ratio.evaluate(rule_context(MORNING, baseline=FALLEN))

    assert candidate is not None
    assert candidate.kind is NudgeKind.COACHING
    assert (candidate.is_shortfall, candidate.cooldown_days) == (True, 14)
    for wording in candidate.wordings:
        assert all(part in wording for part in ("Ana", "2%", "10%", "calls", "proposals"))
    assert candidate.wordings[0].startswith("Ana, 5 proposals from 200 calls in 20 working days.")
    assert candidate.wordings[1].startswith("A smaller share of your calls has led to proposals lately, Ana:")
    assert candidate.reason == (
        "Proposals from calls: 5 of 200 (2%; 90% interval 1% to 5%) over the last 20 working days, 40 of 400 (10%; 90% "
        "interval 8% to 13%) over the ones before. The probability that the share fell by a quarter or more is 99.7%."
    )


@pytest.mark.parametrize(("proposals", "shown"), [(0, "or 0%"), (1, "or under 1%")])
def test_a_share_that_is_not_nothing_is_not_shown_as_nothing(proposals: int, shown: str) -> None:
    candidate = ratio.evaluate(rule_context(MORNING, baseline=conversions((40, 400, 40), (20, 300, proposals))))

    assert candidate is not None
    assert shown in candidate.wordings[2]


@pytest.mark.parametrize(
    ("periods", "is_proposed"),
    [
        (((40, 400, 40), (20, 200, 10)), False),
        (((40, 400, 40), (20, 200, 9)), False),
        (((40, 400, 40), (20, 200, 8)), True),
        (((40, 400, 40), (20, 20, 0)), False),
        (((40, 400, 9), (20, 200, 0)), False),
        (((40, 400, 10), (20, 200, 0)), True),
        (((20, 200, 40), (20, 200, 5)), True),
        (((19, 200, 40), (20, 200, 5)), False),
        (((20, 200, 100), (40, 400, 40), (20, 200, 10)), False),
        (((1, 500, 400), (40, 400, 40), (20, 200, 10)), False),
        (((40, 40, 60), (20, 200, 5)), False),
        (((40, 400, 400), (20, 200, 5)), False),
        (((40, 400, 399), (20, 200, 5)), True),
    ],
    ids=[
        "half, but that may be chance",
        "93% probable",
        "96% probable",
        "too few calls to tell anything",
        "too few proposals before to tell anything",
        "ten proposals before are enough",
        "twenty days before are enough",
        "nineteen are not",
        "what was more than forty days before does not count",
        "nor does a single day before those",
        "more proposals than calls are no share",
        "as many proposals as calls are no share",
        "one fewer is a share",
    ],
)
def test_it_takes_a_fall_by_a_quarter_that_is_probable(periods: tuple[tuple[int, int, int], ...], *, is_proposed: bool) -> None:
    candidate = ratio.evaluate(rule_context(MORNING, baseline=conversions(*periods)))

    assert (candidate is not None) is is_proposed


def test_a_fall_is_never_shown_as_certain() -> None:
    candidate = ratio.evaluate(rule_context(MORNING, baseline=conversions((40, 400, 200), (20, 200, 0))))

    assert candidate is not None
    assert candidate.reason.endswith("fell by a quarter or more is 99.9%.")


@pytest.mark.parametrize(("probability", "is_proposed"), [(0.95, True), (0.9499, False)])
def test_a_fall_is_probable_from_95_percent_on(
    probability: float, monkeypatch: pytest.MonkeyPatch, *, is_proposed: bool
) -> None:
    monkeypatch.setattr("services.nudges.rules.ratio.probability_of_fall", lambda *_, factor: probability)

    assert (ratio.evaluate(rule_context(MORNING, baseline=FALLEN)) is not None) is is_proposed


@pytest.mark.parametrize(("proposals", "is_proposed"), [(119, True), (120, False)])
def test_a_share_at_three_quarters_has_not_fallen_however_probable(
    proposals: int, monkeypatch: pytest.MonkeyPatch, *, is_proposed: bool
) -> None:
    monkeypatch.setattr("services.nudges.rules.ratio.probability_of_fall", lambda *_, factor: 1.0)

    baseline = conversions((40, 640, 320), (20, 320, proposals))

    assert (ratio.evaluate(rule_context(MORNING, baseline=baseline)) is not None) is is_proposed


@pytest.mark.parametrize(
    "today",
    [
        MORNING.model_copy(update={"state": "closed"}),
        MORNING.model_copy(update={"silent": True}),
        calls_and_proposals(10, 1, state="open", score=100),
        report(score=None, state="open", presence=Presence.ABSENT),
        report(state="open", behaviours=(behaviour("Calls", 0, 10), behaviour("Proposals", 0, 0))),
    ],
    ids=["the day is closed", "history", "the plan is done", "on leave", "it has no target today"],
)
def test_it_is_not_proposed_when(today: DayReport) -> None:
    assert ratio.evaluate(rule_context(today, baseline=FALLEN)) is None


def test_it_is_proposed_in_the_morning_only() -> None:
    assert ratio.evaluate(rule_context(MORNING)) is None


def test_of_several_falls_the_most_probable_is_named() -> None:
    demos = BehaviourKey("demos")
    past = tuple(replace(day, counts={**day.counts, demos: 3 if number < 40 else 0}) for number, day in enumerate(FALLEN.past))
    today = MORNING.model_copy(update={"behaviours": (*MORNING.behaviours, behaviour("Demos", 0, 2))})

    candidate = ratio.evaluate(rule_context(today, baseline=replace(FALLEN, past=past)))

    assert candidate is not None
    assert "no demos from 200 calls" in candidate.wordings[0]


@pytest.mark.parametrize(
    ("proposals", "is_fallen"), [(119, True), (120, False)], ids=["below three quarters", "exactly three quarters"]
)
def test_a_share_is_still_fallen_below_three_quarters_of_what_it_was(proposals: int, *, is_fallen: bool) -> None:
    baseline = conversions((40, 640, 320), (20, 320, proposals))

    assert is_still_fallen(rule_context(MORNING, baseline=baseline)) is is_fallen


def test_without_a_baseline_nothing_has_fallen() -> None:
    assert not is_still_fallen(rule_context(MORNING))


@pytest.mark.parametrize(
    ("recent", "earlier"), [((5, 200), (40, 400)), ((0, 30), (10, 60)), ((90, 100), (95, 100)), ((20, 200), (20, 200))]
)
def test_the_probability_is_that_of_random_draws(recent: tuple[int, int], earlier: tuple[int, int]) -> None:
    random, draws = Random(1), 20_000

    def draw(converted: int, total: int) -> float:
        return random.betavariate(converted + 0.5, total - converted + 0.5)

    falls = sum(draw(*recent) < 0.75 * draw(*earlier) for _ in range(draws)) / draws

    shares = [Share(converted=converted, total=total) for converted, total in (recent, earlier)]
    assert probability_of_fall(*shares, factor=0.75) == pytest.approx(falls, abs=0.015)


def test_a_share_of_all_has_certainly_not_fallen_below_a_share_of_none() -> None:
    probability = probability_of_fall(Share(converted=399, total=400), Share(converted=0, total=400), factor=0.75)

    assert probability == pytest.approx(0, abs=1e-6)
