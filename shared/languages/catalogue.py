"""The languages that Daymark speaks, and their translations.

English is what the code says. Every other language is a file in `catalogues/`, named by its code: `es.po` for Spanish.
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER: Final = Path(__file__).parent / "catalogues"
ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po")))
"""The codes of the languages, as BCP 47 has them."""


@cache
def translations_of(language: str) -> Translations:
    """What the catalogue of a language says. English translates nothing: a text is its own translation.

    Raises:
        ValueError: there is no such language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"there is no language {language!r}: use one of {', '.join(LANGUAGES)}")
    if language == ENGLISH:
        return Translations()
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@cache
def language_names() -> Mapping[str, str]:
    """Each language by its code, as its speakers call it: `English`, `Español`."""
    names = {code: Locale.parse(code).get_display_name(code) or code for code in LANGUAGES}
    return {code: name[:1].upper() + name[1:] for code, name in names.items()}
