"""Who can answer what to a nudge, and how long an objection keeps a rule silent."""

from datetime import timedelta

import pytest

from services.nudges.domain.feedback.answers import (
    ANSWER_LABELS,
    WRONG_REASON_LABELS,
    Answer,
    Objection,
    WrongReason,
    allowed_answers,
    describe_answer,
    find_active_objection,
)
from shared.events import NudgeKind
from tests.services.nudges.builders.days import MONDAY


def test_every_kind_of_nudge_has_its_answers_for_the_recipient_and_for_managers() -> None:
    answers = {
        kind.value: (
            [answer.value for answer in allowed_answers(kind, is_recipient=True)],
            [answer.value for answer in allowed_answers(kind, is_recipient=False)],
        )
        for kind in NudgeKind
    }

    objections = ["not_useful", "wrong"]
    assert answers == {
        "celebration": (objections, ["recognised", "wrong"]),
        "coaching": (objections, ["coached", "wrong"]),
        "recognition": (["recognised", *objections], []),
        "digest": (["coached", *objections], []),
        "announcement": ([], []),
        "correction": ([], []),
        "thanks": ([], []),
    }


@pytest.mark.parametrize(
    ("answer", "days", "is_active"),
    [
        (Answer.NOT_USEFUL, 0, True),
        (Answer.NOT_USEFUL, 29, True),
        (Answer.NOT_USEFUL, 30, False),
        (Answer.WRONG, 13, True),
        (Answer.WRONG, 14, False),
    ],
)
def test_an_objection_is_active_until_its_cooldown_is_over(answer: Answer, days: int, is_active: bool) -> None:
    objection = Objection(rule="pace", answer=answer, day=MONDAY)

    active = find_active_objection("pace", [objection], today=MONDAY + timedelta(days=days))

    assert active == (objection if is_active else None)


def test_an_objection_to_another_rule_is_passed_over() -> None:
    other, own = (Objection(rule=rule, answer=Answer.WRONG, day=MONDAY) for rule in ("drop", "pace"))

    assert find_active_objection("pace", [other], today=MONDAY) is None
    assert find_active_objection("pace", [other, own], today=MONDAY) == own


def test_every_answer_and_every_reason_has_a_label() -> None:
    assert set(ANSWER_LABELS) == set(Answer)
    assert set(WRONG_REASON_LABELS) == set(WrongReason)


def test_an_answer_is_described_with_its_reason() -> None:
    assert describe_answer(Answer.RECOGNISED, "") == "already thanked"
    assert describe_answer(Answer.WRONG, "missing") == "wrong (something is missing from the records)"
