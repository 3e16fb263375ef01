"""What is asked of the services to erase a person, in this order: find, begin, nudges, finish. Each may be asked again.

Between `begin` and `finish` the streams are swept: until then scoring's tables still know under which names and ids the person
is recorded, and `finish` removes these.
"""

from typing import Final, Literal

from shared.observation import SourceName
from shared.requests.endpoint import Endpoint, Schema


class ErasureQuery(Schema):
    """Somebody in the roster by id, or a contact by key: of one source, or of any. `spellings` are the forms in which tables
    and streams may hold the contact's key; without them it is `person` alone."""

    person: str
    source: SourceName | None = None
    spellings: tuple[str, ...] = ()


class ErasureOrder(Schema):
    """Erase a person or a contact; `subject` says which of both `person` names."""

    subject: Literal["person", "contact"]
    person: str
    source: SourceName | None
    spellings: tuple[str, ...] = ()

    @property
    def contact_keys(self) -> tuple[str, ...]:
        """The forms in which tables and streams may hold the contact's key."""
        return self.spellings or (self.person,)


class CrmUser(Schema):
    """A person as one source knows them; `account` is None if it is the same user in all of the source's accounts."""

    source: SourceName
    account: str | None
    user: str


class ErasureTarget(ErasureOrder):
    """Who is meant, what would be erased, and how they can be recognised in the streams.

    `is_erased`: this was asked for before. `reassigned` are users of theirs that the roster has given to somebody else since.
    """

    is_erased: bool
    activities: int
    days: int = 0
    rosters: int = 0
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    users: tuple[CrmUser, ...] = ()
    reassigned: tuple[CrmUser, ...] = ()


class ErasedScores(Schema):
    """What scoring erased or made anonymous: rows of its tables."""

    activities: int = 0
    days: int = 0
    rosters: int = 0


class ErasedNudges(Schema):
    """What nudges erased: nudges with their deliveries, day reports, and lines of the file of `channels.file`."""

    nudges: int
    reports: int
    lines: int


ERASE_FIND: Final = Endpoint(subject="forget.find.v1", query=ErasureQuery, reply=ErasureTarget)
ERASE_BEGIN: Final = Endpoint(subject="forget.begin.v1", query=ErasureOrder, reply=ErasedScores)
ERASE_NUDGES: Final = Endpoint(subject="forget.nudges.v1", query=ErasureOrder, reply=ErasedNudges)
ERASE_FINISH: Final = Endpoint(subject="forget.finish.v1", query=ErasureOrder, reply=ErasedScores)
