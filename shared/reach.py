"""How a person can be reached: the transports, and the form of an address in each.

The roster of scoring says where each person is reached; nudges has a module that sends through each transport.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, ConfigDict

from shared.languages.messages import pgettext, pmarked

_MAIL_LENGTH_MAX: Final = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""

_URL_LENGTH_MAX: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Transport:
    """A way to reach one person. `form` is the pattern of an address, `example` one that matches it, and `length_max` the most
    characters that it may have. One that `uses_email` can be named alone, and then goes to the person's email."""

    name: str
    form: re.Pattern[str]
    example: str
    length_max: int = 100
    uses_email: bool = False

    def is_address(self, text: str) -> bool:
        return len(text) <= self.length_max and self.form.fullmatch(text) is not None


_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*"
)
MAIL: Final = Transport(name="mail", form=_EMAIL, example="ana@example.com", length_max=_MAIL_LENGTH_MAX, uses_email=True)
SLACK: Final = Transport(name="slack", form=re.compile(r"[UW][A-Z0-9]{5,30}"), example="U024BE7LH")
TEAMS: Final = Transport(name="teams", form=_EMAIL, example="ana@example.com", length_max=_MAIL_LENGTH_MAX, uses_email=True)
"""The name by which somebody signs in to Microsoft 365, in most companies their email."""
WEBHOOK: Final = Transport(
    name="webhook",
    form=re.compile(r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?][!-\"$-~]*)?"),
    example="https://ana.example.com/daymark",
    length_max=_URL_LENGTH_MAX,
)
"""An address of the person's own, without a user and a fragment."""
TRANSPORTS: Final[Mapping[str, Transport]] = MappingProxyType(
    {transport.name: transport for transport in (MAIL, SLACK, TEAMS, WEBHOOK)}
)


WAY_NAMES: Final = (
    pmarked("way to reach somebody", "mail"),
    pmarked("way to reach somebody", "slack"),
    pmarked("way to reach somebody", "teams"),
    pmarked("way to reach somebody", "webhook"),
)


def transport_name(transport: str) -> str:
    """What people call a transport, within a sentence."""
    return pgettext("way to reach somebody", transport)


class ContactPoint(BaseModel):
    """Where a person is reached: an address in one of the transports."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    transport: str
    address: str


class Contacts(BaseModel):
    """How a person is reached today, in their order of preference. Without any, `because` says why."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    contacts: tuple[ContactPoint, ...] = ()
    because: str = ""
