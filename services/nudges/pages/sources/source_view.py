"""What the page of a source shows of a report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.nudges.pages.charts.bars import BarChart, Column, ColumnStyle, draw_bars
from shared.facts import (
    ACTOR,
    AMOUNT,
    CONTACT_KEY,
    DEAL_ID,
    DIRECTION,
    DURATION_S,
    OUTCOME,
    STAGE,
    STARTED_AT,
    STARTED_ON,
    URL,
)
from shared.languages.messages import gettext, marked
from shared.languages.value_names import kind_name
from shared.requests.sources.reports import SourceReport

_HOURS: Final = 24
_LABELS: Final = {
    ACTOR.name: marked("who did it"),
    STARTED_AT.name: marked("when it began"),
    STARTED_ON.name: marked("the day"),
    DURATION_S.name: marked("the duration"),
    OUTCOME.name: marked("the outcome"),
    DIRECTION.name: marked("the direction"),
    AMOUNT.name: marked("the amount"),
    STAGE.name: marked("the stage of the deal"),
    DEAL_ID.name: marked("the deal it belongs to"),
    CONTACT_KEY.name: marked("the contact (as a key)"),
    URL.name: marked("the link to the record in the CRM"),
}
"""The facts that playbooks, explanations and pages use."""
_STARTS: Final = frozenset({STARTED_AT.name, STARTED_ON.name})


@dataclass(frozen=True, kw_only=True, slots=True)
class HourRow:
    """How many activities of a kind arrived in an hour, such as `09:00`."""

    hour: str
    kind: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FactRow:
    """A fact in plain words, and in how many of all observations it stands."""

    label: str
    observations: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceView:
    """`total` is of today. `arriving` and `missing` are facts; nothing is missing while nothing has arrived."""

    total: int
    chart: BarChart
    hours: tuple[HourRow, ...]
    arriving: tuple[FactRow, ...]
    missing: tuple[str, ...]
    unreadable: str


def make_view(report: SourceReport) -> SourceView:
    """The report from midnight on, in UTC."""
    totals = [sum(hours.counts[hour] for hours in report.hours) for hour in range(_HOURS)]
    rows = [
        HourRow(hour=f"{hour:02}:00", kind=kind_name(hours.kind), count=hours.counts[hour])
        for hour in range(_HOURS)
        for hours in report.hours
        if hours.counts[hour]
    ]
    counts = {fact.name: fact.observations for fact in report.facts}
    return SourceView(
        total=sum(totals),
        chart=_draw(totals),
        hours=tuple(rows),
        arriving=tuple(FactRow(label=gettext(_LABELS[name]), observations=counts[name]) for name in _LABELS if name in counts),
        missing=tuple(_missing(counts)) if report.observations else (),
        unreadable=", ".join(f"{fact.name} ({fact.observations}×)" for fact in report.unreadable_facts),  # noqa: RUF001 - as on the page,
    )


def _draw(totals: Sequence[int]) -> BarChart:
    """In percent of the busiest hour."""
    largest = max(*totals, 1)
    columns = [
        Column(value=100 * count / largest, style=ColumnStyle.REACHED, title=f"{hour:02}:00: {count}")
        for hour, count in enumerate(totals)
    ]
    return draw_bars(columns, line=0, band=None, columns_min=_HOURS)


def _missing(names: Iterable[str]) -> Iterable[str]:
    """A start may be a time or a day."""
    present = set(names)
    if present & _STARTS:
        present |= _STARTS
    return (gettext(label) for name, label in _LABELS.items() if name not in present)
