"""The client of nats-py with a faster reading of headers: it looks at every character of every name, on every message.

An event has a dozen headers and always the same names, and scoring spent a third of its processor time on them.
"""

from typing import Final

from nats.aio.client import Client

_NAMES_MAX: Final = 256
_WHITESPACE: Final = " \t\n\r\x0b\x0c"  # what bytes.strip takes away
_names: Final[dict[str, str]] = {}
"""Names that were seen to be good, by how they were written."""


class LeanClient(Client):
    """Reads headers as its parent does."""

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        if not raw.isascii():
            return Client._parse_header_lines(raw)  # noqa: SLF001 - a part of it is what is made faster here
        headers: dict[str, str] = {}
        for line in raw.decode("ascii").split("\r\n"):
            name, colon, value = line.partition(":")
            if colon:
                key = _names.get(name) or _look_at(name)
                if key is not None:
                    headers[key] = value.strip(_WHITESPACE)
        return headers


def _look_at(name: str) -> str | None:
    """The name without the space around it; None where there is space within, and its line is to be passed over."""
    key = name.strip(_WHITESPACE)
    if any(character.isspace() for character in key):
        return None
    if len(_names) < _NAMES_MAX:
        _names[name] = key
    return key
