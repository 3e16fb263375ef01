"""What people may say of a nudge, and for how long a rule is then quiet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from shared.events import NudgeKind


class Answer(StrEnum):
    """Recognised and coached are a manager's: they have had a word with the rep."""

    RECOGNISED = "recognised"
    COACHED = "coached"
    NOT_USEFUL = "not_useful"
    WRONG = "wrong"


class Wrong(StrEnum):
    """Why something is wrong."""

    NOT_MINE = "not_mine"
    NOT_SO = "not_so"
    MISSING = "missing"
    TWICE = "twice"
    OTHER = "other"


ANSWER_WORDS: Final = {
    Answer.RECOGNISED: "recognised",
    Answer.COACHED: "talked about",
    Answer.NOT_USEFUL: "not useful",
    Answer.WRONG: "wrong",
}
WRONG_WORDS: Final = {
    Wrong.NOT_MINE: "it belongs to somebody else",
    Wrong.NOT_SO: "it was not like that",
    Wrong.MISSING: "something is missing in the records",
    Wrong.TWICE: "something is recorded twice",
    Wrong.OTHER: "for another reason",
}

QUIET_AFTER: Final = {Answer.NOT_USEFUL: timedelta(days=30), Answer.WRONG: timedelta(days=14)}
"""For so long after the answer its rule says nothing to the person."""

_FROM_WHOM_IT_IS_SAID_TO: Final = (Answer.NOT_USEFUL, Answer.WRONG)
_FROM_MANAGERS: Final = {
    NudgeKind.CELEBRATION: (Answer.RECOGNISED, Answer.WRONG),
    NudgeKind.COACHING: (Answer.COACHED, Answer.WRONG),
}
_TO_MANAGERS: Final = {
    NudgeKind.RECOGNITION: (Answer.RECOGNISED, *_FROM_WHOM_IT_IS_SAID_TO),
    NudgeKind.DIGEST: (Answer.COACHED, *_FROM_WHOM_IT_IS_SAID_TO),
}
_UNANSWERED: Final = frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION})


@dataclass(frozen=True, kw_only=True, slots=True)
class Objection:
    """A nudge of a rule to a person was called not useful by them, or wrong by anybody who saw it, on a day of theirs."""

    rule: str
    answer: Answer
    day: date


def answers_open(kind: NudgeKind, *, is_said_to_them: bool) -> tuple[Answer, ...]:
    """What somebody may answer: whom it was said to, or else a manager of theirs."""
    if kind in _UNANSWERED:
        return ()
    if is_said_to_them:
        return _TO_MANAGERS.get(kind, _FROM_WHOM_IT_IS_SAID_TO)
    return _FROM_MANAGERS.get(kind, ())


def objection_that_holds(rule: str, objections: Iterable[Objection], *, today: date) -> Objection | None:
    """Why a rule is to be quiet; None when it need not be."""
    return next((one for one in objections if one.rule == rule and today - one.day < QUIET_AFTER[one.answer]), None)


def in_words(answer: Answer, reason: str) -> str:
    """`recognised`, `wrong: something is missing in the records`."""
    return ANSWER_WORDS[answer] + (f": {WRONG_WORDS[Wrong(reason)]}" if reason else "")
