"""What is wrong with a source that somebody entered, by the fields of the form in which they did."""

from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from shared.errors import Refusal
from shared.languages.messages import gettext, marked
from shared.service.settings import SECRET_MIN_BYTES

_FIELDS: Final = {
    "sources": marked("Name of the source"),
    "kind": marked("Kind"),
    "account": marked("Id of the organisation"),
    "kinds": marked("What each board holds"),
    "fields": marked("Where each fact is in the JSON"),
    "secret_in": marked("Where in the webhook the secret is"),
    "signature": marked("Header that holds the signature"),
    "header": marked("Header that holds the signature"),
    "secrets": marked("Secret"),
}
"""What the form calls the keys of a source. Other keys stand in commands and files only."""
_OF_PYDANTIC: Final = "Value error, "
_WHOLE_SOURCE: Final = 2
"""How long the path of a source is: a problem there begins with the key that it is about."""
_REMEDIES: Final = {
    "string_pattern_mismatch": marked("must be 1 to 64 visible characters without a blank"),
    "extra_forbidden": marked("there is no such key"),
    "missing": marked("is missing; it is required"),
}


class SourceRefused(Refusal):
    """The source was not stored, and nothing has changed. Correct what is named and enter it again."""


def refuse_description(refused: ValidationError) -> SourceRefused:
    """The refusal of a source whose keys have problems."""
    return SourceRefused("; ".join(_problems(refused)))


def refuse_missing_secret() -> SourceRefused:
    return SourceRefused(_sentence("secrets", gettext("write at least one; without a secret nothing could be verified")))


def refuse_guessable_secret(secret: str) -> None:
    """Raise `SourceRefused` if the secret could be guessed."""
    size = len(secret.encode())
    if size < SECRET_MIN_BYTES:
        problem = gettext("{count} bytes are too few; use at least {least} random characters")
        raise SourceRefused(_sentence("secrets", problem.format(count=size, least=SECRET_MIN_BYTES)))


def _problems(refused: ValidationError) -> Iterator[str]:
    for error in refused.errors():
        path, problem = error["loc"], error["msg"].removeprefix(_OF_PYDANTIC)
        if error["type"] in _REMEDIES:
            problem = gettext(_REMEDIES[error["type"]])
        key = str(path[-1])
        if len(path) == _WHOLE_SOURCE:
            key, _, problem = problem.partition(" ")
        yield _sentence(key, problem)


def _sentence(key: str, problem: str) -> str:
    return f"{gettext(_FIELDS[key]) if key in _FIELDS else key}: {problem}"
