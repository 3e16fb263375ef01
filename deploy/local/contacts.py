"""The secret under which the keys of contacts are hashed, where a command can have it."""

from typing import Final

from deploy.local.settings import LocalSettings
from shared.observation import Observation
from shared.privacy.contact_keys import CONTACT_KEY, NoContactSecret, hashed_contact, is_hashed, with_hashed_contact
from shared.service.settings import read_secret

KEPT_IN: Final = "contact-secret"
"""Its file in the data folder of `daymark up`, where no other is configured."""


def contact_secret_of(settings: LocalSettings) -> bytes:
    """As configured, else as `daymark up` made it in the data folder; empty where there is neither.

    Raises:
        SecretMissing: it is not where the configuration says.
    """
    if settings.privacy.contact_secret:
        return settings.privacy.read_contact_secret()
    made = settings.data / "secrets" / KEPT_IN
    return (read_secret(f"file:{made}") or "").encode() if made.exists() else b""


def spellings_of(contact_key: str, secret: bytes) -> tuple[str, ...]:
    """How a contact may be called in tables and streams: hashed, and as the CRM calls them where that was taken in before keys
    were hashed. Empty where it cannot be known."""
    if is_hashed(contact_key):
        return (contact_key,)
    return (hashed_contact(secret, contact_key), contact_key) if secret else ()


def imported(observation: Observation, secret: bytes) -> Observation:
    """An observation of a file as it goes on: a key that is hashed already stays.

    Raises:
        NoContactSecret: it names a contact, and there is no secret to hash the key under.
    """
    contact_key = observation.facts.get(CONTACT_KEY)
    if not isinstance(contact_key, str) or is_hashed(contact_key):
        return observation
    if not secret:
        raise NoContactSecret(observation.activity_id)
    return with_hashed_contact(observation, secret)
