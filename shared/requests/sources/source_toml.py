"""A source as the lines of daymark.toml that say the same."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from shared.requests.sources.endpoints import SignatureKeys, SourceDescription, SourceRow

_DELETE: Final = "\x7f"
_DEFAULTS: Final = SourceDescription(kind="")
_SIGNATURE_DEFAULTS: Final = SignatureKeys(header="")


def source_to_toml(row: SourceRow) -> str:
    """The section of a source. The secret of a stored one is not given out: a placeholder names a file in its place."""
    secrets = row.secrets or (f"file:secrets/{row.name}",)
    lines = [f"[sources.{row.name}]", f"kind = {_text(row.description.kind)}", f"secrets = {_list(secrets)}"]
    return "\n".join([*lines, *_optional_lines(row.description)]) + "\n"


def _optional_lines(description: SourceDescription) -> Iterator[str]:
    """The keys that differ from their defaults."""
    for key in ("account", "public_url", "secret_in"):
        if (text := getattr(description, key)) != getattr(_DEFAULTS, key):
            yield f"{key} = {_text(text)}"
    if description.expires_at is not None:
        yield f"expires_at = {description.expires_at.isoformat()}"
    for key in ("outcomes", "kinds", "fields"):
        if phrases := getattr(description, key):
            yield f"{key} = {_table(phrases)}"
    if description.signature is not None:
        yield f"signature = {_signature(description.signature)}"


def _signature(signature: SignatureKeys) -> str:
    changed = {
        key: value
        for key, value in signature.model_dump().items()
        if key == "header" or value != getattr(_SIGNATURE_DEFAULTS, key)
    }
    return "{" + ", ".join(f"{key} = {_value(value)}" for key, value in changed.items()) + "}"


def _value(value: object) -> str:
    return str(value) if isinstance(value, int) else _text(str(value))


def _table(phrases: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_text(key)} = {_text(value)}" for key, value in phrases.items()) + "}"


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(_text(text) for text in texts) + "]"


def _text(text: str) -> str:
    r"""A basic string of TOML. It escapes as JSON does, and the character that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace(_DELETE, "\\u007f")
