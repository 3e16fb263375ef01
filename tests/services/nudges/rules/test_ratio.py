"""Ratio, and its near misses."""

from dataclasses import replace

import pytest

from services.nudges.rules.ratio import Share, is_still_fallen, ratio, score_of_fall
from shared.events import BehaviourKey, DayReport, NudgeKind, Presence
from tests.services.nudges.builders.baselines import conversions
from tests.services.nudges.builders.reports import CALLS, PROPOSALS, behaviour, calls_and_proposals, report, rule_context

MORNING = calls_and_proposals(0, 0, state="open", score=0)
FALLEN = conversions((40, 400, 40), (20, 200, 5))


def test_calls_that_lead_to_fewer_proposals_are_named_with_both_shares_and_their_uncertainty() -> None:
    candidate = ratio.evaluate(rule_context(MORNING, baseline=FALLEN))

    assert candidate is not None
    assert candidate.kind is NudgeKind.COACHING
    assert (candidate.is_shortfall, candidate.cooldown_days) == (True, 14)
    for wording in candidate.wordings:
        assert all(part in wording for part in ("Ana", "2%", "10%", "calls", "proposals"))
    assert candidate.wordings[0].startswith("Ana, 5 proposals from 200 calls in 20 active days.")
    assert candidate.wordings[1].startswith("A smaller share of your calls has led to proposals lately, Ana:")
    assert candidate.reason == (
        "Proposals from calls: 5 of 200 (2%; 90% interval 1% to 5%) over the last 20 active days, 40 of 400 (10%; 90% "
        "interval 8% to 13%) over the ones before. The intervals allow for how much the share varies from day to day; chance "
        "alone rarely explains such a fall."
    )


@pytest.mark.parametrize(("proposals", "shown"), [(0, "or 0%"), (1, "or under 1%")])
def test_a_share_that_is_not_nothing_is_not_shown_as_nothing(proposals: int, shown: str) -> None:
    candidate = ratio.evaluate(rule_context(MORNING, baseline=conversions((40, 400, 40), (20, 300, proposals))))

    assert candidate is not None
    assert shown in candidate.wordings[2]


def test_an_interval_is_not_empty_when_nothing_has_followed() -> None:
    low, high = Share(days=((10, 0),) * 20).interval()

    assert (low, high) == pytest.approx((0, 0.0134), abs=0.0001)


def test_an_interval_is_wider_when_the_share_varies_from_day_to_day() -> None:
    even, uneven = Share(days=((10, 1),) * 40), Share(days=(*[(10, 0)] * 36, *[(10, 10)] * 4))

    assert (even.value, uneven.value) == (0.1, 0.1)
    assert even.interval() == pytest.approx((0.0779, 0.1274), abs=0.0001)
    assert uneven.interval() == pytest.approx((0.0457, 0.2047), abs=0.01)


@pytest.mark.parametrize(
    ("periods", "is_proposed"),
    [
        (((40, 400, 40), (20, 200, 10)), False),
        (((40, 400, 40), (20, 200, 8)), False),
        (((40, 400, 40), (20, 200, 7)), True),
        (((40, 400, 40), (20, 20, 0)), False),
        (((40, 400, 9), (20, 800, 0)), False),
        (((40, 400, 10), (20, 800, 0)), True),
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
        "a bit less, and still chance",
        "beyond chance",
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
def test_it_takes_a_certain_fall_by_a_quarter(periods: tuple[tuple[int, int, int], ...], *, is_proposed: bool) -> None:
    candidate = ratio.evaluate(rule_context(MORNING, baseline=conversions(*periods)))

    assert (candidate is not None) is is_proposed


def test_a_share_that_varies_from_day_to_day_must_fall_further() -> None:
    """The same totals: evenly over the days, or a proposal for every call on one day in ten and none on the others."""
    even = conversions((40, 400, 40), (20, 200, 5))
    bursts = [
        {CALLS: 10, PROPOSALS: 10 if number % 10 == 0 else 0}
        if number < 40
        else {CALLS: 10, PROPOSALS: 5 if number == 50 else 0}
        for number in range(60)
    ]
    uneven = replace(even, past=tuple(replace(day, counts=counts) for day, counts in zip(even.past, bursts, strict=True)))

    assert ratio.evaluate(rule_context(MORNING, baseline=even)) is not None
    assert ratio.evaluate(rule_context(MORNING, baseline=uneven)) is None


@pytest.mark.parametrize(("score", "is_proposed"), [(-2.75, True), (-2.7499, False)])
def test_a_fall_is_certain_from_its_limit_on(score: float, monkeypatch: pytest.MonkeyPatch, *, is_proposed: bool) -> None:
    monkeypatch.setattr("services.nudges.rules.ratio.score_of_fall", lambda *_: score)

    assert (ratio.evaluate(rule_context(MORNING, baseline=FALLEN)) is not None) is is_proposed


@pytest.mark.parametrize(("proposals", "is_proposed"), [(119, True), (120, False)])
def test_a_share_at_three_quarters_has_not_fallen_however_certain(
    proposals: int, monkeypatch: pytest.MonkeyPatch, *, is_proposed: bool
) -> None:
    monkeypatch.setattr("services.nudges.rules.ratio.score_of_fall", lambda *_: -9.0)

    baseline = conversions((40, 640, 320), (20, 320, proposals))

    assert (ratio.evaluate(rule_context(MORNING, baseline=baseline)) is not None) is is_proposed


def test_days_without_activity_are_not_counted() -> None:
    empty = replace(FALLEN.past[0], counts={CALLS: 0, PROPOSALS: 0})
    with_gaps = replace(FALLEN, past=tuple(day for active in FALLEN.past for day in (empty, active)))

    dense, sparse = (ratio.evaluate(rule_context(MORNING, baseline=baseline)) for baseline in (FALLEN, with_gaps))

    assert dense is not None
    assert sparse is not None
    assert sparse.wordings == dense.wordings


def test_after_a_day_without_activity_nothing_is_proposed() -> None:
    away = replace(FALLEN, past=(*FALLEN.past, replace(FALLEN.past[-1], counts={CALLS: 0, PROPOSALS: 0})))

    assert ratio.evaluate(rule_context(MORNING, baseline=away)) is None


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


def test_errors_are_never_less_than_those_of_independent_activities() -> None:
    even = Share(days=((10, 1),) * 20)

    assert even.variance(0.1) == pytest.approx(0.1 * 0.9 / 200)


def test_errors_follow_the_days() -> None:
    uneven = Share(days=((10, 4), (10, 0)) * 10)

    assert uneven.variance(0.2) == pytest.approx(20 * 2**2 * 20 / 19 / 200**2)


def test_a_score_is_the_difference_in_standard_errors_without_a_change() -> None:
    recent, earlier = Share(days=((10, 0),) * 20), Share(days=((10, 1),) * 40)
    both = 40 / 600

    assert score_of_fall(recent, earlier) == pytest.approx(-0.1 / (recent.variance(both) + earlier.variance(both)) ** 0.5)
    assert score_of_fall(earlier, recent) > 0
