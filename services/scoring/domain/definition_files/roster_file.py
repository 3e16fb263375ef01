"""The roster file: what its authors may write, and the roster that results."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from services.scoring.domain.definition_files.fields import (
    SLUG,
    Entry,
    Name,
    Timezone,
    find_duplicates,
    find_unknown_region,
    known_keys,
    read_hours,
    read_weekdays,
    short_subdivision,
)
from services.scoring.domain.definition_files.reach_fields import Reach, contact_points
from services.scoring.domain.definition_files.yaml_document import (
    DefinitionRefused,
    Document,
    Mistake,
    Path,
    dotted,
    mistakes_of,
    read_documents,
)
from services.scoring.domain.roster.roster import Absence, Identity, Manager, Rep, Roster, Team, Term
from shared.events import ManagerId, RepId, TeamId
from shared.languages.messages import gettext
from shared.observation import SourceName
from shared.reach import MAIL


class ManagerEntry(Entry):
    id: Annotated[ManagerId, SLUG]
    name: Name
    email: str | None = None
    reach: Reach | None = None
    timezone: Timezone | None = None
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="until")


class AbsenceEntry(Entry):
    first: date = Field(alias="from")
    last: date = Field(alias="until")
    part: Decimal = Field(default=Decimal(1), gt=0, le=1)

    @model_validator(mode="after")
    def _check_dates(self) -> Self:
        if self.first > self.last:
            raise ValueError(gettext("`from` is later than `until`; swap them"))
        return self


class IdentityEntry(Entry):
    source: Annotated[SourceName, SLUG]
    user: Name
    account: str | None = None


class ChangeEntry(Entry):
    """What changes for a rep from a date on. Keys that are left out stay as they were."""

    first: date = Field(alias="from")
    team: Annotated[TeamId, SLUG] | None = None
    timezone: Timezone | None = None
    country: str | None = None
    subdivision: str | None = None
    workdays: Annotated[frozenset[int] | None, BeforeValidator(read_weekdays)] = None
    hours: Annotated[tuple[time, time] | None, BeforeValidator(read_hours)] = None


class RepEntry(Entry):
    id: Annotated[RepId, SLUG]
    name: Name
    email: str | None = None
    reach: Reach | None = None
    timezone: Timezone
    country: str | None = None
    subdivision: str | None = None
    workdays: Annotated[frozenset[int], BeforeValidator(read_weekdays)] = frozenset(range(5))
    hours: Annotated[tuple[time, time], BeforeValidator(read_hours)] = (time(9), time(17, 30))
    joined: date | None = Field(default=None, alias="from")
    left: date | None = Field(default=None, alias="until")
    changes: tuple[ChangeEntry, ...] = ()
    absences: tuple[AbsenceEntry, ...] = ()
    identities: tuple[IdentityEntry, ...] = ()

    @model_validator(mode="after")
    def _check_dates(self) -> Self:
        if self.joined and self.left and self.joined > self.left:
            raise ValueError(gettext("`from` is later than `until`; swap them"))
        dates = [change.first for change in self.changes]
        if dates != sorted(set(dates)):
            raise ValueError(gettext("changes must be in the order of their dates, one for each date"))
        return self

    def terms(self, *, team_id: TeamId) -> tuple[Term, ...]:
        """The terms of a rep who is listed under a team. A change of country resets the subdivision."""
        term = Term(
            first=date.min,
            team=team_id,
            timezone=self.timezone,
            country=self.country,
            subdivision=self.subdivision,
            workdays=self.workdays,
            hours=self.hours,
        )
        terms = [term]
        for change in self.changes:
            term = _changed(term, change)
            terms.append(term)
        return tuple(terms)

    def rep(self, *, team_id: TeamId) -> Rep:
        return Rep(
            id=self.id,
            name=self.name,
            email=self.email,
            terms=tuple(
                replace(term, subdivision=short_subdivision(term.country, term.subdivision))
                for term in self.terms(team_id=team_id)
            ),
            joined=self.joined,
            left=self.left,
            absences=tuple(
                Absence(first=absence.first, last=absence.last, part=Fraction(absence.part)) for absence in self.absences
            ),
            identities=tuple(
                Identity(source=identity.source, user=identity.user, account=identity.account) for identity in self.identities
            ),
            reach=contact_points(self.reach, email=self.email),
        )


def _changed(term: Term, change: ChangeEntry) -> Term:
    has_new_country = change.country is not None
    return Term(
        first=change.first,
        team=change.team or term.team,
        timezone=change.timezone or term.timezone,
        country=change.country if has_new_country else term.country,
        subdivision=change.subdivision if has_new_country or change.subdivision is not None else term.subdivision,
        workdays=change.workdays if change.workdays is not None else term.workdays,
        hours=change.hours or term.hours,
    )


class TeamEntry(Entry):
    id: Annotated[TeamId, SLUG]
    name: Name
    thanks_from_colleagues: bool = False
    managers: tuple[ManagerEntry, ...] = ()
    reps: tuple[RepEntry, ...] = ()


class RosterFile(Entry):
    teams: tuple[TeamEntry, ...]


_KNOWN_KEYS: Final = known_keys(RosterFile, TeamEntry, ManagerEntry, RepEntry, ChangeEntry, AbsenceEntry, IdentityEntry)


def read_roster(text: str, *, file: str) -> Roster:
    """The roster that a file describes.

    Raises:
        DefinitionRefused: the file has mistakes; every one is listed.
    """
    documents = read_documents(text, file=file)
    if len(documents) != 1:
        problem = gettext("holds {count} documents; a roster is one").format(count=len(documents))
        raise DefinitionRefused(file, [Mistake(line=1, key="file", problem=problem)])
    (document,) = documents
    try:
        entry = RosterFile.model_validate(document.content)
    except ValidationError as refused:
        raise DefinitionRefused(file, mistakes_of(refused, document, _KNOWN_KEYS)) from None
    mistakes = [
        *find_duplicates(_ids(entry), document),
        *_unknown_teams(entry, document),
        *_unknown_regions(entry, document),
        *_missing_emails(entry, document),
    ]
    if mistakes:
        raise DefinitionRefused(file, mistakes)
    return Roster(teams=tuple(_team(team) for team in entry.teams))


def _team(entry: TeamEntry) -> Team:
    return Team(
        id=entry.id,
        name=entry.name,
        managers=tuple(
            Manager(
                id=manager.id,
                name=manager.name,
                email=manager.email,
                timezone=manager.timezone,
                first=manager.first,
                last=manager.last,
                reach=contact_points(manager.reach, email=manager.email),
            )
            for manager in entry.managers
        ),
        reps=tuple(rep.rep(team_id=entry.id) for rep in entry.reps),
        thanks_from_colleagues=entry.thanks_from_colleagues,
    )


def _missing_emails(roster: RosterFile, document: Document) -> Iterator[Mistake]:
    """Whoever is to be reached at their email has one to which mail can be sent."""
    people: list[tuple[Path, RepEntry | ManagerEntry]] = [*_reps(roster)]
    for team_number, team in enumerate(roster.teams):
        people += [(("teams", team_number, "managers", number), manager) for number, manager in enumerate(team.managers)]
    for path, person in people:
        names = [way for way in person.reach or () if isinstance(way, str)]
        if names and not MAIL.is_address(person.email or ""):
            problem = gettext("names {way}, and email is no address; write email: {example} beside it").format(
                way=names[0], example=MAIL.example
            )
            yield Mistake(line=document.line_of((*path, "reach")), key=dotted((*path, "reach")), problem=problem)


def _reps(roster: RosterFile) -> Iterator[tuple[Path, RepEntry]]:
    """Every rep with its path in the document."""
    for team_number, team in enumerate(roster.teams):
        for rep_number, rep in enumerate(team.reps):
            yield ("teams", team_number, "reps", rep_number), rep


def _ids(roster: RosterFile) -> Iterator[tuple[Path, object]]:
    """Everything that must be unique, with its path."""
    for number, team in enumerate(roster.teams):
        yield ("teams", number, "id"), ("team", team.id)
    for path, rep in _reps(roster):
        yield (*path, "id"), ("rep", rep.id)
        for number, identity in enumerate(rep.identities):
            yield (*path, "identities", number), (identity.source, identity.account, identity.user)


def _unknown_teams(roster: RosterFile, document: Document) -> Iterator[Mistake]:
    team_ids = {team.id for team in roster.teams}
    for rep_path, rep in _reps(roster):
        for number, change in enumerate(rep.changes):
            if change.team is not None and change.team not in team_ids:
                path = (*rep_path, "changes", number, "team")
                problem = gettext("no team {team} in this roster; write one of {teams}").format(
                    team=change.team, teams=", ".join(sorted(team_ids))
                )
                yield Mistake(line=document.line_of(path), key=dotted(path), problem=problem)


def _unknown_regions(roster: RosterFile, document: Document) -> Iterator[Mistake]:
    for rep_path, rep in _reps(roster):
        term_paths = [rep_path, *((*rep_path, "changes", number) for number in range(len(rep.changes)))]
        for term_path, term in zip(term_paths, rep.terms(team_id=TeamId("")), strict=True):
            unknown = find_unknown_region(term.country, term.subdivision)
            if unknown:
                key, problem = unknown
                path = (*term_path, key)
                yield Mistake(line=document.line_of(path), key=dotted(path), problem=problem)
