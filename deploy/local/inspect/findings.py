"""The lines of the doctor's report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

_NAMED_MAX: Final = 10
_UNITS: Final = (("days", 86_400), ("hours", 3_600), ("minutes", 60))


class Verdict(StrEnum):
    """A `note` is worth reading; a `problem` has to be fixed."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line: `subject` is what was examined, `text` what is the matter with it and what to do."""

    verdict: Verdict
    subject: str
    text: str


def describe_age(moment: datetime, *, now: datetime) -> str:
    """For example `3 hours ago`."""
    return f"{describe_span(now - moment)} ago"


def describe_span(span: timedelta) -> str:
    """In the largest unit of which there are at least two."""
    seconds = max(int(span.total_seconds()), 0)
    for unit, unit_s in _UNITS:
        if seconds >= 2 * unit_s:
            return f"{seconds // unit_s} {unit}"
    return f"{seconds} seconds"


def describe_moment(moment: datetime) -> str:
    """A time in UTC, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def name_some(names: Sequence[str]) -> str:
    """The first ten, and how many more there are."""
    more = f" and {len(names) - _NAMED_MAX} more" if len(names) > _NAMED_MAX else ""
    return ", ".join(names[:_NAMED_MAX]) + more
