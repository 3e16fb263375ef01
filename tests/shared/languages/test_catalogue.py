"""The languages that there are."""

import pytest

from shared.languages.catalogue import LANGUAGES, language_names, translations_of


def test_each_file_is_a_language_beside_english() -> None:
    assert LANGUAGES == ("en", "es")
    assert language_names() == {"en": "English", "es": "Español"}


def test_english_is_what_the_code_says_and_another_language_is_what_its_file_says() -> None:
    assert translations_of("en").gettext("Today") == "Today"
    assert translations_of("es").gettext("Today") == "Hoy"


def test_a_language_without_a_file_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no language 'xx': use one of en, es"):
        translations_of("xx")
