"""Nudges as cards: what each reader sees."""

from datetime import date, datetime, timedelta

from services.nudges.domain.feedback.answers import Answer
from services.nudges.domain.feedback.undo import UNDO_FOR
from services.nudges.pages.cards.card import Card, Reader
from services.nudges.pages.cards.nudge_cards import make_cards
from services.nudges.pages.messages.stored_messages import GivenAnswer, Message, MessagePart
from services.nudges.rules.catalogue import RULES
from shared.events import Mention, NudgeId, NudgeKind, PersonId, RepId
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.people import ANA, BEN, MARA

NOT_USEFUL = GivenAnswer(person_id=ANA.id, answer=Answer.NOT_USEFUL, reason="", answered_at=NOON)
RECOGNISED = GivenAnswer(person_id=MARA.id, answer=Answer.RECOGNISED, reason="", answered_at=NOON)


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
    about: tuple[Mention, ...] = (),
    again_at: datetime | None = None,
    is_opened: bool = False,
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
        is_opened=is_opened,
        delivered=(),
        parts=parts,
        answers=answers,
        about=about,
        absences=(),
        again_at=again_at,
    )


def _card(message: Message, *, reader: PersonId, now: datetime = NOON) -> Card:
    (card,) = make_cards([message], Reader(id=reader, now=now))
    return card


def test_the_recipient_is_you_and_reads_the_time_without_the_zone() -> None:
    own, managers = (_card(_message(), reader=reader) for reader in (ANA.id, MARA.id))

    assert (own.recipient, own.timing) == ("You", "sent at 06:00")
    assert (managers.recipient, managers.timing) == ("Ana Ruiz", "sent at 06:00 New York time")


def test_the_recipient_sees_only_their_own_answer_and_a_manager_sees_all() -> None:
    message, later = _message(answers=(NOT_USEFUL, RECOGNISED)), NOON + UNDO_FOR

    assert _card(message, reader=ANA.id, now=later).answers == (("You", "not useful"),)
    assert _card(message, reader=MARA.id, now=later).answers == (("Ana Ruiz", "not useful"), ("You", "already thanked"))
    assert _card(message, reader=PersonId("jon")).answers == (
        ("Ana Ruiz", "not useful"),
        ("Another manager", "already thanked"),
    )


def test_an_answer_of_the_reader_that_can_be_undone_is_shown_apart() -> None:
    card = _card(_message(answers=(NOT_USEFUL, RECOGNISED)), reader=MARA.id)

    assert card.fresh is not None
    assert card.answers == (("Ana Ruiz", "not useful"),)


def test_an_answer_that_was_given_is_no_longer_offered() -> None:
    message = _message(answers=(NOT_USEFUL,))

    assert [answer for answer, _ in _card(message, reader=ANA.id).buttons] == ["wrong"]
    assert [answer for answer, _ in _card(message, reader=MARA.id).buttons] == ["recognised", "wrong"]
    assert _card(_message(status="deferred"), reader=ANA.id).buttons == ()


def test_each_part_has_its_own_line_answers_and_address() -> None:
    part = MessagePart(
        id=NudgeId("n2"), rule="drop", kind=NudgeKind.COACHING, text="b", reason="2", is_retracted=False, answers=(NOT_USEFUL,)
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
    assert card.unsent_because == "Daymark was restored from a backup, and this may already have gone out."
    assert _card(_message(), reader=ANA.id).unsent_because == ""


def test_a_card_is_headed_by_whose_it_is_and_leads_to_them_and_to_their_day() -> None:
    def rep_address(rep_id: PersonId) -> str:
        return "" if rep_id == "eve" else f"/people/{rep_id}"

    def day_address(rep_id: PersonId, day: date) -> str:
        return f"/people/{rep_id}/day/{day}"

    def card_of(message: Message, reader: PersonId) -> Card:
        names = {PersonId("ana"): "Ruiz, Ana", PersonId("ben"): BEN.name}
        asked = Reader(id=reader, now=NOON, names=names, rep_address=rep_address, day_address=day_address)
        (card,) = make_cards([message], asked)
        return card

    celebration = card_of(_message(), MARA.id)
    about_ben, about_both, about_eve = (
        card_of(_message(kind=NudgeKind.DIGEST, about=tuple(Mention(id=RepId(PersonId(rep))) for rep in reps)), ANA.id)
        for reps in (["ben", "ben"], ["ana", "ben"], ["eve"])
    )

    assert (celebration.heading, celebration.address, celebration.about) == ("Ana Ruiz", "/people/ana", ())
    assert (celebration.day, celebration.day_address) == ("today", "/people/ana/day/2026-03-02")
    assert (about_ben.heading, about_ben.about) == ("Ben Ode", (("Ben Ode", "/people/ben"),))
    assert (about_both.heading, about_both.about) == ("You", (("Ana Ruiz", "/people/ana"), ("Ben Ode", "/people/ben")))
    assert (about_eve.heading, about_eve.about, about_eve.day_address) == ("You", (), "")


def test_only_the_recipient_sees_that_it_is_new_and_when_it_comes_again() -> None:
    for is_opened, reader, is_new in ((False, ANA.id, True), (True, ANA.id, False), (False, MARA.id, False)):
        assert _card(_message(is_opened=is_opened), reader=reader).is_new is is_new
    assert not _card(_message(status="deferred"), reader=ANA.id).is_new
    again = _message(again_at=NOON)
    assert [_card(again, reader=reader).again for reader in (ANA.id, MARA.id)] == ["06:00", ""]


def test_a_card_is_done_once_each_of_its_nudges_is_answered_and_nothing_can_be_undone() -> None:
    old = RECOGNISED.model_copy(update={"answered_at": NOON - timedelta(seconds=10)})
    part = MessagePart(
        id=NudgeId("n2"), rule="drop", kind=NudgeKind.COACHING, text="b", reason="2", is_retracted=False, answers=()
    )
    answered_part, announcement = part.model_copy(update={"answers": (old,)}), NudgeKind.ANNOUNCEMENT

    cards = [
        _card(_message(text="a\nb", reason="1\n2", answers=answers, parts=parts), reader=MARA.id)
        for answers, parts in (((), ()), ((RECOGNISED,), ()), ((old,), ()), ((old,), (part,)), ((old,), (answered_part,)))
    ]

    assert [card.is_done for card in cards] == [False, False, True, False, True]
    assert [card.is_fresh for card in cards] == [False, True, False, False, False]
    assert not _card(_message(kind=announcement), reader=MARA.id).is_done
