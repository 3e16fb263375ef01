"""Names and notes from outside cannot hide text, turn it around or add headers."""

import pytest

from services.nudges.deliver.personal.neutral_text import neutral, neutral_line


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


def test_a_line_has_no_line_breaks_and_is_cut_between_words() -> None:
    assert neutral_line("Ana\r\nBcc: all@example.com", length_max=80) == "Ana Bcc: all@example.com"
    assert neutral_line("one two, three", length_max=10) == "one two…"
    assert neutral_line("x" * 5_000, length_max=10) == "x" * 9 + "…"
    assert neutral_line("one two", length_max=7) == "one two"
