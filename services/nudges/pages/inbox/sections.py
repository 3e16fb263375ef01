"""What of a list of messages is open to read at once, and what is a line that opens."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from services.nudges.pages.cards.card import Card
from services.nudges.pages.cards.nudge_cards import DayOfCards

DAYS_OPEN: Final = 2
CARDS_OPEN_MAX: Final = 8


def fold_days(days: Sequence[DayOfCards], *, days_open: int = DAYS_OPEN) -> list[DayOfCards]:
    """Cards that the reader has answered become lines, and so do those of all but the newest days. What is new to the reader,
    and what they can still take back, stays open."""
    places_left = CARDS_OPEN_MAX
    folded = []
    for index, day in enumerate(days):
        cards = list(_fold(day.cards, cards_open=places_left if index < days_open else 0))
        places_left -= sum(not card.is_folded for card in cards)
        folded.append(replace(day, cards=tuple(cards)))
    return folded


def _fold(cards: Sequence[Card], *, cards_open: int) -> Iterator[Card]:
    for card in cards:
        is_folded = not card.is_new and not card.is_fresh and (card.is_done or cards_open <= 0)
        cards_open -= not is_folded
        yield replace(card, is_folded=is_folded)
