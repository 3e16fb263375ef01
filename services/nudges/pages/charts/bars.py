"""A bar chart of days: bars, a band behind them, a line across them, and marks between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor
from typing import Final

COLUMN_WIDTH: Final = 10.0
HEIGHT: Final = 100.0
_GAP: Final = 1.0
_BAR_HEIGHT_MIN: Final = 1.0
"""A score of 0 is seen, too."""
_TOP_STEP: Final = 25


class ColumnStyle(StrEnum):
    """What a column shows. The values are classes of the style sheet."""

    REACHED = "reached"
    BELOW = "below"
    SO_FAR = "so-far"
    LEAVE = "leave"
    HOLIDAY = "holiday"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A day. Without a `value` the whole height of the column is marked. `title` is shown on hover. `mark` describes the line
    on the left of the column; it is empty if there is none."""

    value: float | None
    style: ColumnStyle
    title: str
    mark: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Between which values the band lies."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Rectangle:
    """In units of the view box, whose origin is at the upper left."""

    x: float
    y: float
    width: float
    height: float
    style: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A line from top to bottom."""

    x: float
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BarChart:
    """`line_y` is the height of the line across. `top` is the value at the upper edge."""

    width: float
    height: float
    top: float
    line_y: float
    band: Rectangle | None
    columns: tuple[Rectangle, ...]
    marks: tuple[Mark, ...]


def draw_bars(columns: Sequence[Column], *, line: float, band: Band | None, columns_min: int) -> BarChart:
    """The columns from left to right, with room for at least `columns_min`. The scale begins at 0 and ends at a multiple of 25
    that is above everything that is drawn."""
    values = [column.value for column in columns if column.value is not None]
    top = _top_above([line, *values, *([band.high] if band is not None else [])])
    width = max(len(columns), columns_min) * COLUMN_WIDTH
    return BarChart(
        width=width,
        height=HEIGHT,
        top=top,
        line_y=_y(line, top),
        band=_draw_band(band, width, top) if band is not None else None,
        columns=tuple(_draw_column(index, column, top) for index, column in enumerate(columns)),
        marks=tuple(Mark(x=index * COLUMN_WIDTH, title=column.mark) for index, column in enumerate(columns) if column.mark),
    )


def _draw_column(index: int, column: Column, top: float) -> Rectangle:
    height = HEIGHT if column.value is None else max(_BAR_HEIGHT_MIN, HEIGHT - _y(column.value, top))
    return Rectangle(
        x=index * COLUMN_WIDTH + _GAP,
        y=round(HEIGHT - height, 2),
        width=COLUMN_WIDTH - 2 * _GAP,
        height=round(height, 2),
        style=column.style.value,
        title=column.title,
    )


def _draw_band(band: Band, width: float, top: float) -> Rectangle:
    upper, lower = _y(band.high, top), _y(band.low, top)
    return Rectangle(x=0.0, y=upper, width=width, height=round(lower - upper, 2), style="band", title="")


def _y(value: float, top: float) -> float:
    return round(HEIGHT * (1 - value / top), 2)


def _top_above(values: Sequence[float]) -> float:
    """The next multiple of 25 above all values."""
    return float((floor(max(values) / _TOP_STEP) + 1) * _TOP_STEP)
