"""The catalogue of scoring's metrics."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from services.scoring.metrics import GapCount, ScoringMetrics
from shared.observation import SourceName
from tests.promtool import remarks_of_promtool
from tests.services.scoring.domain.builders import ACME

OTHER = SourceName("other")
RECENT, INCOMPLETE = "daymark_scoring_recent_activities", "daymark_scoring_incomplete_activities"


@pytest.fixture
def metrics() -> ScoringMetrics:
    return ScoringMetrics()


def test_the_metrics_are_well_formed(metrics: ScoringMetrics) -> None:
    metrics.show_gaps([GapCount(ACME, "actor", recent=2, incomplete=1)])

    assert remarks_of_promtool(generate_latest(metrics.registry).decode()) == ""


def test_gaps_are_shown_by_source_and_fact(metrics: ScoringMetrics) -> None:
    metrics.show_gaps([GapCount(ACME, "actor", 5, 1), GapCount(ACME, "duration", 3, 0), GapCount(OTHER, "actor", 4, 2)])

    assert _samples(metrics.registry, RECENT) == {(ACME, "actor"): 5, (ACME, "duration"): 3, (OTHER, "actor"): 4}
    assert _samples(metrics.registry, INCOMPLETE) == {(ACME, "actor"): 1, (ACME, "duration"): 0, (OTHER, "actor"): 2}


def test_series_of_a_source_that_is_gone_are_removed_and_come_back_with_it(metrics: ScoringMetrics) -> None:
    counts = [GapCount(ACME, "actor", 5, 1), GapCount(OTHER, "actor", 4, 2)]
    metrics.show_gaps(counts)

    metrics.show_gaps(counts[:1])
    without_other = [_samples(metrics.registry, name).keys() for name in (RECENT, INCOMPLETE)]
    metrics.show_gaps([])
    metrics.show_gaps(counts[1:])

    assert without_other == [{(ACME, "actor")}] * 2
    assert [_samples(metrics.registry, name) for name in (RECENT, INCOMPLETE)] == [
        {(OTHER, "actor"): 4},
        {(OTHER, "actor"): 2},
    ]


def _samples(registry: CollectorRegistry, name: str) -> dict[tuple[str, str], float]:
    """The values of a gauge by source and fact."""
    return {
        (sample.labels["source"], sample.labels["fact"]): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name
    }
