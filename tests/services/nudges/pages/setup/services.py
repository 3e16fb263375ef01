"""Ingest and scoring, as the pages of operators ask them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.observation import SourceName
from shared.requests.client import NoResponder, Refused
from shared.requests.definitions import PLAYBOOK_APPLY, PLAYBOOK_LIST, Applied, DefinitionFile, PlaybookList, PlaybookVersion
from shared.requests.endpoint import Endpoint, Query, Reply, Schema
from shared.requests.people import PERSON_LIST, PersonPage, PersonRow
from shared.requests.playbook.drafts import PLAYBOOK_DRAFT, PLAYBOOK_SUGGEST, Draft, Suggestions
from shared.requests.roster.edits import ROSTER_SHOW, RosterEdit, RosterEdited, StoredRoster
from shared.requests.scores import UNMATCHED_USERS, UnmatchedUser, UnmatchedUserList
from shared.requests.sources.endpoints import SOURCE_LIST, SOURCE_STORE, SourceList, SourceRow, SourceToStore, StoredName
from shared.requests.sources.repairs import (
    SOURCE_LETTERS,
    SOURCE_REPLAY,
    SOURCE_REPROCESS,
    LetterList,
    LetterRow,
    LettersToReplay,
    ReadingBegun,
    Replayed,
)
from shared.requests.sources.reports import SOURCE_REPORT, SourceReport
from shared.requests.webhooks import UNKNOWN_PATHS, UnknownPathList, UnknownPathRow

NOTHING = SourceReport(
    name=SourceName("any"),
    newest_at=None,
    webhooks=0,
    is_complete=True,
    activities=0,
    observations=0,
    hours=(),
    facts=(),
    unreadable_facts=(),
    unknown_outcomes=(),
    unknown_kinds=(),
    clock_ahead_s=0,
    recent=(),
)


@dataclass
class FakeServices:
    """What they have, and what was entered. A subject with a refusal refuses; a subject that is `down` does not answer."""

    roster: str = ""
    people: tuple[PersonRow, ...] = ()
    sources: list[SourceRow] = field(default_factory=list)
    playbooks: tuple[PlaybookVersion, ...] = ()
    users: tuple[UnmatchedUser, ...] = ()
    report: SourceReport = NOTHING
    letters: tuple[LetterRow, ...] = ()
    paths: tuple[UnknownPathRow, ...] = ()
    draft: Draft = field(default_factory=Draft)
    suggestions: Suggestions = field(default_factory=lambda: Suggestions(behaviours=()))
    refusals: dict[str, str] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    entered: list[Schema] = field(default_factory=list)

    async def __call__(self, endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        if endpoint.subject in self.down:
            raise NoResponder(endpoint.subject)
        if (refusal := self.refusals.get(endpoint.subject)) is not None:
            raise Refused(refusal)
        return endpoint.reply.model_validate(self._answer(endpoint.subject, query).model_dump())

    def _answer(self, subject: str, query: Schema) -> Schema:
        answers = {
            ROSTER_SHOW.subject: StoredRoster(text=self.roster),
            PERSON_LIST.subject: PersonPage(rows=self.people),
            SOURCE_LIST.subject: SourceList(base_url="https://hooks.example.com", rows=tuple(self.sources)),
            PLAYBOOK_LIST.subject: PlaybookList(versions=self.playbooks),
            UNMATCHED_USERS.subject: UnmatchedUserList(users=self.users),
            SOURCE_REPORT.subject: self.report,
            SOURCE_LETTERS.subject: LetterList(rows=self.letters),
            UNKNOWN_PATHS.subject: UnknownPathList(paths=self.paths),
            PLAYBOOK_DRAFT.subject: self.draft,
            PLAYBOOK_SUGGEST.subject: self.suggestions,
        }
        return answers[subject] if subject in answers else self._enter(query)

    def _enter(self, query: Schema) -> Schema:
        self.entered.append(query)
        match query:
            case RosterEdit():
                name = getattr(query.edit, "name", "")
                return RosterEdited(id=name.lower().replace(" ", "-"), summary="", reps_to_rescore=0)
            case SourceToStore():
                row = SourceRow(name=SourceName(query.name), origin="stored", description=query.description)
                self.sources = [*(source for source in self.sources if source.name != row.name), row]
                return row
            case LettersToReplay():
                return Replayed(letters=len(query.numbers))
            case StoredName():
                return ReadingBegun(webhooks=1)
            case DefinitionFile():
                return Applied(summary="", reps_to_rescore=0)
            case _:
                raise AssertionError(query)


NORTH_ROSTER = "teams:\n  - id: north\n    name: North\n    reps: []\n"
AT_NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
SUBJECTS = frozenset(
    endpoint.subject
    for endpoint in (
        ROSTER_SHOW,
        SOURCE_LIST,
        SOURCE_STORE,
        SOURCE_REPORT,
        SOURCE_LETTERS,
        SOURCE_REPLAY,
        SOURCE_REPROCESS,
        UNKNOWN_PATHS,
        PLAYBOOK_LIST,
        PLAYBOOK_APPLY,
        PLAYBOOK_DRAFT,
    )
)
"""What only steps and sources ask."""
