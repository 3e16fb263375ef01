"""Every version of a team's playbook in plain words, with who published it and who has acknowledged it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import asyncpg

from services.scoring.definitions.announcement_event import define_behaviours, define_goals
from services.scoring.definitions.announcements import StoredAnnouncement, list_page
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.check_names import NoSuchTeam
from services.scoring.definitions.stored_definitions import Publication, edition_of, list_publications
from services.scoring.domain.definition_files.playbook_text import playbook_document, playbook_text
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.descriptions import describe_changes, describe_unverified
from services.scoring.domain.roster.calendar import team_day_of
from services.scoring.domain.roster.roster import Roster
from shared.events import TeamId, VersionNumber
from shared.requests.playbook.drafts import Acknowledgement, PublicationRow, ShownVersion, TeamPlaybook, VersionState
from shared.suggestions import with_suggestion

_ANNOUNCEMENTS_MAX: Final = 1_000
_UTC: Final = "UTC"


async def show_playbook(pool: asyncpg.Pool, cache: DefinitionsCache, team_id: TeamId, *, now: datetime) -> TeamPlaybook:
    """The versions by date.

    Raises:
        NoSuchTeam: the roster does not have the team.
    """
    async with pool.acquire() as connection:
        definitions = await cache.read(connection)
        publications = await list_publications(connection, team_id)
        announcements = await list_page(connection, team=team_id, effective_from=None, after=None, limit=_ANNOUNCEMENTS_MAX)
    roster = definitions.roster
    if team_id not in roster.team_ids:
        raise NoSuchTeam(with_suggestion(team_id, roster.team_ids))
    today = team_day_of(roster, team_id, now)
    return TeamPlaybook(
        team=team_id,
        name=roster.name_of_team(team_id),
        today=today,
        timezone=_timezone_of(roster, team_id, today),
        edition=edition_of(publications),
        versions=tuple(_shown_versions(definitions, team_id, announcements, today=today)),
        publications=tuple(publication_row(publication, roster) for publication in publications),
    )


def publication_row(publication: Publication, roster: Roster) -> PublicationRow:
    """With the name of whoever published it."""
    manager_id = publication.published_by
    return PublicationRow(
        version=publication.version,
        effective_from=publication.effective_from,
        is_wording=publication.wording > 0,
        published_by=roster.name_of_manager(manager_id) if manager_id else manager_id,
        published_at=publication.applied_at,
    )


def _shown_versions(
    definitions: Definitions, team_id: TeamId, announcements: Sequence[StoredAnnouncement], *, today: date
) -> list[ShownVersion]:
    current = definitions.playbooks.in_force(team_id, today)
    versions = definitions.playbooks.of(team_id)
    shown = []
    for before, playbook in zip([None, *versions], versions, strict=False):
        state: VersionState = "in force" if playbook is current else "coming" if playbook.effective_from > today else "past"
        shown.append(
            ShownVersion(
                version=playbook.number,
                effective_from=playbook.effective_from,
                state=state,
                document=playbook_document(playbook),
                text=playbook_text(playbook),
                behaviours=define_behaviours(playbook),
                goals=define_goals(playbook),
                unverified=describe_unverified(playbook.unverified),
                follows=before.effective_from if before is not None else None,
                changes=describe_changes(before, playbook) if before is not None else (),
                revises=playbook.revises,
                acknowledgements=_acknowledgements(playbook.number, announcements, definitions.roster),
            )
        )
    return shown


def _acknowledgements(
    version: VersionNumber, announcements: Sequence[StoredAnnouncement], roster: Roster
) -> tuple[Acknowledgement, ...]:
    return tuple(
        Acknowledgement(
            rep=announcement.rep_id,
            name=roster.reps[announcement.rep_id].name if announcement.rep_id in roster.reps else "",
            delivered_at=announcement.delivered_at,
            acknowledged_at=announcement.acknowledged_at,
        )
        for announcement in announcements
        if announcement.version == version and announcement.withdrawn_at is None
    )


def _timezone_of(roster: Roster, team_id: TeamId, today: date) -> str:
    """That of the first rep of the team."""
    return next((rep.on(today).timezone for rep in roster.reps_of(team_id)), _UTC)
