"""The catalogue of scoring's metrics."""

from prometheus_client import generate_latest

from services.scoring.metrics import ScoringMetrics
from tests.promtool import remarks_of_promtool


def test_the_metrics_are_well_formed() -> None:
    assert remarks_of_promtool(generate_latest(ScoringMetrics().registry).decode()) == ""
