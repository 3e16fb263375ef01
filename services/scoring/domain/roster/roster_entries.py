"""What a roster lists, entry by entry: what was entered into it, and what another one lacks."""

from collections.abc import Iterator
from typing import NamedTuple

from services.scoring.domain.roster.roster import Identity, Roster


class _Entry(NamedTuple):
    """An entry, and the phrase that names it without a person's name or address. `within` names the entry that it goes with, if
    that one goes too."""

    phrase: str
    within: str = ""
    value: str | Identity = ""


def find_lost_entries(entered_from: Roster, entered_into: Roster, after: Roster) -> tuple[str, ...]:
    """What was entered between the first two rosters and the third lacks: `rep ana`, `acme user 7 of ana`. What belongs to an
    entry that is lost is not named again."""
    lost = _entries(entered_into).difference(_entries(entered_from), _entries(after))
    phrases = {entry.phrase for entry in lost}
    return tuple(sorted(entry.phrase for entry in lost if entry.within not in phrases))


def _entries(roster: Roster) -> set[_Entry]:
    return {*_teams_and_managers(roster), *_reps(roster)}


def _teams_and_managers(roster: Roster) -> Iterator[_Entry]:
    for team in roster.teams:
        team_phrase = f"team {team.id}"
        yield _Entry(team_phrase)
        for manager in team.managers:
            phrase = f"manager {manager.id} of {team.id}"
            yield _Entry(phrase, within=team_phrase)
            yield _Entry(f"the email of {manager.id}", within=phrase, value=manager.email or "")


def _reps(roster: Roster) -> Iterator[_Entry]:
    for rep in roster.reps.values():
        phrase = f"rep {rep.id}"
        yield _Entry(phrase)
        yield _Entry(f"the email of {rep.id}", within=phrase, value=rep.email or "")
        for identity in rep.identities:
            yield _Entry(f"{identity.source} user {identity.user} of {rep.id}", within=phrase, value=identity)
