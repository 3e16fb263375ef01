"""Who opens the pages: whom somebody means who types a name, and whom a person manages today."""

from dataclasses import dataclass
from datetime import datetime

from services.scoring.domain.roster.calendar import rep_day_of, team_day_of
from services.scoring.domain.roster.contacts import PersonToday, list_people
from services.scoring.domain.roster.roster import Manager, Rep, Roster, Team
from shared.events import PersonId, RepId, TeamId


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Somebody of today's roster. `team` is where a rep works today; None for somebody who is no rep. `manages` are the teams
    that they manage today. `colleagues` are the reps whom they may thank as one: those of their team today, if it allows it."""

    id: PersonId
    name: str
    team: TeamId | None = None
    manages: tuple[TeamId, ...] = ()
    colleagues: tuple[PersonId, ...] = ()


def find_typed_person(roster: Roster, typed: str, *, is_email: bool, now: datetime) -> PersonToday | None:
    """The one person of today who has this email, or else this id, or else this name. Capitals make no difference. With
    `is_email` ids and names do not count."""
    wanted = _plain(typed)
    if not wanted:
        return None
    people = list_people(roster, now=now)
    emails = _emails(roster)
    by_email = [person for person in people if wanted in emails.get(person.id, ())]
    by_id = [person for person in people if _plain(person.id) == wanted]
    by_name = [person for person in people if _plain(person.name) == wanted]
    matches = by_email if is_email else by_email or by_id or by_name
    return matches[0] if len(matches) == 1 else None


def excerpt_for(roster: Roster, person_id: PersonId, *, now: datetime) -> tuple[Visitor, ...]:
    """The person as the roster lists them today, and every rep of the teams that they manage today. Empty if it does not."""
    managers = [
        (manager, team.id)
        for team in roster.teams
        for manager in team.managers
        if manager.id == person_id and manager.leads_on(team_day_of(roster, team.id, now))
    ]
    managed_teams = tuple(team_id for _, team_id in managers)
    reps = {
        rep.id: Visitor(id=rep.id, name=rep.name, team=rep.on(today).team)
        for rep in {rep.id: rep for team_id in managed_teams for rep in roster.reps_of(team_id)}.values()
        if rep.is_employed_on(today := rep_day_of(rep, now)) and rep.on(today).team in managed_teams
    }
    own = roster.reps.get(RepId(person_id))
    if own is not None and own.is_employed_on(today := rep_day_of(own, now)):
        colleagues = _colleagues_of(own, roster.team_of(own, today), roster, now=now)
        person = Visitor(id=person_id, name=own.name, team=own.on(today).team, manages=managed_teams, colleagues=colleagues)
    elif managers:
        person = Visitor(id=person_id, name=managers[0][0].name, manages=managed_teams)
    else:
        return ()
    return (person, *(rep for rep_id, rep in reps.items() if rep_id != person_id))


def _colleagues_of(rep: Rep, team: Team, roster: Roster, *, now: datetime) -> tuple[PersonId, ...]:
    """Whoever else works in the team today; nobody unless it lets colleagues thank each other."""
    if not team.thanks_from_colleagues:
        return ()
    return tuple(
        PersonId(other.id)
        for other in roster.reps_of(team.id)
        if other.id != rep.id and other.is_employed_on(today := rep_day_of(other, now)) and other.on(today).team == team.id
    )


def _emails(roster: Roster) -> dict[PersonId, set[str]]:
    emails: dict[PersonId, set[str]] = {}
    entries: list[Rep | Manager] = [*roster.reps.values(), *(manager for team in roster.teams for manager in team.managers)]
    for entry in entries:
        if entry.email is not None:
            emails.setdefault(entry.id, set()).add(_plain(entry.email))
    return emails


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
