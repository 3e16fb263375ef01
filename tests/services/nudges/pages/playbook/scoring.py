"""What pages learn about playbooks: from a small stand-in, or from scoring on a real database."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

import asyncpg

from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.playbooks.draft_playbook import draft_playbook
from services.scoring.playbooks.show_playbook import show_playbook
from services.scoring.playbooks.suggest_targets import suggest_targets
from services.scoring.record.record_activities import record_activities
from shared.errors import DaymarkError
from shared.events import TeamId, VersionNumber
from shared.playbook.document import PlaybookDocument
from shared.requests.client import Refused
from shared.requests.definitions import Applied, DefinitionFile
from shared.requests.endpoint import Endpoint, Query, Reply, Schema
from shared.requests.playbook.drafts import (
    PLAYBOOK_DRAFT,
    Draft,
    DraftQuery,
    ShownVersion,
    Suggestions,
    TeamPlaybook,
    TeamQuery,
)
from tests.services.scoring.conftest import observed

TODAY: Final = date(2026, 3, 2)
NOW: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROSTER: Final = """\
teams:
  - id: north
    name: North
    managers: [{id: mara, name: Mara Lind}, {id: nia, name: Nia Boss}]
    reps:
      - {id: ana, name: Ana Ruiz, timezone: Europe/Madrid, identities: [{source: acme, user: "7"}]}
      - {id: ben, name: Ben Ode, timezone: Europe/Madrid, identities: [{source: acme, user: "8"}]}
  - {id: south, name: South, managers: [{id: jon, name: Jon Bee}]}
"""
PLAYBOOK: Final = """\
team: north
effective_from: 2026-01-01
message: Talk to people.
behaviours:
  - {key: calls, label: Calls, why: Calls win deals., counts: {kinds: [call]}, target: {mon: 4, tue: 4, wed: 4, thu: 4, fri: 5},
     weight: 60}
  - {key: proposals, label: Proposals, counts: {kinds: [proposal_sent], min_amount: "500"}, target: 1, weight: 40, cap: 2}
goals:
  - {key: month, label: Calls this month, counts: {kinds: [call]}, period: month, step: 30}
unverified: {bursts: {more_than: 5, within_s: 60}}
"""


SMALL_VERSION: Final = ShownVersion(
    version=VersionNumber(1),
    effective_from=date(2026, 1, 1),
    state="in force",
    document=PlaybookDocument(team="north", effective_from="2026-01-01"),
    text="team: north\n",
    behaviours=(),
    goals=(),
    unverified=(),
    follows=None,
    changes=(),
    revises="",
)


def small_playbook(subject: str, query: TeamQuery | DraftQuery | DefinitionFile) -> Schema:
    """One version without anything in it, and whatever is published is fine."""
    if isinstance(query, TeamQuery):
        return TeamPlaybook(
            team=query.team,
            name=query.team.title(),
            today=TODAY,
            timezone="UTC",
            edition="1.0",
            versions=(SMALL_VERSION,),
            publications=(),
        )
    if isinstance(query, DefinitionFile):
        return Applied(summary="", reps_to_rescore=0)
    is_draft = subject == PLAYBOOK_DRAFT.subject
    return Draft(text="team: north\n", edition="1.0") if is_draft else Suggestions(behaviours=())


@dataclass
class PlaybookScoring:
    """Scoring on a database. While there is a `failure`, it is raised instead of an answer."""

    pool: asyncpg.Pool
    cache: DefinitionsCache = field(default_factory=DefinitionsCache)
    now: datetime = NOW
    failure: Exception | None = None
    asked: list[str] = field(default_factory=list)

    async def apply(self, *, roster: str = "", playbook: str = "") -> None:
        if roster:
            await apply_roster(self.pool, self.cache, roster, file="roster.yaml", now=self.now)
        if playbook:
            await apply_playbooks(self.pool, self.cache, playbook, file="playbook.yaml", revise="a test", now=self.now)

    async def record_calls(self, *, days: int, a_day: int) -> None:
        """Ana's on the last days."""
        calls = [
            observed(f"{day}-{number}", started_at=(self.now - timedelta(days=day)).isoformat())
            for day in range(1, days + 1)
            for number in range(a_day)
        ]
        await record_activities(self.pool, self.cache, calls, now=self.now)

    async def show(self, team: str = "north") -> TeamPlaybook:
        return await show_playbook(self.pool, self.cache, TeamId(team), now=self.now)

    async def ask(self, endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        self.asked.append(endpoint.subject)
        if self.failure is not None:
            raise self.failure
        try:
            reply = await self._answer(query, endpoint.subject)
        except DaymarkError as refused:
            raise Refused(str(refused)) from None
        assert isinstance(reply, endpoint.reply)
        return reply

    async def _answer(self, query: Schema, subject: str) -> Schema:
        match query:
            case TeamQuery():
                return await self.show(query.team)
            case DraftQuery() if subject == PLAYBOOK_DRAFT.subject:
                return await draft_playbook(self.pool, self.cache, query, now=self.now)
            case DraftQuery():
                return await suggest_targets(self.pool, self.cache, query, now=self.now)
            case DefinitionFile():
                return await self._publish(query)
            case _:
                raise AssertionError(subject)

    async def _publish(self, file: DefinitionFile) -> Applied:
        return await apply_playbooks(
            self.pool,
            self.cache,
            file.text,
            file=file.name,
            published_by=file.published_by,
            edition=file.edition,
            now=self.now,
        )
