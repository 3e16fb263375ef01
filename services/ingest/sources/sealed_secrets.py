"""Encrypts the secrets of stored sources with AES-256-GCM, under a key that is derived from `ingest.sources_key`."""

import base64
import binascii
import json
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import Refusal
from shared.observation import SourceName

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_PURPOSE: Final = b"daymark: secrets of stored sources, v1"


class SourcesKeyMissing(Refusal):
    """Sources can be added while Daymark runs only if ingest has a key to encrypt their secrets with. Set ingest.sources_key,
    and start ingest again; or write the source into daymark.toml."""


class SourcesKeyChanged(Refusal):
    """The secrets of the source were stored under another key. Restore the earlier ingest.sources_key, or add the source again
    with its secrets."""


class SecretsKey:
    """The key of one ingest. Without a secret nothing can be sealed or opened."""

    def __init__(self, secret: str | None) -> None:
        kdf = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE)
        self._cipher = AESGCM(kdf.derive(secret.encode())) if secret else None

    def seal(self, source: SourceName, values: Sequence[str]) -> str:
        """The secrets of a source as text that only this key opens, and only for this source.

        Raises:
            SourcesKeyMissing: there is no key.
        """
        if self._cipher is None:
            raise SourcesKeyMissing
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, json.dumps(list(values)).encode(), source.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, source: SourceName, sealed: str) -> tuple[str, ...]:
        """The secrets that were sealed.

        Raises:
            SourcesKeyMissing: there is no key.
            SourcesKeyChanged: they were sealed under another key, or for another source.
        """
        if self._cipher is None:
            raise SourcesKeyMissing(source)
        try:
            raw = base64.b64decode(sealed, validate=True)
            plain = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], source.encode())
        except (InvalidTag, binascii.Error, ValueError):
            raise SourcesKeyChanged(source) from None
        return tuple(json.loads(plain))
