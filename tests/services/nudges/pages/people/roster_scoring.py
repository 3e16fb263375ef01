"""What scoring answers to pages about the roster: on a roster file in memory, by the functions that scoring uses itself."""

from typing import Final

from services.scoring.definitions.entered_absences import EnteredAbsence
from services.scoring.definitions.roster_edits.edit_roster import EntryRefused, _edited
from services.scoring.definitions.roster_edits.show_person import person_in
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused
from services.scoring.domain.erased import NO_ERASED_PEOPLE
from services.scoring.domain.roster.contacts import list_people
from services.scoring.domain.roster.visitors import find_typed_person
from services.scoring.requests.overview import overview_of
from services.scoring.requests.people import named_person, page_of_people
from shared.errors import DaymarkError
from shared.requests.client import Refused
from shared.requests.definitions import DefinitionFile
from shared.requests.demonstration.next_hour import NEXT_HOUR
from shared.requests.endpoint import Endpoint, Query, Reply, Schema
from shared.requests.people import ContactQuery, NameQuery, PersonQuery
from shared.requests.playbook.drafts import DraftQuery, TeamQuery
from shared.requests.roster.edits import RosterEdit, RosterEdited
from shared.requests.roster.overview import OverviewQuery
from shared.requests.scores import UnmatchedUser, UnmatchedUserList
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.pages.playbook.scoring import small_playbook

ROSTER: Final = """\
# Ours.
teams:
  - id: north
    name: North
    managers: [{id: mara, name: Mara Lind, email: mara@example.com}]
    reps:
      - id: ana
        name: Ana Ruiz
        timezone: Europe/Madrid
        country: ES
        email: ana@example.com
        absences: [{from: 2026-03-09, until: 2026-03-10}, {from: 2026-03-04, until: 2026-03-04, part: 0.5}]
        identities: [{source: acme, user: "7"}]
      - {id: jon, name: "Keller, Jon", timezone: Europe/Madrid}
  - id: south
    name: South
    reps: [{id: ben, name: Ben Ode, timezone: America/New_York, country: US, email: ben@example.com}]
"""


class RosterScoring:
    """Answers, or raises `failure`. `edits` are the changes that were entered. A page of people has at most `page_size`."""

    def __init__(self) -> None:
        self.text = ROSTER
        self.unmatched: tuple[UnmatchedUser, ...] = ()
        self.entered: list[EnteredAbsence] = []
        self.edits: list[RosterEdit] = []
        self.failure: DaymarkError | None = None
        self.page_size = 1_000

    async def ask(self, endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        if self.failure is not None:
            raise self.failure
        if endpoint.subject == NEXT_HOUR.subject:
            return endpoint.reply.model_validate({"now": NOON})
        return endpoint.reply.model_validate(self._answer(query, endpoint.subject).model_dump())

    def _answer(self, query: Schema, subject: str) -> Schema:
        roster = read_roster(self.text, file="roster")
        match query:
            case OverviewQuery():
                return overview_of(roster, query, now=NOON)
            case ContactQuery():
                return self._person(query)
            case PersonQuery():
                limited = query.model_copy(update={"limit": self.page_size})
                return page_of_people(list_people(roster, now=NOON), limited)
            case NameQuery():
                return named_person(find_typed_person(roster, query.typed, is_email=query.is_email, now=NOON))
            case RosterEdit():
                return self._enter(query)
            case TeamQuery() | DraftQuery() | DefinitionFile():
                return small_playbook(subject, query)
            case _:
                return UnmatchedUserList(users=self.unmatched)

    def _person(self, query: ContactQuery) -> Schema:
        try:
            entered = [absence for absence in self.entered if absence.rep_id == query.person]
            return person_in(read_roster(self.text, file="roster"), query.person, entered, now=NOON)
        except DaymarkError as refused:
            raise Refused(str(refused)) from None

    def _enter(self, edit: RosterEdit) -> RosterEdited:
        try:
            text, entered_id = _edited(self.text, edit, [], NO_ERASED_PEOPLE)
            read_roster(text, file="roster")
        except DefinitionRefused as refused:
            raise Refused(str(EntryRefused(refused))) from None
        except DaymarkError as refused:
            raise Refused(str(refused)) from None
        self.text = text
        self.edits.append(edit)
        return RosterEdited(id=entered_id, summary="", reps_to_rescore=1)
