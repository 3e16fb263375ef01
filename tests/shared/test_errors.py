"""The docstring of an error is the message that people read."""

from shared.errors import DaymarkError


class FileMissing(DaymarkError):
    """The file is missing. Write it, or correct
    the path."""


def test_the_message_is_the_docstring_on_one_line() -> None:
    assert str(FileMissing()) == "The file is missing. Write it, or correct the path."


def test_the_message_begins_with_what_it_is_about() -> None:
    missing = FileMissing("playbook.yaml")

    assert str(missing) == "playbook.yaml: The file is missing. Write it, or correct the path."
    assert missing.subject == "playbook.yaml"
