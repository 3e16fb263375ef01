"""The CRM users that an erased person had, and which of them are somebody else's by now."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.scoring.domain.definition_files.roster_history import PersonHistory
from services.scoring.domain.roster.roster import Identity, Roster
from shared.observation import SourceName


@dataclass(frozen=True, kw_only=True, slots=True)
class UsersOfPerson:
    """`own` are still the person's. `reassigned` belong to other reps by now. `of_others` are identities of other reps with the
    same source and user as one in `own`, in single accounts of the source."""

    own: tuple[Identity, ...]
    reassigned: tuple[Identity, ...]
    of_others: tuple[Identity, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityColumns:
    """Identities as the columns that queries take. An account of None stands for every account."""

    sources: list[SourceName]
    accounts: list[str | None]
    users: list[str]


def find_users(history: PersonHistory, roster: Roster) -> UsersOfPerson:
    """The users of a person, judged by the roster in force."""

    def is_reassigned(identity: Identity) -> bool:
        account = identity.account or ""
        return roster.find_rep(source=identity.source, account=account, user=identity.user) is not None

    own = [identity for identity in history.identities if not is_reassigned(identity)]
    names = {(identity.source, identity.user) for identity in own}
    return UsersOfPerson(
        own=tuple(own),
        reassigned=tuple(identity for identity in history.identities if is_reassigned(identity)),
        of_others=tuple(
            identity for rep in roster.reps.values() for identity in rep.identities if (identity.source, identity.user) in names
        ),
    )


def identity_columns(identities: Sequence[Identity]) -> IdentityColumns:
    """Identities as columns."""
    return IdentityColumns(
        sources=[identity.source for identity in identities],
        accounts=[identity.account for identity in identities],
        users=[identity.user for identity in identities],
    )
