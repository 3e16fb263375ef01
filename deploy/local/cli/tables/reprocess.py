"""The plan of a new reading as text."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.ingest.reprocess.new_reading import NewReading
from services.ingest.reprocess.plan import Plan
from shared.plurals import count_nouns

_DAYS_SHOWN: Final = 20
_PROBLEMS_SHOWN: Final = 5
_EFFECTS: Final = (("new", "new"), ("changed", "changed"), ("withdrawn", "withdrawn"), ("unchanged", "as before"))


def describe_plan(reading: NewReading, plan: Plan) -> Iterator[str]:
    """Line by line."""
    yield f"{count_nouns(reading.webhooks, 'webhook')} read again"
    if reading.problems:
        pronoun = "it" if len(reading.problems) == 1 else "them"
        unreadable = count_nouns(len(reading.problems), "webhook")
        yield f"{unreadable} cannot be read completely; what was read from {pronoun} before stays:"
        yield from _shorten([f"  received {problem}" for problem in reading.problems], _PROBLEMS_SHOWN)
    yield "activities: " + ", ".join(f"{plan.effects[effect]:,} {label}" for effect, label in _EFFECTS)
    days = plan.changed_days()
    yield f"days whose counts change: {len(days):,}"
    lines = [
        f"  {day}  {rep}  {', '.join(f'{behaviour} {difference:+}' for behaviour, difference in sorted(counts.items()))}"
        for (rep, day), counts in days.items()
    ]
    yield from _shorten(lines, _DAYS_SHOWN)


def _shorten(lines: Sequence[str], lines_max: int) -> Iterator[str]:
    yield from lines[:lines_max]
    if len(lines) > lines_max:
        yield f"  and {len(lines) - lines_max:,} more"
