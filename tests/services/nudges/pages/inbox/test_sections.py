"""Which cards are open to read at once, and which are lines."""

from services.nudges.domain.feedback.answers import Answer
from services.nudges.pages.cards.card import Card, FreshAnswer
from services.nudges.pages.cards.nudge_cards import DayOfCards
from services.nudges.pages.inbox.sections import fold_days
from shared.events import NudgeId, NudgeKind
from tests.services.nudges.builders.days import NOON


def _card(name: str, *, is_new: bool = False, is_answered: bool = False, is_fresh: bool = False) -> Card:
    return Card(
        id=NudgeId(name),
        heading="Ana Ruiz",
        recipient="Ana Ruiz",
        kind=NudgeKind.CELEBRATION,
        title="Plan done",
        text="",
        reason="",
        timing="",
        clock="",
        deferred_because="",
        channels="",
        is_new=is_new,
        is_answered=is_answered,
        fresh=FreshAnswer(answer=Answer.WRONG, given_at=NOON) if is_fresh else None,
    )


def _open(*days: list[Card], days_open: int = 2) -> list[str]:
    folded = fold_days([DayOfCards(heading="", cards=tuple(cards)) for cards in days], days_open=days_open)
    return [card.id for day in folded for card in day.cards if not card.is_folded]


def test_the_two_newest_days_are_open_but_for_what_the_reader_has_answered() -> None:
    days = [_card("n1"), _card("n2", is_answered=True)], [_card("n3")], [_card("n4"), _card("n5", is_answered=True)]

    assert _open(*days) == ["n1", "n3"]
    assert _open(*days, days_open=0) == []


def test_what_is_new_or_can_be_undone_is_open_on_any_day() -> None:
    later = [_card("n1", is_new=True), _card("n2", is_answered=True, is_fresh=True), _card("n3")]

    assert _open([], [], later) == ["n1", "n2"]


def test_eight_cards_are_open_at_most_over_both_days() -> None:
    first, second = [_card(f"a{number}") for number in range(5)], [_card(f"b{number}") for number in range(5)]

    assert _open(first, second) == ["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2"]
