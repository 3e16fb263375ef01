"""Bars, band, line and marks, by exact coordinates."""

from collections.abc import Sequence

import pytest

from services.nudges.pages.charts.bars import Band, Column, ColumnStyle, Mark, Rectangle, draw_bars


def columns(*values: float | None) -> list[Column]:
    return [
        Column(value=value, style=ColumnStyle.LEAVE if value is None else ColumnStyle.BELOW, title=f"day {index}")
        for index, value in enumerate(values)
    ]


def test_days_stand_from_left_to_right_with_the_band_behind_and_a_line_before_a_marked_day() -> None:
    marked = Column(value=100.0, style=ColumnStyle.REACHED, title="third", mark="new playbook")

    chart = draw_bars([*columns(50, None), marked], line=100, band=Band(low=25, high=75), columns_min=1)

    assert (chart.width, chart.height, chart.top, chart.line_y) == (30, 100, 125, 20)
    assert chart.band == Rectangle(x=0, y=40, width=30, height=40, style="band", title="")
    assert chart.columns == (
        Rectangle(x=1, y=60, width=8, height=40, style="below", title="day 0"),
        Rectangle(x=11, y=0, width=8, height=100, style="leave", title="day 1"),
        Rectangle(x=21, y=20, width=8, height=80, style="reached", title="third"),
    )
    assert chart.marks == (Mark(x=20, title="new playbook"),)


@pytest.mark.parametrize(
    ("values", "band", "top", "bars"),
    [
        ((), None, 125, []),
        ((0,), None, 125, [(99, 1)]),
        ((124.99,), None, 125, [(0.01, 99.99)]),
        ((125,), None, 150, [(16.67, 83.33)]),
        ((1e9,), None, 1e9 + 25, [(0, 100)]),
        ((100,), Band(low=0, high=199), 200, [(50, 50)]),
        ((None, None), None, 125, [(0, 100), (0, 100)]),
    ],
    ids=["no day", "zero", "below a step", "on a step", "huge", "a band above all bars", "only leave"],
)
def test_the_scale_begins_at_0_and_ends_above_everything(
    values: Sequence[float | None], band: Band | None, top: float, bars: list[tuple[float, float]]
) -> None:
    chart = draw_bars(columns(*values), line=100, band=band, columns_min=1)

    assert chart.top == top
    assert [(column.y, column.height) for column in chart.columns] == bars


@pytest.mark.parametrize(("days", "width"), [(0, 200), (1, 200), (20, 200), (21, 210), (60, 600)])
def test_few_days_do_not_fill_the_width_and_many_do(days: int, width: float) -> None:
    chart = draw_bars(columns(*[50.0] * days), line=100, band=None, columns_min=20)

    assert chart.width == width
    assert [column.x for column in chart.columns] == [10 * index + 1 for index in range(days)]
