"""The secret under which keys of contacts are hashed, and how the commands use it."""

from typing import Final

from deploy.local.settings import LocalSettings
from shared.observation import Observation
from shared.privacy.contact_keys import CONTACT_KEY, NoContactSecret, hashed_contact, is_hashed, with_hashed_contact
from shared.service.settings import read_secret

CONTACT_HASH_KEY_FILE: Final = "contact-secret"
"""Where `daymark up` keeps the secret in its data folder, when none is configured."""


def read_contact_secret(settings: LocalSettings) -> bytes:
    """The configured secret, otherwise the one of the data folder. Empty when there is neither.

    Raises:
        SecretMissing: the secret is not where the configuration says it is.
    """
    if settings.privacy.contact_secret:
        return settings.privacy.read_contact_secret()
    file = settings.data / "secrets" / CONTACT_HASH_KEY_FILE
    return (read_secret(f"file:{file}") or "").encode() if file.exists() else b""


def list_spellings(contact_key: str, secret: bytes) -> tuple[str, ...]:
    """The forms in which tables and streams may hold a contact's key: hashed, and as the CRM writes it from the time before
    keys were hashed. Empty when the hash cannot be computed."""
    if is_hashed(contact_key):
        return (contact_key,)
    return (hashed_contact(secret, contact_key), contact_key) if secret else ()


def hash_contact_once(observation: Observation, secret: bytes) -> Observation:
    """The observation of a file as it is stored. A key that is hashed already stays as it is.

    Raises:
        NoContactSecret: the observation names a contact, and there is no secret to hash the key with.
    """
    contact_key = observation.facts.get(CONTACT_KEY)
    if not isinstance(contact_key, str) or is_hashed(contact_key):
        return observation
    if not secret:
        raise NoContactSecret(observation.activity_id)
    return with_hashed_contact(observation, secret)
