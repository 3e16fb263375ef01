"""How commands print: lines, tables that fit or make room, and characters that a terminal would obey."""

from io import StringIO

import pytest

from deploy.output import Column, Output, Styled, echo, echo_block, show_controls

COLUMNS = (
    Column(heading="day"),
    Column(heading="given\nup", is_number=True),
    Column(heading="status", is_prose=True),
    Column(heading="", is_prose=True),
)
REASON = "the receiver has not answered for a while, so it is tried again later"


def print_table(*rows: tuple[str, str, str, str], width: int) -> list[str]:
    file = StringIO()
    Output(file, width=width).table(COLUMNS, rows, if_empty="Nothing.")
    return file.getvalue().splitlines()


def test_text_is_printed_as_it_is_and_control_characters_are_made_visible() -> None:
    file = StringIO()

    Output(file, width=20).line("[/sales] [bold :smile: \x1b[2J\r\n", Styled("\u202e\ud800\x9b", "bold"), " ja" * 20)

    assert file.getvalue() == "[/sales] [bold :smile: \\x1b[2J\\x0d\\x0a\\u202e\\ud800\\x9b" + " ja" * 20 + "\n"


def test_a_block_may_have_lines_and_tabs_and_a_line_may_not(capsys: pytest.CaptureFixture[str]) -> None:
    echo("a\tb\nc\x1b")
    echo_block("a\tb\nc\x1b", err=True)

    assert capsys.readouterr() == ("a\\x09b\\x0ac\\x1b\n", "a\tb\nc\\x1b\n")
    assert show_controls("Zoë 東京 👋") == "Zoë 東京 👋"


def test_columns_that_fit_stand_side_by_side() -> None:
    assert print_table(("2026-03-02", "7", "sent", "東京"), ("2026-03-03", "12", "late", ""), width=34) == [
        "day         given  status",
        "               up",
        "2026-03-02      7  sent    東京",
        "2026-03-03     12  late",
    ]


def test_prose_is_wrapped_between_words_when_it_is_too_wide() -> None:
    lines = print_table(("2026-03-02", "7", "sent", REASON), width=55)

    assert lines[2:] == [
        "2026-03-02      7  sent    the receiver has not",
        "                           answered for a while, so it",
        "                           is tried again later",
    ]


def test_prose_stands_below_its_row_when_too_little_room_is_left() -> None:
    lines = print_table(("2026-03-02", "7", "sent twice", REASON), ("2026-03-03", "12", "", ""), width=40)

    assert lines == [
        "day         given",
        "               up",
        "2026-03-02      7",
        "    status: sent twice",
        "    the receiver has not answered for a",
        "    while, so it is tried again later",
        "2026-03-03     12",
    ]


def test_every_value_has_a_line_of_its_own_when_even_dates_do_not_fit_side_by_side() -> None:
    lines = print_table(("2026-03-02", "7", "sent", ""), ("2026-03-03", "12", "late", ""), width=12)

    assert lines == [
        "day       2026-03-02",
        "given up  7",
        "status    sent",
        "",
        "day       2026-03-03",
        "given up  12",
        "status    late",
    ]


@pytest.mark.parametrize(("width", "first_row"), [(17, "2026-03-02      7"), (16, "given up  7")])
def test_a_table_that_just_fits_stays_a_table(width: int, first_row: str) -> None:
    columns, file = COLUMNS[:2], StringIO()

    Output(file, width=width).table(columns, [("2026-03-02", "7")], if_empty="")

    assert file.getvalue().splitlines()[-1] == first_row


def test_a_sentence_is_printed_instead_of_an_empty_table() -> None:
    assert print_table(width=80) == ["Nothing."]
