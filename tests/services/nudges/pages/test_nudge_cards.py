"""Nudges as cards: what each reader sees."""

from services.nudges.domain.feedback.answers import Answer
from services.nudges.pages.inbox import GivenAnswer, Message, MessagePart
from services.nudges.pages.nudge_cards import Card, make_cards
from services.nudges.rules.catalogue import RULES
from shared.events import NudgeId, NudgeKind, PersonId
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.people import ANA, MARA

NOT_USEFUL = GivenAnswer(person_id=ANA.id, answer=Answer.NOT_USEFUL, reason="")
RECOGNISED = GivenAnswer(person_id=MARA.id, answer=Answer.RECOGNISED, reason="")


def _message(
    *,
    rule: str = "plan_done",
    kind: NudgeKind = NudgeKind.CELEBRATION,
    status: str = "sent",
    text: str = "text",
    reason: str = "reason",
    answers: tuple[GivenAnswer, ...] = (),
    parts: tuple[MessagePart, ...] = (),
    is_unsent: bool = False,
) -> Message:
    return Message(
        id=NudgeId("n1"),
        rule=rule,
        kind=kind,
        person_id=ANA.id,
        person_name=ANA.name,
        occasion="",
        day=MONDAY,
        timezone="America/New_York",
        text=text,
        reason=reason,
        status=status,
        because="",
        send_at=NOON,
        retracted_because="",
        is_acknowledged=False,
        is_unsent=is_unsent,
        delivered=(),
        parts=parts,
        answers=answers,
        absences=(),
    )


def _card(message: Message, *, reader: PersonId) -> Card:
    (card,) = make_cards([message], reader=reader)
    return card


def test_the_recipient_is_you_and_reads_the_time_without_the_zone() -> None:
    own, managers = (_card(_message(), reader=reader) for reader in (ANA.id, MARA.id))

    assert (own.recipient, own.timing) == ("You", "sent at 06:00")
    assert (managers.recipient, managers.timing) == ("Ana Ruiz", "sent at 06:00 New York time")


def test_the_recipient_sees_only_their_own_answer_and_a_manager_sees_all() -> None:
    message = _message(answers=(NOT_USEFUL, RECOGNISED))

    assert _card(message, reader=ANA.id).answers == (("You", "not useful"),)
    assert _card(message, reader=MARA.id).answers == (("Ana Ruiz", "not useful"), ("You", "already thanked"))
    assert _card(message, reader=PersonId("jon")).answers == (("Ana Ruiz", "not useful"), ("mara", "already thanked"))


def test_an_answer_that_was_given_is_no_longer_offered() -> None:
    message = _message(answers=(NOT_USEFUL,))

    assert [answer for answer, _ in _card(message, reader=ANA.id).buttons] == ["wrong"]
    assert [answer for answer, _ in _card(message, reader=MARA.id).buttons] == ["recognised", "wrong"]
    assert _card(_message(status="deferred"), reader=ANA.id).buttons == ()


def test_each_part_has_its_own_line_answers_and_address() -> None:
    part = MessagePart(
        id=NudgeId("n2"), kind=NudgeKind.COACHING, text="b", reason="2", is_retracted=False, answers=(NOT_USEFUL,)
    )

    card = _card(_message(text="a\nb", reason="1\n2", parts=(part,)), reader=MARA.id)

    assert (card.text, card.reason) == ("a", "1")
    assert card.parts[0].answers == (("Ana Ruiz", "not useful"),)
    assert [answer for answer, _ in card.parts[0].buttons] == ["coached", "wrong"]
    assert card.answer_paths("token") == {"n1": "token/answer/n1", "n2": "token/answer/n2"}


def test_every_rule_has_a_title() -> None:
    titles = {name: rule.title for name, rule in RULES.items()} | {"playbook": "Playbook", "correction": "Correction"}

    assert {name: _card(_message(rule=name), reader=ANA.id).title for name in titles} == titles


def test_what_a_restore_kept_back_is_not_called_sent() -> None:
    card = _card(_message(is_unsent=True), reader=ANA.id)

    assert card.timing == "decided at 06:00"
    assert card.unsent_because == "Daymark was restored from a backup, and this may have been sent before."
    assert _card(_message(), reader=ANA.id).unsent_because == ""
