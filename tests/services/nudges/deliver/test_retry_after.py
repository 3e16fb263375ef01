"""The `Retry-After` header."""

import pytest

from services.nudges.deliver.retry_after import parse_retry_after
from tests.services.nudges.builders.days import NOON


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("30", 30),
        (" 30 ", 30),
        ("0", 0),
        ("1" * 40, 111_111_111),
        ("Mon, 02 Mar 2026 11:00:30 GMT", 30),
        ("Mon, 02 Mar 2026 10:59:00 GMT", -60),
        ("-5", None),
        ("٣٠", None),
        ("soon", None),
        ("", None),
    ],
    ids=[
        "no header",
        "seconds",
        "white space around it",
        "at once",
        "more digits than anybody needs",
        "a date",
        "a date in the past",
        "a negative number",
        "digits that are not ASCII",
        "a word",
        "nothing",
    ],
)
def test_the_header_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, now=NOON) == seconds
