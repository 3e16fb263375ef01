"""JSON for programs, and the forms that values have in tables and CSV."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TextIO

from pydantic import BaseModel

from shared.events import BehaviourKey


def write_json(rows: Iterable[BaseModel], file: TextIO) -> None:
    """One JSON array."""
    json.dump([row.model_dump(mode="json") for row in rows], file, indent=1)
    file.write("\n")


def format_counts(counts: Mapping[BehaviourKey, int]) -> str:
    """Counts above 0 by key in alphabetical order: `leads=3 proposals=1`."""
    return " ".join(f"{key}={count}" for key, count in sorted(counts.items()) if count)


def format_moment(moment: datetime | None, *, if_none: str = "") -> str:
    """To the minute; the heading of the column names the zone."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else if_none
