"""What is asked of the services to forget a person, in this order: find, begin, nudges, finish. Each may be asked again.

Between `begin` and `finish` the streams are swept: only scoring's tables still know by which names and ids, and `finish`
takes these away.
"""

from typing import Final, Literal

from shared.requests.client import Shape

FORGET_FIND: Final = "forget.find.v1"
FORGET_BEGIN: Final = "forget.begin.v1"
FORGET_NUDGES: Final = "forget.nudges.v1"
FORGET_FINISH: Final = "forget.finish.v1"


class ForgetQuery(Shape):
    """Somebody of the roster by their id, or a contact by its key: of one source, or of any. `spellings` are how the
    contact may be called in tables and streams, the same as `person` where none are given."""

    person: str
    source: str | None = None
    spellings: tuple[str, ...] = ()


class ForgetOrder(Shape):
    """As `Known` says who is meant."""

    who: Literal["person", "contact"]
    person: str
    source: str | None
    spellings: tuple[str, ...] = ()

    @property
    def contact_keys(self) -> tuple[str, ...]:
        """How the contact may be called in tables and streams."""
        return self.spellings or (self.person,)


class User(Shape):
    """A person as one source knows them; `account` is None where it is the same user in all of the source's accounts."""

    source: str
    account: str | None
    user: str


class Known(ForgetOrder):
    """Who is meant, what would be erased, and by what they can be recognised in the streams.

    `is_forgotten`: that was asked for before. `kept` are users of theirs that the roster gives to somebody else by now.
    """

    is_forgotten: bool
    activities: int
    days: int = 0
    rosters: int = 0
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    kept: tuple[User, ...] = ()


class Forgotten(Shape):
    """What scoring has erased, or made nobody's: rows of its tables."""

    activities: int = 0
    days: int = 0
    rosters: int = 0


class ForgottenNudges(Shape):
    """What nudges has erased: nudges with their deliveries, reports of days, and lines of the file of channels.file."""

    nudges: int
    reports: int
    lines: int
