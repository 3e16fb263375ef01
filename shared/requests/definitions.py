"""What can be asked about rosters and playbooks, and about scoring days again."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from pydantic import Field

from shared.events import ManagerId, PersonId, RepId, TeamId, VersionNumber
from shared.observation import SourceName
from shared.requests.endpoint import Endpoint, NoQuery, Page, Schema


class DefinitionFile(Schema):
    """A roster or playbook file as its author wrote it; `name` is only for messages. `revise` is why a version begins in the
    past. A playbook from a page is `published_by` a manager, who has seen everything up to the `edition`. A roster with
    `replace` may lack what was entered on a page."""

    name: str
    text: str
    revise: str = ""
    published_by: ManagerId | None = None
    edition: str | None = None
    replace: bool = False


class Applied(Schema):
    """What applying a file did, in one line for people. The days of `reps_to_rescore` reps are being scored again in the
    background, and a version is being announced to `reps_to_announce_to` reps. `unexplained` are the labels of behaviours that
    change although the playbook does not say why. `lost` names what was entered into a roster on a page and is no longer in
    it."""

    summary: str
    reps_to_rescore: int
    reps_to_announce_to: int = 0
    unexplained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class NamesQuery(Schema):
    """Ids that somebody wrote by hand. The reply repeats them; one that no roster has is refused with the most similar ids. A
    `source` may also be one of the `configured` ones."""

    rep: RepId | None = None
    team: TeamId | None = None
    manager: ManagerId | None = None
    person: PersonId | None = None
    source: SourceName | None = None
    configured: tuple[SourceName, ...] = ()


class RescoreQuery(Schema):
    """Which days to score again: of one rep, of a team, or of everybody; from `first` to `last`, both included."""

    rep: RepId | None = None
    team: TeamId | None = None
    first: date | None = None
    last: date | None = None


class RescoreState(Schema):
    """How many reps have days that wait to be scored again, and how many such days are known: more may come to light while
    activities are assigned to reps and days."""

    reps: int
    days: int


class DefinitionsVersion(Schema):
    """The version of the roster and all playbooks together. It rises with every change."""

    version: int


class PreviewQuery(Schema):
    """A playbook file, and how many weeks back to judge by it."""

    name: str
    text: str
    weeks: int = Field(default=4, ge=1, le=53)


class PreviewDay(Schema):
    """A day's score as it was judged, and as it would be."""

    day: date
    was: Decimal | None
    would_be: Decimal | None


class PreviewRep(Schema):
    """Means over the days with a score, and on how many days the plan was, or would be, done."""

    rep: RepId
    name: str
    was: Decimal | None
    would_be: Decimal | None
    done: int
    would_be_done: int
    days: tuple[PreviewDay, ...]


class Preview(Schema):
    """Every rep of the playbook's team, sorted by id."""

    reps: tuple[PreviewRep, ...]


class PlaybookVersion(Schema):
    """One version. `revises` is why it begins before the day on which it was applied; empty if it does not. It was `announced`
    to so many reps; `delivered` announcements reached theirs, and `acknowledged` ones were confirmed. A version whose team is
    not in the roster judges nobody."""

    team: TeamId
    is_team_in_roster: bool = True
    effective_from: date
    version: VersionNumber = VersionNumber(0)
    announced: int = 0
    delivered: int = 0
    acknowledged: int = 0
    state: Literal["past", "in force", "coming"]
    revises: str
    behaviours: tuple[str, ...]
    goals: tuple[str, ...]


class PlaybookList(Schema):
    """Every version, by team and date."""

    versions: tuple[PlaybookVersion, ...]


class AnnouncementQuery(Schema):
    """To whom versions were announced; of one team, or of the versions that begin on one day."""

    team: TeamId | None = None
    effective_from: date | None = None
    after: tuple[VersionNumber, RepId] | None = None
    limit: int = Field(default=1_000, ge=1, le=1_000)


class AnnouncementRow(Schema):
    """One version and one rep whom it judges from `binds_from` on, unless it was withdrawn. `name` is empty for a rep who is no
    longer in the roster."""

    version: VersionNumber
    team: TeamId
    effective_from: date
    rep: RepId
    name: str
    binds_from: date
    announced_at: datetime
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    withdrawn_at: datetime | None = None


class AnnouncementPage(Page[AnnouncementRow]):
    """The newest version first, reps in the order of their ids."""

    next_after: tuple[VersionNumber, RepId] | None = None


ROSTER_APPLY: Final = Endpoint(subject="roster.apply.v1", query=DefinitionFile, reply=Applied)
DEFINITIONS_VERSION: Final = Endpoint(subject="roster.version.v1", query=NoQuery, reply=DefinitionsVersion)
NAMES_CHECK: Final = Endpoint(subject="roster.check_names.v1", query=NamesQuery, reply=NamesQuery)
PLAYBOOK_APPLY: Final = Endpoint(subject="playbook.apply.v1", query=DefinitionFile, reply=Applied)
PLAYBOOK_PREVIEW: Final = Endpoint(subject="playbook.preview.v1", query=PreviewQuery, reply=Preview)
PLAYBOOK_LIST: Final = Endpoint(subject="playbook.list.v1", query=NoQuery, reply=PlaybookList)
ANNOUNCEMENT_LIST: Final = Endpoint(subject="playbook.telling.v1", query=AnnouncementQuery, reply=AnnouncementPage)
SCORE_RESCORE: Final = Endpoint(subject="score.rescore.v1", query=RescoreQuery, reply=RescoreState)
SCORE_RESCORE_STATE: Final = Endpoint(subject="score.rescore_state.v1", query=NoQuery, reply=RescoreState)
