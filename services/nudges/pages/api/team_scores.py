"""The scores of a manager's reps, as documents, and as CSV for spreadsheets."""

import csv
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Final

import asyncpg

from shared.events import PersonId, Presence, RepId, TeamId
from shared.postgres.queries import Queries
from shared.requests.endpoint import Schema

_QUERIES: Final = Queries.beside(__file__)
COLUMNS: Final = ("rep", "name", "team", "day", "presence", "score", "is_open")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class TeamScore(Schema):
    """One day of one rep. `score` is None without a target; `is_open` until the day is over."""

    rep: RepId
    name: str
    team: TeamId
    day: date
    presence: Presence
    score: Decimal | None
    is_open: bool


class TeamScoreList(Schema):
    """By rep and day."""

    scores: tuple[TeamScore, ...]


async def list_team_scores(pool: asyncpg.Pool, rep_ids: Collection[PersonId], *, first: date, last: date) -> list[TeamScore]:
    """One for each rep and day, from `first` to `last`, both included."""
    return [
        TeamScore(
            rep=row["rep_id"],
            name=row["name"],
            team=row["team_id"],
            day=row["day"],
            presence=Presence(row["presence"]),
            score=row["score"],
            is_open=row["is_open"],
        )
        for row in await pool.fetch(_QUERIES["list_scores_of_reps"], sorted(rep_ids), first, last)
    ]


def write_scores_as_csv(scores: Iterable[TeamScore]) -> str:
    """One line for each, below a heading."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for each in scores:
        score = f"{each.score:.2f}" if each.score is not None else ""
        is_open = "yes" if each.is_open else "no"
        texts = each.rep, each.name, each.team
        writer.writerow([*map(_as_text, texts), each.day.isoformat(), each.presence.value, score, is_open])
    return text.getvalue()


def _as_text(value: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
