"""The scores of a manager's reps as CSV, for spreadsheets."""

import csv
from collections.abc import Collection
from datetime import date
from io import StringIO
from typing import Final

import asyncpg

from shared.events import PersonId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
COLUMNS: Final = ("rep", "name", "team", "day", "presence", "score", "is_open")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


async def write_scores_as_csv(pool: asyncpg.Pool, rep_ids: Collection[PersonId], *, first: date, last: date) -> str:
    """One line per rep and day, from `first` to `last`, both included."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in await pool.fetch(_QUERIES["list_scores_of_reps"], sorted(rep_ids), first, last):
        score = f"{row['score']:.2f}" if row["score"] is not None else ""
        is_open = "yes" if row["is_open"] else "no"
        texts = row["rep_id"], row["name"], row["team_id"]
        writer.writerow([*map(_as_text, texts), row["day"].isoformat(), row["presence"], score, is_open])
    return text.getvalue()


def _as_text(value: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
