"""The hash by which a contact is known from translation on, so that nothing personal goes further than the raw webhook.

It is the first 128 bits of HMAC-SHA256 under a secret of the installation, the same whatever source the contact comes from and
whichever replica translates. A plain hash would not do: ids, numbers and addresses of contacts are few enough to try them all.
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
    """A contact is named by its key in the CRM, and the secret under which such keys are hashed is not known here. Set
    privacy.contact_secret to that of ingest, as env:NAME or file:PATH."""


def hashed_contact(secret: bytes, contact_key: str) -> str:
    """`hmac:` and 32 hex digits: what stands for the contact whom a CRM calls so."""
    digest = hmac.digest(secret, contact_key.encode("utf-8", "surrogatepass"), "sha256")
    return _PREFIX + digest.hex()[:_HEX]


def is_hashed(contact_key: str) -> bool:
    """Whether it looks as `hashed_contact` writes it."""
    return _HASHED.match(contact_key) is not None


def with_hashed_contact(observation: Observation, secret: bytes) -> Observation:
    """What goes on of an observation in a sender's own words. Without a secret it does not say with whom."""
    contact_key = observation.facts.get(CONTACT_KEY)
    if not isinstance(contact_key, str):
        return observation
    facts = dict(observation.facts)
    if secret:
        facts[CONTACT_KEY] = hashed_contact(secret, contact_key)
    else:
        del facts[CONTACT_KEY]
    return msgspec.structs.replace(observation, facts=facts)
