"""The form in which an operator says what the words of a CRM mean, and the lines of the file that say the same."""

import json
from collections.abc import Collection
from typing import Final

from starlette.datastructures import QueryParams

from shared.observation import SourceName
from shared.requests.sources.endpoints import SourceDescription
from shared.requests.sources.reports import PhraseCount

PHRASES_MAX: Final = 8
"""Of each table; the most frequent ones first."""


def with_mappings(description: SourceDescription, fields: QueryParams) -> SourceDescription:
    """The source with what was chosen in the form. A phrase for which nothing was chosen stays as it is."""
    outcomes = description.outcomes | _read_choices(fields, "outcome")
    kinds = description.kinds | _read_choices(fields, "kind")
    return description.model_copy(update={"outcomes": outcomes, "kinds": kinds})


def lines_to_add(name: SourceName, outcomes: Collection[PhraseCount], kinds: Collection[PhraseCount]) -> str:
    """What to write into daymark.toml, where the source stands there; the meaning is left to fill in."""
    sections = {f"[sources.{name}.outcomes]": outcomes, f"[sources.{name}.kinds]": kinds}
    return "\n\n".join(
        "\n".join([heading, *[_line(phrase.text) for phrase in phrases]]) for heading, phrases in sections.items() if phrases
    )


def _line(phrase: str) -> str:
    return f'{json.dumps(phrase, ensure_ascii=False)} = "…"'


def _read_choices(fields: QueryParams, table: str) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for number in range(PHRASES_MAX):
        phrase, meaning = fields.get(f"{table}-phrase-{number}", ""), fields.get(f"{table}-{number}", "")
        if phrase and meaning:
            chosen[phrase] = meaning
    return chosen
