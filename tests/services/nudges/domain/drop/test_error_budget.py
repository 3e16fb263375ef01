"""The limit that follows from an error budget."""

import math

import pytest

from services.nudges.domain.drop.error_budget import ErrorBudget, cooldown_days


def test_the_limit_grows_with_the_days_per_alert_and_with_the_active_share() -> None:
    assert ErrorBudget(days=1000).limit(1.0) == pytest.approx(ErrorBudget(days=500).limit(1.0) + math.log(2))
    assert ErrorBudget().limit(0.5) == pytest.approx(ErrorBudget().limit(1.0) - math.log(2))


def test_strictness_is_added_to_the_limit() -> None:
    assert ErrorBudget(strictness=0.3).limit(0.8) == pytest.approx(ErrorBudget().limit(0.8) + 0.3)


def test_somebody_who_is_hardly_ever_active_has_a_limit_too() -> None:
    assert ErrorBudget().limit(0.001) == 1.0


def test_a_cooldown_covers_ten_working_days_and_the_window() -> None:
    assert cooldown_days(5, 1.0) == 10
    assert cooldown_days(3, 0.35) == 4
    assert cooldown_days(20, 1.0) == 20
