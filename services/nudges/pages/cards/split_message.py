"""Split a message into the nudges in it that wait for its reader, and the others."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from services.nudges.domain.candidate import SILENCE_RULE
from services.nudges.pages.messages.stored_messages import Message, MessagePart
from shared.events import NudgeId


def split_message(message: Message, waiting: Collection[NudgeId]) -> tuple[Message, Message | None]:
    """Two messages, as if the nudges had been sent apart: what waits, and the rest; None if everything waits. At least one of
    its nudges does."""
    parts = (own_part(message), *message.parts)
    rest = [part for part in parts if part.id not in waiting]
    return _of_parts(message, [part for part in parts if part.id in waiting]), _of_parts(message, rest) if rest else None


def own_part(message: Message) -> MessagePart:
    """The first nudge of a message, as if it were a part of it."""
    return MessagePart(
        id=message.id,
        rule=message.rule,
        kind=message.kind,
        text=own_lines(message.text, message),
        reason=own_lines(message.reason, message),
        is_retracted=bool(message.retracted_because),
        answers=message.answers,
    )


def own_lines(lines: str, message: Message) -> str:
    """The lines of the first nudge: each part has one line after them."""
    return "\n".join(lines.split("\n")[: -len(message.parts) or None])


def _of_parts(message: Message, parts: Sequence[MessagePart]) -> Message:
    first = parts[0]
    is_first = first.id == message.id
    return replace(
        message,
        id=first.id,
        rule=first.rule,
        kind=first.kind,
        text="\n".join(part.text for part in parts),
        reason="\n".join(part.reason for part in parts),
        retracted_because=message.retracted_because if is_first else "",
        answers=first.answers,
        parts=tuple(parts[1:]),
        absences=message.absences if any(part.rule == SILENCE_RULE for part in parts) else (),
    )
