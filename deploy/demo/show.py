"""What came of the demonstration, for a terminal of 100 columns or for none."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.demo.habits import TEAM
from shared.requests.nudges import NudgeRow
from shared.requests.scores import ScoreRow

_DAYS_SHOWN = 10
_FULL, _HALF = 100, 50
_FEW = 20
_LAST_NUDGES = 5


def print_scores(rows: Sequence[ScoreRow], console: Console) -> None:
    """A line per rep: the newest days and the average of all."""
    days = sorted({row.day for row in rows})[-_DAYS_SHOWN:]
    table = Table(title="Daily scores (100 is the plan done)", title_justify="left", box=None, pad_edge=False)
    table.add_column("rep")
    for day in days:
        table.add_column(f"{day:%a}\n{day.day}.{day.month}.", justify="right")
    table.add_column("mean of\nall days", justify="right")
    for rep, group in groupby(rows, key=lambda row: row.rep):
        scores = {row.day: row.score for row in group}
        known = [score for score in scores.values() if score is not None]
        mean = sum(known) / len(known) if known else None
        table.add_row(rep, *[_score(scores.get(day)) for day in days], _score(mean))
    console.print(table)


def _score(score: object) -> Text:
    if score is None:
        return Text("·", style="dim")
    value = float(str(score))
    style = "green" if value >= _FULL else "yellow" if value >= _HALF else "red"
    return Text(f"{value:.0f}", style=style)


def print_nudges(rows: Sequence[NudgeRow], console: Console) -> None:
    """For whom and about which days, and the words with their reasons: of a frequent rule the newest only."""
    by_rule: dict[str, list[NudgeRow]] = {}
    for row in rows:
        by_rule.setdefault(row.rule, []).append(row)
    held_out = sum(row.status == "held_out" for row in rows)
    said = f"[bold]{len(rows)} nudges[/bold], at most one a person a day but for definitions, in working hours"
    console.print(f"\n{said}; {held_out} of them were held out by lot, to measure what sending does", highlight=False)
    for rule, of_rule in sorted(by_rule.items()):
        console.print(f"\n[bold]{rule}[/bold]: {len(of_rule)}", highlight=False)
        console.print(_who(of_rule), highlight=False)
        for row in of_rule if len(of_rule) <= _FEW else of_rule[-_LAST_NUDGES:]:
            not_said = f" ({row.status.replace('_', ' ')})" if row.status in {"held_out", "held", "dropped"} else ""
            console.print(f"  [cyan]{row.person_name}[/cyan], {row.day:%a %d %b}{not_said}: {row.text}", highlight=False)
            console.print(f"    [dim]because: {row.reason}[/dim]", highlight=False)


def _who(rows: Sequence[NudgeRow]) -> str:
    """For whom, and about which days: `ana 2.3. 3.3.`."""
    days: dict[str, list[date]] = {rep.id: [] for rep in TEAM}
    for row in rows:
        days.setdefault(row.person, []).append(row.day)
    said = [f"{rep} " + " ".join(f"{day.day}.{day.month}." for day in sorted(of)) for rep, of in days.items() if of]
    return "  [dim]" + "; ".join(said) + "[/dim]"


def print_answers(answers: Mapping[int, int], console: Console) -> None:
    """How the door answered."""
    posted = sum(answers.values())
    said = ", ".join(f"{count} x {status}" for status, count in sorted(answers.items()))
    console.print(f"\n{posted} webhooks posted, duplicates and forgeries among them; answered {said}", highlight=False)
