"""Enter one change into the roster in force, as if its file had been edited and applied."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, assert_never

import asyncpg

from services.scoring.definitions.apply_definitions import put_roster_in_force
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.check_names import NoSuchRep, NoSuchTeam, PersonNotInRoster
from services.scoring.definitions.roster_edits.work_calendar import calendar_of, changed_keys
from services.scoring.definitions.stored_definitions import bump_version, find_roster, list_rosters
from services.scoring.domain.definition_files.person_edits import (
    ChangedMeanwhile,
    with_absence,
    with_calendar,
    with_last_day,
    without_absence,
)
from services.scoring.domain.definition_files.roster_edits import (
    EMPTY_FILE,
    PeopleKey,
    id_from_name,
    with_email,
    with_identity,
    with_person,
    with_team,
)
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definition_files.roster_history import RosterVersion
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused, Mistake
from services.scoring.domain.definition_files.yaml_edits import Entry
from services.scoring.domain.erased import ErasedPeople
from shared.errors import Refusal
from shared.events import PersonId
from shared.languages.messages import gettext, marked
from shared.privacy.erasure import mention_of
from shared.reach import TRANSPORTS, ContactPoint
from shared.requests.roster.edits import (
    AbsenceRemoval,
    CrmUser,
    NewAbsence,
    NewCalendar,
    NewEmail,
    NewLastDay,
    NewPerson,
    NewTeam,
    RosterEdit,
    RosterEdited,
    StoredRoster,
    UserMatch,
)

_FILE: Final = "roster"
_KEYS: Final[dict[str, PeopleKey]] = {"rep": "reps", "manager": "managers"}
_Edited = tuple[str, str]
"""The changed file, and the id of what was entered."""


_FIELDS: Final = {
    "name": marked("Name"),
    "email": marked("Email"),
    "timezone": marked("Time zone"),
    "country": marked("Country code"),
    "subdivision": marked("Part of the country"),
    "workdays": marked("Working days"),
    "hours": marked("Working hours"),
    "reach": marked("Ways to be reached"),
    "slack": marked("Member id in Slack"),
    "source": marked("CRM"),
    "user": marked("CRM user"),
}
"""What forms call the keys of the file."""


class AbsenceBackwards(Refusal):
    """The last day is before the first. Swap the two dates."""


class EntryRefused(Refusal):
    """This cannot be entered into the roster, and nothing has changed. Correct what is named and enter it again."""

    def __init__(self, refused: DefinitionRefused) -> None:
        super().__init__("; ".join(_in_a_form(mistake) for mistake in refused.mistakes))


async def show_roster(pool: asyncpg.Pool) -> StoredRoster:
    """The file in force, with everything that was entered into it."""
    async with pool.acquire() as connection:
        stored = await find_roster(connection)
    if stored is None:
        return StoredRoster()
    return StoredRoster(text=stored.body, applied_at=stored.applied_at, entered_by=stored.entered_by)


async def edit_roster(pool: asyncpg.Pool, cache: DefinitionsCache, edit: RosterEdit, *, now: datetime) -> RosterEdited:
    """Enter one change. The file is changed and read before the definitions are locked, and again if another change came first.

    Raises:
        EntryRefused: the file would have mistakes, the same that are found in a file.
        NotEditable: the file is written in a way that only its author can change.
        NoSuchRep, NoSuchTeam, PersonNotInRoster, AbsenceGone: the roster lacks what the change is about.
        ChangedMeanwhile: somebody else has changed the same since it was shown.
        AbsenceBackwards, LastDayTooEarly, CalendarHasChanges, LaterChangeExists, CountryRemains: the days do not fit.
        ErasedPersonInRoster: it would list somebody who was erased.
    """
    while True:
        async with pool.acquire() as connection:
            stored = await find_roster(connection)
            rosters = await list_rosters(connection) if _needs_id(edit) else []
            erased = (await cache.read(connection)).erased
        body = stored.body if stored is not None else EMPTY_FILE
        text, entered_id = await asyncio.to_thread(_edited, body, edit, rosters, erased)
        if text == body:
            return RosterEdited(id=entered_id, summary="nothing to change", reps_to_rescore=0)
        try:
            roster = await asyncio.to_thread(read_roster, text, file=_FILE)
        except DefinitionRefused as refused:
            raise EntryRefused(refused) from None
        async with pool.acquire() as connection, connection.transaction():
            before = await cache.lock(connection)
            stored = await find_roster(connection)
            if (stored.body if stored is not None else EMPTY_FILE) != body:
                continue
            applied = await put_roster_in_force(connection, before, roster, text, entered_by=edit.asked_by, now=now)
            await bump_version(connection)
        return RosterEdited(
            id=entered_id,
            summary=applied.summary,
            reps_to_rescore=applied.reps_to_rescore,
            reps_to_announce_to=applied.reps_to_announce_to,
        )


def _in_a_form(mistake: Mistake) -> str:
    """`Time zone: no such time zone` for a mistake at `teams[0].reps[3].timezone`. A form has no lines to name."""
    last = mistake.key.rpartition(".")[2]
    name = last.partition("[")[0]
    if name == "identities" and name != last:
        return gettext("CRM user: belongs to a rep already")
    return f"{gettext(_FIELDS[name]) if name in _FIELDS else name}: {mistake.problem}"


def _needs_id(edit: RosterEdit) -> bool:
    return isinstance(edit.edit, NewTeam | NewPerson) and not edit.edit.id


def _edited(body: str, edit: RosterEdit, rosters: Sequence[RosterVersion], erased: ErasedPeople) -> _Edited:
    match edit.edit:
        case NewTeam() as team:
            team_id = team.id or _free_id(team.name, "team", rosters, erased)
            return with_team(body, {"id": team_id, "name": team.name}), team_id
        case NewPerson() as person:
            person_id = person.id or PersonId(_free_id(person.name, person.role, rosters, erased))
            text = with_person(body, person.team, _KEYS[person.role], _person_entry(person, person_id))
            if text is None:
                raise NoSuchTeam(person.team)
            return text, person_id
        case NewEmail() as new:
            text = with_email(body, new.person, new.email)
            if text is None:
                raise PersonNotInRoster(new.person)
            return text, new.person
        case NewLastDay() as new:
            text = with_last_day(body, new.person, new.last, shown=new.shown)
            if text is None:
                raise PersonNotInRoster(new.person)
            return text, new.person
        case UserMatch() | NewAbsence() | AbsenceRemoval() | NewCalendar() as of_rep:
            text = _edited_rep(body, of_rep)
            if text is None:
                raise NoSuchRep(of_rep.rep)
            return text, of_rep.rep
        case unknown:
            assert_never(unknown)


def _edited_rep(body: str, edit: UserMatch | NewAbsence | AbsenceRemoval | NewCalendar) -> str | None:
    """The changed file; None if it does not list the rep."""
    match edit:
        case UserMatch():
            return with_identity(body, edit.rep, _user_entry(edit.user))
        case NewAbsence():
            if edit.first > edit.last:
                raise AbsenceBackwards
            return with_absence(body, edit.rep, first=edit.first, last=edit.last, part=edit.part)
        case AbsenceRemoval():
            return without_absence(body, edit.rep, first=edit.first, last=edit.last, part=edit.part)
        case NewCalendar():
            rep = read_roster(body, file=_FILE).reps.get(edit.rep)
            if rep is None:
                return None
            current = calendar_of(rep.terms[-1])
            if current == edit.calendar:
                return body
            if current != edit.shown:
                raise ChangedMeanwhile
            return with_calendar(body, edit.rep, changed_keys(current, edit.calendar), first=edit.first)
        case unknown:
            assert_never(unknown)


def _free_id(name: str, otherwise: str, rosters: Sequence[RosterVersion], erased: ErasedPeople) -> str:
    """An id that no roster has mentioned: what is stored of a former person must not become somebody else's."""

    def is_taken(candidate: str) -> bool:
        mention = mention_of([candidate])
        is_mentioned = any(mention.search(roster.body) is not None for roster in rosters)
        return is_mentioned or erased.has_person(PersonId(candidate))

    return id_from_name(name, otherwise=otherwise, is_taken=is_taken)


def _person_entry(person: NewPerson, person_id: PersonId) -> Entry:
    texts = {"email": person.email, "timezone": person.timezone, "country": person.country}
    ways = [_way(contact, email=person.email) for contact in person.reach]
    users = [_user_entry(user) for user in person.identities]
    return {
        "id": person_id,
        "name": person.name,
        **{key: text for key, text in texts.items() if text},
        **({"reach": ways} if ways else {}),
        **({"identities": users} if users else {}),
    }


def _way(contact: ContactPoint, *, email: str) -> str | Entry:
    transport = TRANSPORTS.get(contact.transport)
    if transport is not None and transport.uses_email and contact.address in ("", email):
        return contact.transport
    return {contact.transport: contact.address}


def _user_entry(user: CrmUser) -> Entry:
    entry = {"source": user.source, "user": user.user}
    return entry if user.account is None else entry | {"account": user.account}
