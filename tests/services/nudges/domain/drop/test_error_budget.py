"""The limit that follows from an error budget."""

from collections import deque
from random import Random

import pytest

from services.nudges.domain.drop.error_budget import ErrorBudget, alert_rate, cooldown_days

WINDOWS_DAYS = (5, 10, 20)


def _alerts_per_budget(window_days: int, budget: ErrorBudget, *, days: int) -> float:
    """How often independent normal days cross the limit, with cooldowns, per `budget.days`."""
    random, window, total, silent_until, alerts = Random(11), deque([0.0] * window_days), 0.0, window_days, 0
    limit = budget.limit(window_days) * window_days**0.5
    for day in range(days):
        window.append(random.gauss(0, 1))
        total += window[-1] - window.popleft()
        if day >= silent_until and total <= limit:
            alerts += 1
            silent_until = day + 1 + cooldown_days(window_days)
    return alerts / days * budget.days


@pytest.mark.parametrize("window_days", WINDOWS_DAYS)
def test_daily_monitoring_keeps_the_budget_as_a_whole(window_days: int) -> None:
    """Overlapping windows and cooldowns are included, and a limit that is off by 0.1 is noticed."""
    days = 300_000

    assert 0.9 <= _alerts_per_budget(window_days, ErrorBudget(), days=days) <= 1.07
    assert _alerts_per_budget(window_days, ErrorBudget(strictness=-0.1), days=days) > 1.07
    assert _alerts_per_budget(window_days, ErrorBudget(strictness=0.1), days=days) < 0.9


@pytest.mark.parametrize("days", [125, 250, 500, 1_000])
def test_the_days_of_a_budget_are_the_wait_for_an_alert_and_its_cooldown(days: int) -> None:
    for window_days in WINDOWS_DAYS:
        wait_days = 1 / alert_rate(-ErrorBudget(days=days).limit(window_days), window_days=window_days)

        assert wait_days + cooldown_days(window_days) == pytest.approx(days)


def test_a_smaller_budget_and_a_shorter_window_have_a_stricter_limit() -> None:
    assert ErrorBudget(days=500).limit(5) < ErrorBudget(days=250).limit(5) < ErrorBudget(days=250).limit(10)
    assert ErrorBudget(strictness=0.2).limit(5) == pytest.approx(ErrorBudget().limit(5) - 0.2)


def test_no_day_is_part_of_two_alerts() -> None:
    assert all(cooldown_days(window_days) >= max(10, window_days) for window_days in WINDOWS_DAYS)


@pytest.mark.parametrize(("window_days", "days_min"), [(5, 21), (10, 21), (20, 41)])
def test_a_budget_must_be_longer_than_two_cooldowns(window_days: int, days_min: int) -> None:
    with pytest.raises(ValueError, match=f"ask for more than {days_min - 1}"):
        ErrorBudget(days=days_min - 1).limit(window_days)
    assert ErrorBudget(days=days_min).limit(window_days) < 0
