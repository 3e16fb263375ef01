"""Scores by day, and totals by month."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from typing import TextIO

from rich.console import Console
from rich.table import Column, Table

from deploy.local.cli.tables.formats import format_counts
from shared.requests.scores import ScoreRow, TeamTotal


def write_scores_csv(rows: Iterable[ScoreRow], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["rep", "day", "score", "counts"])
    writer.writerows([row.rep, row.day, _format_score(row.score), format_counts(row.counts)] for row in rows)


def print_scores(rows: Iterable[ScoreRow], console: Console) -> None:
    table = Table("rep", "day", Column("score", justify="right"), "counts", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.rep, str(row.day), _format_score(row.score), format_counts(row.counts))
    console.print(table if table.row_count else "No activity counted on these days. `--all` shows days without any, too.")


def write_totals_csv(rows: Iterable[TeamTotal], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["team", "month", "counts"])
    writer.writerows([row.team, f"{row.month:%Y-%m}", format_counts(row.counts)] for row in rows)


def print_totals(rows: Iterable[TeamTotal], console: Console) -> None:
    table = Table("team", "month", "counts", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.team, f"{row.month:%Y-%m}", format_counts(row.counts))
    console.print(table if table.row_count else "No activity counted in these months.")


def _format_score(score: Decimal | None) -> str:
    return "" if score is None else f"{score:.2f}"
