"""The hash that stands for a contact from translation on, so that the CRM's own key goes no further than the raw webhook.

It is the first 128 bits of HMAC-SHA256 under a secret of the installation, the same for every source and on every replica. A
plain hash would not do: there are so few ids, numbers and addresses of contacts that all of them could be tried.
"""

import hmac
import re
from typing import Final

import msgspec

from shared.errors import DaymarkError
from shared.observation import Observation

CONTACT_KEY: Final = "contact_key"
_PREFIX: Final = "hmac:"
_HEX: Final = 32
_HASHED: Final = re.compile(rf"\A{_PREFIX}[0-9a-f]{{{_HEX}}}\Z")


class NoContactSecret(DaymarkError):
    """A contact is given by its key in the CRM, and the secret under which such keys are hashed is not configured here. Set
    privacy.contact_secret to the one that ingest uses, as env:NAME or file:PATH."""


def hashed_contact(secret: bytes, contact_key: str) -> str:
    """`hmac:` and 32 hex digits, which stand for the contact with this key in a CRM."""
    digest = hmac.digest(secret, contact_key.encode("utf-8", "surrogatepass"), "sha256")
    return _PREFIX + digest.hex()[:_HEX]


def is_hashed(contact_key: str) -> bool:
    """Whether the key has the form that `hashed_contact` writes."""
    return _HASHED.match(contact_key) is not None


def with_hashed_contact(observation: Observation, secret: bytes) -> Observation:
    """The observation as it may travel on. Without a secret it does not say who the contact was."""
    contact_key = observation.facts.get(CONTACT_KEY)
    if not isinstance(contact_key, str):
        return observation
    facts = dict(observation.facts)
    if secret:
        facts[CONTACT_KEY] = hashed_contact(secret, contact_key)
    else:
        del facts[CONTACT_KEY]
    return msgspec.structs.replace(observation, facts=facts)
