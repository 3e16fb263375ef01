"""The docstring of an error is the message that people read."""

from services.ingest.settings import UnknownSource
from shared.errors import DaymarkError, in_english
from shared.languages.current import using_language


class FileMissing(DaymarkError):
    """The file is missing. Write it, or correct
    the path."""


def test_the_message_is_the_docstring_on_one_line() -> None:
    assert str(FileMissing()) == "The file is missing. Write it, or correct the path."


def test_the_message_begins_with_what_it_is_about() -> None:
    missing = FileMissing("playbook.yaml")

    assert str(missing) == "playbook.yaml: The file is missing. Write it, or correct the path."
    assert missing.subject == "playbook.yaml"


def test_a_log_says_in_english_what_a_reader_reads_in_their_language() -> None:
    with using_language("es"):
        in_spanish, logged = str(UnknownSource("acme")), in_english(UnknownSource("acme"))

    assert in_spanish.startswith("acme: No hay ningún origen")
    assert logged.startswith("acme: There is no source of this name.")
