"""The form of a new source: what it asks for, and what becomes of it."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import QueryParams

from services.nudges.pages.setup.senders import Sender
from shared.observation import SourceName
from shared.requests.sources.endpoints import SignatureKeys, SourceDescription, SourceToStore

LOGIN_USER: Final = "daymark"
_RANDOM_BYTES: Final = 24
_HTTPS: Final = "https://"
FIELD_LINES: Final = "\n".join(
    (
        "activity_id = id",
        "kind = type",
        "observed_at = at",
        "actor = user",
        "started_at = at",
        "duration_s = seconds",
        "outcome = outcome",
    )
)
"""To begin with, where a sender posts JSON of its own."""
SIGNATURE_HEADER: Final = "X-Signature"
DEFAULT_PLACE: Final = "header:X-Daymark-Secret"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSource:
    """What is stored, and the secret that has to be entered at the sender; empty if it came from there."""

    query: SourceToStore
    secret: str


def webhook_address(base_url: str, name: SourceName | str) -> str:
    """Where the sender posts to."""
    return f"{base_url.rstrip('/')}/webhooks/{name}"


def read_source_form(fields: QueryParams, sender: Sender, *, base_url: str) -> NewSource:
    """What somebody entered. Ingest checks it."""
    name = fields.get("name", "").strip()
    address = webhook_address(base_url, name)
    description = SourceDescription(
        kind=sender.kind,
        account=fields.get("account", "").strip(),
        public_url=address if sender.is_address_signed and address.startswith(_HTTPS) else "",
        kinds=read_lines(fields.get("kinds", ""), is_last=True),
        fields=read_lines(fields.get("fields", ""), is_last=False),
        secret_in=fields.get("secret_in", "").strip() if "secret_in" in sender.asks_for else "",
        signature=SignatureKeys(header=fields.get("header", "").strip()) if "signature" in sender.asks_for else None,
    )
    if sender.maker == "sender":
        entered = tuple(line.strip() for line in fields.get("secret", "").splitlines() if line.strip())
        return NewSource(query=SourceToStore(name=name, description=description, secrets=entered), secret="")
    secret = make_secret(sender)
    return NewSource(query=SourceToStore(name=name, description=description, secrets=(secret,)), secret=secret)


def make_secret(sender: Sender) -> str:
    """A random secret in the form that the sender takes."""
    key = secrets.token_bytes(_RANDOM_BYTES)
    match sender.maker:
        case "whsec":
            return f"whsec_{base64.b64encode(key).decode()}"
        case "login":
            return f"{LOGIN_USER}:{key.hex()}"
        case _:
            return key.hex()


def read_lines(text: str, *, is_last: bool) -> dict[str, str]:
    """`left = right` on each line. The equals sign that counts is the last or the first of its line."""
    pairs: dict[str, str] = {}
    for line in text.splitlines():
        left, equals, right = line.rpartition("=") if is_last else line.partition("=")
        if equals:
            pairs[left.strip()] = right.strip()
    return pairs


def write_lines(pairs: Mapping[str, str]) -> str:
    """The same as text."""
    return "\n".join(f"{left} = {right}" for left, right in pairs.items())
