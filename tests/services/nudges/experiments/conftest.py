"""Calibrations on a tenth of the random orders, which is enough for tests."""

import pytest


@pytest.fixture(autouse=True)
def few_random_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.nudges.experiments.calibrate_teams._JUDGED_DAYS", 20_000)
    monkeypatch.setattr("services.nudges.experiments.calibrate_teams._JUDGED_DAYS_PER_REP", 500)
