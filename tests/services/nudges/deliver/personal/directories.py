"""Directories of people, and ways to them, for tests of channels."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.nudges.deliver.channel import Delivered
from services.nudges.deliver.personal.transport import Directory, PersonalMessage, TransportOutcome
from services.nudges.links import Links
from shared.events import Nudge, PersonId
from shared.languages.current import current_language
from shared.reach import Contacts
from shared.requests.client import NoResponder
from tests.services.nudges.deliver.delivering import LINKS


def no_directory() -> Directory:
    """For channels that need none."""
    raise AssertionError("this channel looks nobody up")


@dataclass
class FakeDirectory:
    """A directory that knows the contacts of some people; of the others scoring does not answer."""

    contacts: Mapping[PersonId, Contacts] = field(default_factory=dict)
    links: Links = LINKS
    language: str = "en"

    async def find_contacts(self, nudge: Nudge) -> Contacts:
        if nudge.person.id not in self.contacts:
            raise NoResponder("person.contacts.v1")
        return self.contacts[nudge.person.id]

    async def language_of(self, person_id: PersonId) -> str:
        return self.language

    def stop_url(self, nudge: Nudge) -> str:
        return self.links.mail_url(nudge.person.id)


@dataclass
class FakeTransport:
    """Answers as it is told, and records what it sent where, and in which language it was to write."""

    name: str
    outcome: TransportOutcome = field(default_factory=Delivered)
    addresses: list[str] = field(default_factory=list)
    messages: list[PersonalMessage] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)

    async def send(self, message: PersonalMessage, address: str) -> TransportOutcome:
        self.addresses.append(address)
        self.messages.append(message)
        self.languages.append(current_language())
        return self.outcome
