"""The results of the demonstration, for a terminal of 100 columns or for a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.demo.habits import TEAM
from shared.requests.nudges import NudgeRow
from shared.requests.scores import ScoreRow

_DAYS_SHOWN = 10
_FULL, _HALF = 100, 50
_FEW_NUDGES = 20
_NEWEST_SHOWN = 5
_NOT_SENT = frozenset({"withheld", "deferred", "suppressed"})


def print_scores(rows: Sequence[ScoreRow], console: Console) -> None:
    """One line per rep: the newest days, and the mean of all days."""
    days = sorted({row.day for row in rows})[-_DAYS_SHOWN:]
    table = Table(title="Daily scores (100: plan done)", title_justify="left", box=None, pad_edge=False)
    table.add_column("rep")
    for day in days:
        table.add_column(f"{day:%a}\n{day.day}.{day.month}.", justify="right")
    table.add_column("mean of\nall days", justify="right")
    for rep, rows_of_rep in groupby(rows, key=lambda row: row.rep):
        scores = {row.day: row.score for row in rows_of_rep}
        known = [score for score in scores.values() if score is not None]
        mean = sum(known, Decimal()) / len(known) if known else None
        table.add_row(rep, *[_format_score(scores.get(day)) for day in days], _format_score(mean))
    console.print(table)


def _format_score(score: Decimal | None) -> Text:
    if score is None:
        return Text("·", style="dim")
    style = "green" if score >= _FULL else "yellow" if score >= _HALF else "red"
    return Text(f"{score:.0f}", style=style)


def print_nudges(rows: Sequence[NudgeRow], console: Console) -> None:
    """By rule: for whom and about which days, then the messages with their reasons. Of a frequent rule only the newest."""
    rows_by_rule: dict[str, list[NudgeRow]] = {}
    for row in rows:
        rows_by_rule.setdefault(row.rule, []).append(row)
    withheld = sum(row.status == "withheld" for row in rows)
    limits = "at most one per person and day besides announcements, in working hours"
    console.print(f"\n[bold]{len(rows)} nudges[/bold], {limits};", highlight=False)
    console.print(f"{withheld} of them were withheld at random, to measure the effect of sending", highlight=False)
    for rule, rows_of_rule in sorted(rows_by_rule.items()):
        console.print(f"\n[bold]{rule}[/bold]: {len(rows_of_rule)}", highlight=False)
        console.print(f"  [dim]{_list_days(rows_of_rule)}[/dim]", highlight=False)
        for row in rows_of_rule if len(rows_of_rule) <= _FEW_NUDGES else rows_of_rule[-_NEWEST_SHOWN:]:
            status = f" ({row.status})" if row.status in _NOT_SENT else ""
            console.print(f"  [cyan]{row.person_name}[/cyan], {row.day:%a %d %b}{status}: {row.text}", highlight=False)
            console.print(f"    [dim]because: {row.reason}[/dim]", highlight=False)


def _list_days(rows: Sequence[NudgeRow]) -> str:
    """The people, and the days of their nudges: `ana 2.3. 3.3.`."""
    days_of_person: dict[str, list[date]] = {rep.id: [] for rep in TEAM}
    for row in rows:
        days_of_person.setdefault(row.person, []).append(row.day)
    return "; ".join(
        " ".join([person, *(f"{day.day}.{day.month}." for day in sorted(days))])
        for person, days in days_of_person.items()
        if days
    )


def print_responses(responses: Mapping[int, int], console: Console) -> None:
    """How ingest answered the webhooks."""
    posted = sum(responses.values())
    counts = ", ".join(f"{count} x {status}" for status, count in sorted(responses.items()))
    console.print(f"\n{posted} webhooks posted, including duplicates and forgeries; responses: {counts}", highlight=False)
