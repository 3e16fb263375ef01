"""What a roster lists, entry by entry: what was entered into it, and what another one lacks."""

from collections.abc import Hashable, Iterator
from typing import Final, NamedTuple

from services.scoring.domain.roster.roster import Rep, Roster

_CALENDAR: Final = {
    "timezone": "time zone",
    "country": "country",
    "subdivision": "part of the country",
    "workdays": "working days",
    "hours": "working hours",
}
"""What a term says of a calendar, and its phrase."""


class _Entry(NamedTuple):
    """An entry, and the phrase that names it without a person's name or address. `within` names the entry that it goes with, if
    that one goes too."""

    phrase: str
    within: str = ""
    value: Hashable = ""


def find_lost_entries(entered_from: Roster, entered_into: Roster, after: Roster) -> tuple[str, ...]:
    """What was entered between the first two rosters and the third lacks: `rep ana`, `acme user 7 of ana`. What belongs to an
    entry that is lost is not named again. An absence that was removed, and is there again, is lost too."""
    lost = _entries(entered_into).difference(_entries(entered_from), _entries(after))
    lost |= _removals(entered_from, entered_into).intersection(_removals(after, entered_into))
    phrases = {entry.phrase for entry in lost}
    return tuple(sorted(entry.phrase for entry in lost if entry.within not in phrases))


def _entries(roster: Roster) -> set[_Entry]:
    return {*_teams_and_managers(roster), *_reps(roster)}


def _removals(before: Roster, after: Roster) -> set[_Entry]:
    """Of absences of reps whom both rosters list."""
    return {
        _Entry(f"that {rep.id} is not away from {absence.first} until {absence.last}", value=absence.part)
        for rep in before.reps.values()
        if rep.id in after.reps
        for absence in set(rep.absences).difference(after.reps[rep.id].absences)
    }


def _teams_and_managers(roster: Roster) -> Iterator[_Entry]:
    for team in roster.teams:
        team_phrase = f"team {team.id}"
        yield _Entry(team_phrase)
        for manager in team.managers:
            phrase = f"manager {manager.id} of {team.id}"
            yield _Entry(phrase, within=team_phrase)
            yield _Entry(f"the email of {manager.id}", within=phrase, value=manager.email or "")
            yield _Entry(f"the last day of {manager.id} in {team.id}", within=phrase, value=manager.last)


def _reps(roster: Roster) -> Iterator[_Entry]:
    for rep in roster.reps.values():
        phrase = f"rep {rep.id}"
        yield _Entry(phrase)
        yield _Entry(f"the email of {rep.id}", within=phrase, value=rep.email or "")
        yield _Entry(f"the last day of {rep.id}", within=phrase, value=rep.left)
        for identity in rep.identities:
            yield _Entry(f"{identity.source} user {identity.user} of {rep.id}", within=phrase, value=identity)
        for absence in rep.absences:
            absence_phrase = f"the absence of {rep.id} from {absence.first} until {absence.last}"
            yield _Entry(absence_phrase, within=phrase, value=absence.part)
        yield from _calendars(rep, within=phrase)


def _calendars(rep: Rep, *, within: str) -> Iterator[_Entry]:
    """What each term changes of the one before, key by key."""
    before = None
    for term in rep.terms:
        start = f" from {term.first}" if before is not None else ""
        for key, phrase in _CALENDAR.items():
            value = getattr(term, key)
            if before is None or value != getattr(before, key):
                yield _Entry(f"the {phrase} of {rep.id}{start}", within=within, value=value)
        before = term
