"""Ratio, and its near misses."""

from random import Random

import pytest

from services.nudges.domain.baseline import PastDay, Watch
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TEAM_UNKNOWN
from services.nudges.rules.ratio import Share, chance_of_fall, ratio
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.reports import MONDAY, behaviour, report, situation, working_days
from tests.services.nudges.rules.test_one_thing import plan_of


def known(*spans: tuple[int, int, int]) -> Watch:
    """Spans of worked days before Monday, oldest first: how many days, and in all of them how many calls and proposals."""
    counts = [
        {"calls": calls // days + (n < calls % days), "proposals": proposals // days + (n < proposals % days)}
        for days, calls, proposals in spans
        for n in range(days)
    ]
    past = tuple(PastDay(day=day, counts=one) for day, one in zip(working_days(len(counts)), counts, strict=True))
    return Watch(past=past, team=TEAM_UNKNOWN, budget=ErrorBudget())


TODAY = plan_of(0, 0, day=MONDAY, state="open", score=0)
FALLEN = known((40, 400, 40), (20, 200, 5))


def test_calls_that_lead_to_fewer_proposals_are_named_with_both_shares_and_how_sure_they_are() -> None:
    called = ratio(situation(TODAY, watch=FALLEN))

    assert called is not None
    assert called.kind is NudgeKind.COACHING
    assert (called.is_shortfall, called.rest_days) == (True, 14)
    for wording in called.wordings:
        assert all(part in wording for part in ("Ana", "5 proposals from 200 calls", "10%"))
    assert "5 of 200 (2%, with 90% certainty 1% to 5%) over the last 20 worked days" in called.reason
    assert "40 of 400 (10%, with 90% certainty 8% to 13%) over those before" in called.reason
    assert "fell by a quarter or more is 99.7%" in called.reason


@pytest.mark.parametrize(
    ("spans", "is_called"),
    [
        (((40, 400, 40), (20, 200, 10)), False),
        (((40, 400, 40), (20, 200, 9)), False),
        (((40, 400, 40), (20, 200, 8)), True),
        (((40, 400, 40), (20, 20, 0)), False),
        (((40, 400, 9), (20, 200, 0)), False),
        (((20, 200, 40), (20, 200, 5)), True),
        (((19, 200, 40), (20, 200, 5)), False),
        (((20, 10, 9), (40, 400, 40), (20, 200, 20)), False),
        (((40, 40, 60), (20, 200, 5)), False),
    ],
    ids=[
        "half, but that may be chance",
        "93% sure",
        "96% sure",
        "too few calls to tell anything",
        "too few proposals before to tell anything",
        "twenty days before are enough",
        "nineteen are not",
        "what was more than forty days before does not count",
        "more proposals than calls are no share",
    ],
)
def test_it_takes_a_fall_by_a_quarter_that_is_sure(spans: tuple[tuple[int, int, int], ...], *, is_called: bool) -> None:
    assert (ratio(situation(TODAY, watch=known(*spans))) is not None) is is_called


@pytest.mark.parametrize(
    "today",
    [
        plan_of(0, 0, day=MONDAY, state="closed", score=0),
        plan_of(0, 0, day=MONDAY, state="open", silent=True),
        plan_of(10, 1, day=MONDAY, state="open", score=100),
        report(state="open", presence=Presence.ABSENT, score=None),
        report(state="open", behaviours=(behaviour("Calls", 0, 10), behaviour("Proposals", 0, 0))),
    ],
    ids=["the day is closed", "history", "the plan is done", "on leave", "it is not asked for today"],
)
def test_nothing_is_said_when(today: DayReport) -> None:
    assert ratio(situation(today, watch=FALLEN)) is None


def test_nothing_is_said_when_it_is_not_looked_at_in_the_morning() -> None:
    assert ratio(situation(TODAY)) is None


def test_of_several_the_surest_speaks() -> None:
    past = tuple(PastDay(day=one.day, counts={**one.counts, "demos": 3 if n < 40 else 0}) for n, one in enumerate(FALLEN.past))
    today = TODAY.model_copy(update={"behaviours": (*TODAY.behaviours, behaviour("Demos", 0, 2))})

    called = ratio(situation(today, watch=Watch(past=past, team=TEAM_UNKNOWN, budget=ErrorBudget())))

    assert called is not None
    assert "0 demos from 200 calls" in called.wordings[0]


@pytest.mark.parametrize(
    ("recent", "before"), [((5, 200), (40, 400)), ((0, 30), (10, 60)), ((90, 100), (95, 100)), ((20, 200), (20, 200))]
)
def test_the_chance_is_that_of_random_draws(recent: tuple[int, int], before: tuple[int, int]) -> None:
    random, draws = Random(1), 20_000

    def drawn(led_to: int, of: int) -> float:
        return random.betavariate(led_to + 0.5, of - led_to + 0.5)

    share = sum(drawn(*recent) < 0.75 * drawn(*before) for _ in range(draws)) / draws

    shares = [Share(led_to=led_to, of=of) for led_to, of in (recent, before)]
    assert chance_of_fall(*shares, factor=0.75) == pytest.approx(share, abs=0.015)
