"""Single changes of a roster file: a team, a person, an identity or an email. All else stays as it is written."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from services.scoring.domain.definition_files.yaml_document import Path, read_documents
from services.scoring.domain.definition_files.yaml_edits import Entry, append_entry, set_value
from shared.events import PersonId, RepId, TeamId

EMPTY_FILE: Final = "teams: []\n"
"""What a roster file says before the first team."""
PeopleKey = Literal["managers", "reps"]
PEOPLE_KEYS: Final[tuple[PeopleKey, ...]] = ("managers", "reps")
_ID_LENGTH_MAX: Final = 40

Listed = Mapping[str, str | Sequence["Listed"] | None]
"""An entry of the file, as it is read."""


def with_team(text: str, team: Entry) -> str:
    """The file with one more team."""
    return append_entry(text, ("teams",), team)


def with_person(text: str, team_id: TeamId, key: PeopleKey, person: Entry) -> str | None:
    """The file with one more rep or manager of the team; None if it has no such team."""
    for number, team in enumerate(_teams(text)):
        if team["id"] == team_id:
            return append_entry(text, ("teams", number, key), person)
    return None


def with_identity(text: str, rep_id: RepId, identity: Entry) -> str | None:
    """The file with one more identity of the rep; None if it has no such rep. An identity that the rep has changes nothing."""
    for path, rep in people_in(text, ("reps",)):
        if rep["id"] == rep_id:
            return text if identity in list_in(rep, "identities") else append_entry(text, (*path, "identities"), identity)
    return None


def with_email(text: str, person_id: PersonId, email: str) -> str | None:
    """The file with this email of the person, wherever it lists them; None if it does not."""
    paths = [path for path, person in people_in(text, PEOPLE_KEYS) if person["id"] == person_id]
    for path in paths:
        text = set_value(text, (*path, "email"), email, after="name")
    return text if paths else None


def id_from_name(name: str, *, otherwise: str, is_taken: Callable[[str], bool]) -> str:
    """An id that resembles the name and is not taken: `zoe-marin`, or `zoe-marin-2`. A name without a Latin letter gives
    `otherwise`."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    stem = "-".join(re.findall(r"[a-z0-9]+", plain))[:_ID_LENGTH_MAX].strip("-") or otherwise
    candidate, number = stem, 1
    while is_taken(candidate):
        number += 1
        candidate = f"{stem}-{number}"
    return candidate


def people_in(text: str, keys: Sequence[PeopleKey]) -> list[tuple[Path, Listed]]:
    """Everybody in these lists of the teams, each with the path of their entry."""
    return [
        (("teams", team_number, key, number), person)
        for team_number, team in enumerate(_teams(text))
        for key in keys
        for number, person in enumerate(list_in(team, key))
    ]


def _teams(text: str) -> Sequence[Listed]:
    (document,) = read_documents(text, file="roster")
    teams: Sequence[Listed] = document.content["teams"]
    return teams


def list_in(mapping: Listed, key: str) -> Sequence[Listed]:
    """The list at a key that may be missing or empty."""
    listed = mapping.get(key)
    return () if listed is None or isinstance(listed, str) else listed
