"""The roster file: what its authors may write, and what becomes of it.

A file with a mistake is refused whole, with every mistake in it: file, line, key and what would be right.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from services.scoring.domain.definition_files.fields import (
    Entry,
    Name,
    Slug,
    Zone,
    known_keys,
    read_hours,
    read_weekdays,
    repeated,
    short_subdivision,
    unknown_place,
)
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


class ManagerEntry(Entry):
    id: Slug
    name: Name
    email: str | None = None
    timezone: Zone | None = None
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="until")


class AbsenceEntry(Entry):
    first: date = Field(alias="from")
    last: date = Field(alias="until")
    part: Decimal = Field(default=Decimal(1), gt=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError("`from` is later than `until`; swap them")
        return self


class IdentityEntry(Entry):
    source: Slug
    user: Name
    account: str | None = None


class ChangeEntry(Entry):
    """What is different for a rep from a date on; what is not given stays as it was."""

    first: date = Field(alias="from")
    team: Slug | None = None
    timezone: Zone | None = None
    country: str | None = None
    subdivision: str | None = None
    workdays: Annotated[frozenset[int] | None, BeforeValidator(read_weekdays)] = None
    hours: Annotated[tuple[time, time] | None, BeforeValidator(read_hours)] = None


class RepEntry(Entry):
    id: Slug
    name: Name
    email: str | None = None
    timezone: Zone
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
    def _makes_sense(self) -> Self:
        if self.joined and self.left and self.joined > self.left:
            raise ValueError("`from` is later than `until`; swap them")
        dates = [change.first for change in self.changes]
        if dates != sorted(set(dates)):
            raise ValueError("changes must be in the order of their dates, one for each date")
        return self

    def terms(self, *, team: str) -> tuple[Term, ...]:
        """What holds from when on, for a rep who stands under `team`. Who changes country leaves the subdivision behind."""
        term = Term(
            first=date.min,
            team=team,
            timezone=self.timezone,
            country=self.country,
            subdivision=self.subdivision,
            workdays=self.workdays,
            hours=self.hours,
        )
        terms = [term]
        for change in self.changes:
            given = {name: value for name, value in change if value is not None}
            if "country" in given:
                given.setdefault("subdivision", None)
            term = replace(term, **given)
            terms.append(term)
        return tuple(terms)

    def rep(self, *, team: str) -> Rep:
        return Rep(
            id=self.id,
            name=self.name,
            email=self.email,
            terms=tuple(
                replace(term, subdivision=short_subdivision(term.country, term.subdivision)) for term in self.terms(team=team)
            ),
            joined=self.joined,
            left=self.left,
            absences=tuple(Absence(first=one.first, last=one.last, part=Fraction(one.part)) for one in self.absences),
            identities=tuple(Identity(source=one.source, user=one.user, account=one.account) for one in self.identities),
        )


class TeamEntry(Entry):
    id: Slug
    name: Name
    managers: tuple[ManagerEntry, ...] = ()
    reps: tuple[RepEntry, ...] = ()


class RosterFile(Entry):
    teams: tuple[TeamEntry, ...]


_KNOWN_KEYS: Final = known_keys(RosterFile, TeamEntry, ManagerEntry, RepEntry, ChangeEntry, AbsenceEntry, IdentityEntry)


def read_roster(text: str, *, file: str) -> Roster:
    """The roster that a file describes.

    Raises:
        DefinitionRefused: with every mistake in it.
    """
    documents = read_documents(text, file=file)
    if len(documents) != 1:
        problem = f"holds {len(documents)} documents; a roster is one"
        raise DefinitionRefused(file, [Mistake(line=1, key="file", problem=problem)])
    document = documents[0]
    try:
        entry = RosterFile.model_validate(document.content)
    except ValidationError as refused:
        raise DefinitionRefused(file, mistakes_of(refused, document, _KNOWN_KEYS)) from None
    mistakes = [*repeated(_roster_ids(entry), document), *_unknown_teams(entry, document), *_unknown_places(entry, document)]
    if mistakes:
        raise DefinitionRefused(file, mistakes)
    return Roster(
        teams=tuple(
            Team(
                id=team.id,
                name=team.name,
                managers=tuple(Manager(**manager.model_dump()) for manager in team.managers),
                reps=tuple(rep.rep(team=team.id) for rep in team.reps),
            )
            for team in entry.teams
        )
    )


def _roster_ids(roster: RosterFile) -> Iterator[tuple[Path, object]]:
    for t, team in enumerate(roster.teams):
        yield ("teams", t, "id"), ("team", team.id)
        for r, rep in enumerate(team.reps):
            yield ("teams", t, "reps", r, "id"), ("rep", rep.id)
            for i, identity in enumerate(rep.identities):
                yield ("teams", t, "reps", r, "identities", i), (identity.source, identity.account, identity.user)


def _unknown_teams(roster: RosterFile, document: Document) -> Iterator[Mistake]:
    known = {team.id for team in roster.teams}
    for t, team in enumerate(roster.teams):
        for r, rep in enumerate(team.reps):
            for c, change in enumerate(rep.changes):
                if change.team is not None and change.team not in known:
                    path: Path = ("teams", t, "reps", r, "changes", c, "team")
                    problem = f"no team {change.team} in this roster; write one of {', '.join(sorted(known))}"
                    yield Mistake(line=document.line_of(path), key=dotted(path), problem=problem)


def _unknown_places(roster: RosterFile, document: Document) -> Iterator[Mistake]:
    for t, team in enumerate(roster.teams):
        for r, rep in enumerate(team.reps):
            path: Path = ("teams", t, "reps", r)
            for place, term in zip(
                (path, *((*path, "changes", c) for c in range(len(rep.changes)))), rep.terms(team=""), strict=True
            ):
                unknown = unknown_place(term.country, term.subdivision)
                if unknown:
                    key, problem = unknown
                    yield Mistake(line=document.line_of((*place, key)), key=dotted((*place, key)), problem=problem)
