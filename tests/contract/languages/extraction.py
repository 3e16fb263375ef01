"""What Babel does not find by itself: the sentences of refusals, and the texts of senders.yaml."""

import ast
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import BinaryIO, Final

import yaml
from babel.messages.extract import extract_python as extract_calls

_REFUSAL: Final = "Refusal"
_SENDER_KEYS: Final = ("title", "sentence", "steps", "secret_name")
_NO_COMMENTS: Final[list[str]] = []
Message = tuple[int, str | tuple[str, ...], object, object]


def extract_python(
    file: BinaryIO, keywords: Mapping[str, None], tags: list[str], *, options: dict[str, str]
) -> Iterator[Message]:
    """Calls of gettext, and the docstrings of classes that are derived from `Refusal`."""
    del options
    source = file.read()
    yield from extract_calls(BytesIO(source), keywords, tags, {})
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any(isinstance(base, ast.Name) and base.id == _REFUSAL for base in node.bases):
            yield node.lineno, "gettext", " ".join((ast.get_docstring(node) or "").split()), _NO_COMMENTS


def extract_senders(file: BinaryIO, _: object, __: object, *, options: object) -> Iterator[Message]:
    """What the page of a sender says."""
    del options
    for sender in yaml.safe_load(file):
        for key in _SENDER_KEYS:
            texts = sender.get(key, [])
            for text in [texts] if isinstance(texts, str) else texts:
                yield 1, "gettext", text, _NO_COMMENTS
