"""The limit that follows from a budget."""

from collections import deque
from random import Random

import pytest

from services.nudges.domain.drop.error_budget import ErrorBudget, alert_rate, cool_down_days

SPANS = (5, 10, 20)


def _alerts_per_budget(span: int, budget: ErrorBudget, *, days: int) -> float:
    """How often independent normal days cross the limit, with cool-downs, per `budget.days`."""
    random, window, total, quiet_until, alerts = Random(11), deque([0.0] * span), 0.0, span, 0
    limit = budget.limit(span) * span**0.5
    for day in range(days):
        window.append(random.gauss(0, 1))
        total += window[-1] - window.popleft()
        if day >= quiet_until and total <= limit:
            alerts += 1
            quiet_until = day + 1 + cool_down_days(span)
    return alerts / days * budget.days


@pytest.mark.parametrize("span", SPANS)
def test_the_whole_process_of_watching_keeps_the_budget(span: int) -> None:
    """Overlapping windows and cool-downs included; a limit that is 0.1 off is seen."""
    days = 300_000

    assert 0.9 <= _alerts_per_budget(span, ErrorBudget(), days=days) <= 1.07
    assert _alerts_per_budget(span, ErrorBudget(strictness=-0.1), days=days) > 1.07
    assert _alerts_per_budget(span, ErrorBudget(strictness=0.1), days=days) < 0.9


@pytest.mark.parametrize("days", [125, 250, 500, 1_000])
def test_a_budget_is_spent_by_alerts_and_cool_downs(days: int) -> None:
    for span in SPANS:
        wait = 1 / alert_rate(-ErrorBudget(days=days).limit(span), span_days=span)

        assert wait + cool_down_days(span) == pytest.approx(days)


def test_a_smaller_budget_and_a_shorter_span_ask_for_more() -> None:
    assert ErrorBudget(days=500).limit(5) < ErrorBudget(days=250).limit(5) < ErrorBudget(days=250).limit(10)
    assert ErrorBudget(strictness=0.2).limit(5) == pytest.approx(ErrorBudget().limit(5) - 0.2)


def test_no_day_can_make_two_alerts() -> None:
    assert all(cool_down_days(span) >= max(10, span) for span in SPANS)


def test_a_budget_shorter_than_its_cool_downs_is_refused() -> None:
    with pytest.raises(ValueError, match="ask for more than 20"):
        ErrorBudget(days=20).limit(5)
