"""Which of our outcomes a phrase of a sender means."""

from collections.abc import Mapping

from shared.fact_values import OUTCOMES


def find_outcome(phrase: str, *tables: Mapping[str, str]) -> str:
    """What the first table says that has the phrase, as the sender spells it or in lower case. If none has it, our own words
    mean themselves, and any other phrase is `other`."""
    for table in tables:
        outcome = table.get(phrase) or table.get(phrase.lower())
        if outcome is not None:
            return outcome
    return phrase if phrase in OUTCOMES else "other"
