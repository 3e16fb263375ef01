"""A dot within its interval, by exact coordinates."""

import pytest

from services.nudges.pages.charts.intervals import Estimate, draw_interval


@pytest.mark.parametrize(
    ("estimate", "low_dot_high"),
    [
        (Estimate(points=0, low=-10, high=10), (6, 100, 194)),
        (Estimate(points=2.5, low=-5, high=5), (53, 123.5, 147)),
        (Estimate(points=-30, low=-90, high=-1), (6, 6, 90.6)),
        (Estimate(points=1e9, low=11, high=1e12), (194, 194, 194)),
    ],
    ids=["from edge to edge", "within", "beyond the left edge", "huge"],
)
def test_nothing_is_in_the_middle_and_what_lies_beyond_is_at_the_edge(
    estimate: Estimate, low_dot_high: tuple[float, float, float]
) -> None:
    chart = draw_interval(estimate, reach=10)

    assert (chart.low_x, chart.dot_x, chart.high_x) == low_dot_high
    assert (chart.width, chart.height, chart.middle_x, chart.y) == (200, 24, 100, 12)
