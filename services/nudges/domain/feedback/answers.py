"""What people can answer to a nudge, and for how long a rule stays silent after an objection."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from shared.events import NudgeKind
from shared.languages.messages import gettext, marked


class Answer(StrEnum):
    """`RECOGNISED` and `COACHED` are for managers: they have talked to the rep."""

    RECOGNISED = "recognised"
    COACHED = "coached"
    NOT_USEFUL = "not_useful"
    WRONG = "wrong"


class WrongReason(StrEnum):
    """Why a nudge is wrong."""

    NOT_MINE = "not_mine"
    NOT_SO = "not_so"
    MISSING = "missing"
    TWICE = "twice"
    OTHER = "other"


ANSWER_LABELS: Final = {
    Answer.RECOGNISED: marked("already thanked"),
    Answer.COACHED: marked("talked about it"),
    Answer.NOT_USEFUL: marked("not useful"),
    Answer.WRONG: marked("wrong"),
}
WRONG_REASON_LABELS: Final = {
    WrongReason.NOT_MINE: marked("it was somebody else's work"),
    WrongReason.NOT_SO: marked("that's not what happened"),
    WrongReason.MISSING: marked("something is missing from the records"),
    WrongReason.TWICE: marked("something is recorded twice"),
    WrongReason.OTHER: marked("another reason"),
}

OBJECTION_COOLDOWNS: Final = {Answer.NOT_USEFUL: timedelta(days=30), Answer.WRONG: timedelta(days=14)}
"""For how long after an objection its rule sends nothing more to the person."""

_ANSWERS_OF_RECIPIENTS: Final = (Answer.NOT_USEFUL, Answer.WRONG)
_ANSWERS_OF_MANAGERS: Final = {
    NudgeKind.CELEBRATION: (Answer.RECOGNISED, Answer.WRONG),
    NudgeKind.COACHING: (Answer.COACHED, Answer.WRONG),
}
"""What a manager can answer to a nudge that one of their reps received."""
_ANSWERS_TO_MANAGER_NUDGES: Final = {
    NudgeKind.RECOGNITION: (Answer.RECOGNISED, *_ANSWERS_OF_RECIPIENTS),
    NudgeKind.DIGEST: (Answer.COACHED, *_ANSWERS_OF_RECIPIENTS),
}
_WITHOUT_ANSWERS: Final = frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION, NudgeKind.THANKS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Objection:
    """On a day of the recipient's, a nudge of a rule was called not useful by them, or wrong by anybody who saw it."""

    rule: str
    answer: Answer
    day: date


def allowed_answers(kind: NudgeKind, *, is_recipient: bool) -> tuple[Answer, ...]:
    """What somebody can answer: the recipient, or otherwise one of their managers."""
    if kind in _WITHOUT_ANSWERS:
        return ()
    if is_recipient:
        return _ANSWERS_TO_MANAGER_NUDGES.get(kind, _ANSWERS_OF_RECIPIENTS)
    return _ANSWERS_OF_MANAGERS.get(kind, ())


def find_active_objection(rule: str, objections: Iterable[Objection], *, today: date) -> Objection | None:
    """The first objection whose cooldown keeps the rule silent today; None when there is none."""
    return next(
        (
            objection
            for objection in objections
            if objection.rule == rule and today - objection.day < OBJECTION_COOLDOWNS[objection.answer]
        ),
        None,
    )


def describe_answer(answer: Answer, reason: str) -> str:
    """`already thanked`, or `wrong (something is missing from the records)`."""
    label = gettext(ANSWER_LABELS[answer])
    return f"{label} ({gettext(WRONG_REASON_LABELS[WrongReason(reason)])})" if reason else label
