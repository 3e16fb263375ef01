"""The catalogues hold what the code says. `python -m tests.contract.languages.catalogues` brings them up to date.

What is new stands there without a translation, and what the code does not say any more is gone. `daymark.pot` is what a new
language begins with.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from shared.languages.catalogue import FOLDER

ROOT: Final = Path(__file__).parents[3]
TEMPLATE: Final = FOLDER / "daymark.pot"
_SOURCES: Final = ("services", "shared")
_METHODS: Final = [
    ("**.py", "tests.contract.languages.extraction:extract_python"),
    ("**.html", "jinja2.ext:babel_extract"),
    ("**/templates/*.txt", "jinja2.ext:babel_extract"),
    ("**/senders.yaml", "tests.contract.languages.extraction:extract_senders"),
]
_TEMPLATE_OPTIONS: Final = {"trimmed": "true", "newstyle_gettext": "true"}
_OPTIONS: Final = {"**.html": _TEMPLATE_OPTIONS, "**/templates/*.txt": _TEMPLATE_OPTIONS}
_KEYWORDS: Final = {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "marked": None, "pmarked": ((1, "c"), 2)}
_COMMENT_TAG: Final = "Translators:"
_HEADINGS: Final = ('"MIME-Version:', '"Content-Type:', '"Content-Transfer-Encoding:', '"Language:', '"Plural-Forms:')
"""What the first entry says. Dates and addresses would only differ between two runs."""
_TITLE: Final = "# The texts of Daymark, and what they are in another language.\n"


def extracted() -> Catalog:
    """Everything that the code says, in the order of its files."""
    catalogue = Catalog(project="Daymark", charset="utf-8", fuzzy=False)
    for folder in _SOURCES:
        messages = extract_from_dir(
            ROOT / folder,
            method_map=_METHODS,
            options_map=_OPTIONS,
            keywords=_KEYWORDS,
            comment_tags=(_COMMENT_TAG,),
            strip_comment_tags=True,
        )
        for name, _, message, comments, context in messages:
            catalogue.add(message, None, [(f"{folder}/{name}", 1)], auto_comments=comments, context=context)
    return catalogue


def updated(path: Path, template: Catalog) -> Catalog:
    """The catalogue in a file, with what the template says and with the translations that it had."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    return catalogue


def as_text(catalogue: Catalog) -> str:
    """The file: sorted by message, with the files that say it, and without dates."""
    written = BytesIO()
    write_po(written, catalogue, width=120, omit_header=False, sort_output=True, include_lineno=False, ignore_obsolete=True)
    text = written.getvalue().decode()
    head, gap, entries = text[text.index("msgid") :].partition("\n\n")
    lines = head.splitlines()
    headings = [*lines[:2], *(line for line in lines[2:] if line.startswith(_HEADINGS))]
    return _TITLE + "\n".join(headings) + gap + entries


def files() -> Iterator[tuple[Path, str]]:
    """Each file, and what it should hold."""
    template = extracted()
    yield TEMPLATE, as_text(template)
    for path in sorted(FOLDER.glob("*.po")):
        yield path, as_text(updated(path, template))


if __name__ == "__main__":
    for path, text in files():
        path.write_text(text, encoding="utf-8")
