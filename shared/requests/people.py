"""What can be asked about the people of the roster."""

from typing import Final

from shared.events import PersonId
from shared.reach import ContactPoint
from shared.requests.endpoint import Endpoint, Schema


class ContactQuery(Schema):
    person: PersonId


class ContactList(Schema):
    """How a rep or a manager is reached today, in their order of preference. Without any, `because` says why."""

    contacts: tuple[ContactPoint, ...] = ()
    because: str = ""


PERSON_CONTACTS: Final = Endpoint(subject="person.contacts.v1", query=ContactQuery, reply=ContactList)
