"""What a channel shows to its reader, and what of it is more than text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import groupby


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a channel shows: `texts` are read as they are, and `form` is all the rest, such as tags and the names of headers.
    `calls` are those of the texts that would call somebody or lead somewhere."""

    texts: tuple[str, ...]
    form: object
    calls: tuple[str, ...] = ()


def calls_within(text: str, calls: Sequence[str]) -> tuple[str, ...]:
    return tuple(call for call in calls if call in text)


class Html(HTMLParser):
    """The texts of a document, and its tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, str]] = []

    @classmethod
    def read(cls, html: str) -> "Html":
        parser = cls()
        parser.feed(html)
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, str(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def texts_of(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for inner in value.values() for text in texts_of(inner))
        case list():
            yield from (text for inner in value for text in texts_of(inner))
        case _:
            pass


def form_of(value: object) -> object:
    """A JSON document with each text replaced by nothing, but for those that say what an object is."""
    match value:
        case dict():
            return {key: inner if key in {"type", "url", "id"} else form_of(inner) for key, inner in value.items()}
        case list():
            return without_repetitions(form_of(inner) for inner in value)
        case str():
            return ""
        case _:
            return value


def without_repetitions(forms: Iterable[object]) -> list[object]:
    """A text of several lines has several paragraphs, and a long one several blocks."""
    return [form for form, _ in groupby(forms)]
