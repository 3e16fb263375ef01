"""The messages on a rep's page: what waits for the rep, what they have received lately, and what they get again."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.nudges.pages.cards.card import Card, Reader
from services.nudges.pages.cards.nudge_cards import DayOfCards, group_by_day, make_cards
from services.nudges.pages.cards.split_message import own_part, split_message
from services.nudges.pages.inbox.sections import fold_days
from services.nudges.pages.messages.stored_messages import HINT_OF_USE_FOR, Message
from shared.events import NudgeId, NudgeKind


@dataclass(frozen=True, kw_only=True, slots=True)
class RepMessages:
    """`to_do` and `scheduled` are the rep's own: for anybody else both are empty. What the rep has not been sent yet is in none
    of them."""

    to_do: Sequence[Card]
    recent: Sequence[DayOfCards]
    scheduled: Sequence[DayOfCards]


def make_rep_messages(received: Sequence[Message], reader: Reader) -> RepMessages:
    """Of what the rep has received in two weeks, newest first."""
    scheduled, to_do, recent = [], [], []
    for message in received:
        waiting = _waiting(message, reader) if message.person_id == reader.id else frozenset()
        if message.person_id == reader.id and message.again_at is not None:
            scheduled.append(message)
        elif waiting:
            hints, rest = split_message(message, waiting)
            to_do.append(hints)
            recent += [rest] if rest is not None else []
        else:
            recent.append(message)
    return RepMessages(
        to_do=list(make_cards(to_do, reader)),
        recent=fold_days(group_by_day(recent, reader)),
        scheduled=fold_days(group_by_day(scheduled, reader), days_open=0),
    )


def _waiting(message: Message, reader: Reader) -> frozenset[NudgeId]:
    """The hints that are still of use, and to which the rep has said nothing that they can't take back."""
    if message.send_at is None or reader.now - message.send_at >= HINT_OF_USE_FOR:
        return frozenset()
    return frozenset(
        part.id
        for part in (own_part(message), *message.parts)
        if part.kind is NudgeKind.COACHING
        and not part.is_retracted
        and not any(answer.person_id == reader.id and not answer.can_be_undone(now=reader.now) for answer in part.answers)
    )
