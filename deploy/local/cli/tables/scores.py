"""Scores by day, and totals by month."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from typing import TextIO

from deploy.local.cli.tables.formats import format_counts
from deploy.output import Column, Output
from shared.requests.scores import ScoreRow, TeamTotal


def write_scores_csv(rows: Iterable[ScoreRow], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["rep", "day", "score", "counts"])
    writer.writerows([row.rep, row.day, _format_score(row.score), format_counts(row.counts)] for row in rows)


def print_scores(rows: Iterable[ScoreRow], output: Output) -> None:
    columns = (
        Column(heading="rep"),
        Column(heading="day"),
        Column(heading="score", is_number=True),
        Column(heading="counts", is_prose=True),
    )
    cells = ((row.rep, str(row.day), _format_score(row.score), format_counts(row.counts)) for row in rows)
    output.table(columns, cells, if_empty="No activity counted on these days. `--all` shows days without any, too.")


def write_totals_csv(rows: Iterable[TeamTotal], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["team", "month", "counts"])
    writer.writerows([row.team, f"{row.month:%Y-%m}", format_counts(row.counts)] for row in rows)


def print_totals(rows: Iterable[TeamTotal], output: Output) -> None:
    columns = Column(heading="team"), Column(heading="month"), Column(heading="counts", is_prose=True)
    cells = ((row.team, f"{row.month:%Y-%m}", format_counts(row.counts)) for row in rows)
    output.table(columns, cells, if_empty="No activity counted in these months.")


def _format_score(score: Decimal | None) -> str:
    return "" if score is None else f"{score:.2f}"
