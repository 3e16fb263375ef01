"""Today's roster as pages would read it from scoring: as the newest reports have everybody."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import asyncpg

from services.nudges.domain.roster.access import PersonToday, RosterToday
from shared.events import PersonId, TeamId
from shared.requests.people import NamedPerson

_GONE_AFTER: Final = timedelta(days=7)
_REST: Final = TeamId("everybody without a report")
_NEWEST_REPORTS: Final = """
    SELECT DISTINCT ON (rep_id) rep_id, day, report ->> 'presence' AS presence, report -> 'rep' ->> 'name' AS name,
           ARRAY(SELECT manager ->> 'id' FROM jsonb_array_elements(report -> 'managers') AS manager) AS managers,
           report -> 'team' ->> 'id' AS team, (report ->> 'thanks_from_colleagues')::boolean AS thanks_from_colleagues,
           (SELECT max(day) FROM day WHERE report ->> 'state' = 'open') AS newest_day
    FROM day ORDER BY rep_id, day DESC
"""
_PEOPLE: Final = """
    SELECT person_id FROM nudge UNION SELECT rep_id FROM day UNION SELECT manager_id FROM manager_of_rep
    UNION SELECT rep_id FROM dispute
"""
_NAMES: Final = "SELECT rep_id, body -> 'rep' ->> 'name' AS name FROM announcement"


class ReportedRoster:
    """Whoever has no report is a rep. Each rep with a report is a team of their own, which those manage who manage the rep by
    it; in the team of the report they are colleagues. Whoever never managed a rep manages everybody who has no report."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def read(self, person_id: PersonId) -> RosterToday:
        reports = await self._pool.fetch(_NEWEST_REPORTS)
        former = {row["manager_id"] for row in await self._pool.fetch("SELECT manager_id FROM manager_of_rep")}
        names = {row["rep_id"]: row["name"] for row in await self._pool.fetch(_NAMES)}
        ids = {person_id, *(PersonId(row["person_id"]) for row in await self._pool.fetch(_PEOPLE))}
        people = {known: _person(known, reports, is_former=known in former, name=names.get(known)) for known in ids}
        return RosterToday(people=people, operators={})

    async def find(self, typed: str, *, is_email: bool) -> NamedPerson:
        raise AssertionError(f"nobody signs in here: {typed}, {is_email}")


def _person(person_id: PersonId, reports: list[asyncpg.Record], *, is_former: bool, name: str | None) -> PersonToday:
    employed = {row["rep_id"]: row for row in reports if row["presence"] != "not_employed" and not _is_gone(row)}
    managed = tuple(TeamId(rep_id) for rep_id, row in employed.items() if person_id in row["managers"])
    own = next((row for row in reports if row["rep_id"] == person_id), None)
    team = _REST if own is None else TeamId(person_id) if person_id in employed else None
    return PersonToday(
        id=person_id,
        colleagues=tuple(PersonId(rep_id) for rep_id in employed if _are_colleagues(employed, person_id, rep_id)),
        name=own["name"] if own is not None else name or person_id,
        team=team,
        manages=managed or (() if is_former else (_REST,)),
    )


def _are_colleagues(employed: Mapping[str, asyncpg.Record], person_id: PersonId, rep_id: str) -> bool:
    own, other = employed.get(person_id), employed[rep_id]
    return own is not None and rep_id != person_id and own["team"] == other["team"] and bool(own["thanks_from_colleagues"])


def _is_gone(row: asyncpg.Record) -> bool:
    newest_day, day = row["newest_day"], row["day"]
    return newest_day is not None and newest_day - day >= _GONE_AFTER
