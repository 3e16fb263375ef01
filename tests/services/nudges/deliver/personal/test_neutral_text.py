"""Names and notes from outside cannot hide text, turn it around or add headers."""

import pytest

from services.nudges.deliver.personal.neutral_text import in_order, neutral, neutral_line, neutral_nudge
from shared.events import NudgeId, NudgeKind, NudgePart, Person, PossibleAbsence
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA, NORTH, make_rep


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana\u202egnirts\u202c Ruiz", "Anagnirts Ruiz"),
        ("A\u200bna\ufeff Ru\u00adiz", "Ana Ruiz"),
        ("Ana\x00\x1b[31m Ruiz", "Ana[31m Ruiz"),
        ("Ana\u2066 \u2069Ruiz\udc80", "Ana Ruiz"),
        ("سارة علي", "سارة علي"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d💻 Ana", "👩\u200d💻 Ana"),
        ("one\r\ntwo", "one\ntwo"),
    ],
)
def test_characters_that_nobody_sees_are_left_out(text: str, expected: str) -> None:
    assert neutral(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("That's a comeback, נועה בן־דוד: 4 of 4", "That's a comeback, נועה בן־דוד\u200e: 4 of 4"),
        ("שרה לוי was here, (שרה) 2", "\u200eשרה לוי\u200e was here, (שרה\u200e) 2"),
        ("סארה 12", "סארה 12"),
    ],
)
def test_a_name_from_right_to_left_stays_in_its_place_in_a_sentence_from_left_to_right(text: str, expected: str) -> None:
    assert in_order(text) == expected
    assert neutral(expected) == text


def test_a_line_has_no_line_breaks_and_is_cut_between_words() -> None:
    assert neutral_line("Ana\r\nBcc: all@example.com", length_max=80) == "Ana Bcc: all@example.com"
    assert neutral_line("one two, three", length_max=10) == "one two…"
    assert neutral_line("x" * 5_000, length_max=10) == "x" * 9 + "…"
    assert neutral_line("one two", length_max=7) == "one two"


def test_every_text_and_every_name_of_a_nudge_is_neutral() -> None:
    hidden = "A\u202e\u200bna"
    nudge = make_nudge(
        person=Person(id=ANA.id, name=f"{hidden}\r\nRuiz"),
        team=NORTH.model_copy(update={"name": hidden}),
        sender=Person(id=MARA.id, name=hidden),
        text=f"{hidden}\nBen",
        reason=hidden,
        parts=(NudgePart(id=NudgeId("n1"), kind=NudgeKind.DIGEST, rule="digest", text=hidden),),
        absences=(PossibleAbsence(rep=make_rep("ben", hidden), first=MONDAY, last=MONDAY),),
    )

    shown = neutral_nudge(nudge)

    assert (shown.person.name, shown.text) == ("Ana Ruiz", "Ana\nBen")
    assert shown.sender is not None
    names = (shown.team.name, shown.sender.name, shown.absences[0].rep.name)
    assert {*names, shown.reason, shown.parts[0].text} == {"Ana"}


def test_a_nudge_without_anything_hidden_stays_as_it_is() -> None:
    assert neutral_nudge(make_nudge()) == make_nudge()
