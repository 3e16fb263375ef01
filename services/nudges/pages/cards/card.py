"""What a card holds, and who reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from services.nudges.domain.feedback.answers import Answer
from shared.events import NudgeId, NudgeKind, PersonId, PossibleAbsence
from shared.languages.messages import marked


@dataclass(frozen=True, kw_only=True, slots=True)
class ThanksOffer:
    """A manager can thank a rep for a nudge: with one click, or with words of their own at an `address`. `name` is the rep's
    first name. `day` is what the day that the nudge is about is called, empty if it is about none. `is_thanked`: they have.
    `can_be_undone`: the thanks have not gone out yet."""

    rep_id: PersonId
    name: str
    address: str
    is_thanked: bool
    day: str = ""
    can_be_undone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FreshAnswer:
    """What the reader has answered and can still take back. `given_at` tells it from every other answer."""

    answer: Answer
    given_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PartOfCard:
    """A nudge that was bundled into the message of a card. `answers` are pairs of who and what, `buttons` pairs of the answer
    and its label."""

    id: NudgeId
    title: str
    text: str
    reason: str
    is_retracted: bool
    answers: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str], ...]
    is_answered: bool = False
    fresh: FreshAnswer | None = None
    thanks: ThanksOffer | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One nudge on a page, or one announcement that several reps received in the same words.

    `recipient` is a name, or `You`, with an `address` if the reader can open the recipient's page; `first_name` is empty for
    several. `heading` is whose the card is: the recipient's, or the one rep's whom a message to the reader is about. `clock` is
    the time of `timing` alone. `day` is what the nudge's day is called, with the `day_address` if there is one. `about` are the
    reps whom a message to the reader is about: pairs of a name and an address.

    `text` and `reason` are the nudge's own, without its `parts`. `is_retracted` concerns the nudge itself, and `retraction`
    explains what does not hold of the whole message. `answers` are pairs of who and what, `buttons` pairs of the answer and its
    label, and `absences` pairs of a question to the manager and the address where it is answered. `is_answered`: the reader
    has. `is_new`: the reader has not opened a page with it before. `again` is when it comes once more.
    `is_folded`: it is one line until it is opened.
    """

    id: NudgeId
    heading: str
    recipient: str
    kind: NudgeKind
    title: str
    text: str
    reason: str
    timing: str
    clock: str
    deferred_because: str
    channels: str
    first_name: str = ""
    address: str = ""
    day: str = ""
    day_address: str = ""
    about: tuple[tuple[str, str], ...] = ()
    retraction: str = ""
    unsent_because: str = ""
    acknowledged_by: str = ""
    not_acknowledged_by: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    absences: tuple[tuple[str, str], ...] = ()
    is_retracted: bool = False
    is_answered: bool = False
    is_new: bool = False
    is_folded: bool = False
    again: str = ""
    fresh: FreshAnswer | None = None
    parts: tuple[PartOfCard, ...] = ()
    thanks: ThanksOffer | None = None

    @property
    def nudge_ids(self) -> tuple[NudgeId, ...]:
        """The ids of all nudges on the card."""
        return self.id, *(part.id for part in self.parts)

    @property
    def is_done(self) -> bool:
        """The reader has answered each of its nudges that they can answer, and can take none of that back any more."""
        nudges: tuple[Card | PartOfCard, ...] = (self, *self.parts)
        return (
            any(_is_settled(nudge) for nudge in nudges)
            and not self.is_fresh
            and all(_is_settled(nudge) or not (nudge.buttons or nudge.thanks) for nudge in nudges)
        )

    @property
    def is_fresh(self) -> bool:
        """The reader can take something back."""
        nudges: tuple[Card | PartOfCard, ...] = (self, *self.parts)
        return any(nudge.fresh is not None or (nudge.thanks is not None and nudge.thanks.can_be_undone) for nudge in nudges)

    def answer_paths(self, token: str) -> dict[NudgeId, str]:
        """Where each nudge is answered, relative to the reader's page that opens with this token."""
        return {nudge_id: f"{token}/answer/{nudge_id}" for nudge_id in self.nudge_ids}


def _is_settled(nudge: Card | PartOfCard) -> bool:
    """The reader has answered it, or thanked the rep for it."""
    return nudge.is_answered or (nudge.thanks is not None and nudge.thanks.is_thanked)


AbsenceAddress = Callable[[PossibleAbsence], str]
"""Where the reader can enter an absence, relative to the reader's page."""
RepAddress = Callable[[PersonId], str]
"""Where the reader sees a rep; empty if they cannot."""
DayAddress = Callable[[PersonId, date], str]
"""Where the reader sees a day of a rep; empty if they cannot."""
ThanksOffers = Mapping[NudgeId, ThanksOffer]
"""For which nudges the reader can thank somebody."""


def _nowhere(*_: PersonId | date) -> str:
    return ""


def _no_offers() -> ThanksOffers:
    return {}


def _no_names() -> Mapping[PersonId, str]:
    return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who reads, and when. `names` are those of the reps whom a message may be about."""

    id: PersonId
    now: datetime
    names: Mapping[PersonId, str] = field(default_factory=_no_names)
    offers: ThanksOffers = field(default_factory=_no_offers)
    absence_address: AbsenceAddress | None = None
    rep_address: RepAddress = _nowhere
    day_address: DayAddress = _nowhere


RESTORED: Final = marked("Daymark was restored from a backup, and this may already have gone out.")
