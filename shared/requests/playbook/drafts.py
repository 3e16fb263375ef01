"""What can be asked about the playbook of one team, by whoever shows it or writes the next version."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from pydantic import Field

from shared.events import BehaviourDefinition, BehaviourKey, GoalDefinition, RepId, TeamId, VersionNumber
from shared.playbook.document import PlaybookDocument
from shared.requests.definitions import PreviewRep
from shared.requests.endpoint import Endpoint, Schema

VersionState = Literal["past", "in force", "coming"]


class TeamQuery(Schema):
    """A team of the roster."""

    team: TeamId


class Acknowledgement(Schema):
    """A rep to whom a version was announced, and when they got it and confirmed it, if they did. `name` is empty for a rep who
    is no longer in the roster."""

    rep: RepId
    name: str
    delivered_at: datetime | None
    acknowledged_at: datetime | None


class ShownVersion(Schema):
    """A version as people read it, as a form holds it (`document`), and as its file states it (`text`). `changes` is what
    differs from the version before it, whose date is `follows`; None if it is the first."""

    version: VersionNumber
    effective_from: date
    state: VersionState
    document: PlaybookDocument
    text: str
    behaviours: tuple[BehaviourDefinition, ...]
    goals: tuple[GoalDefinition, ...]
    unverified: tuple[str, ...]
    follows: date | None
    changes: tuple[str, ...]
    revises: str
    acknowledgements: tuple[Acknowledgement, ...] = ()


class PublicationRow(Schema):
    """Something that was published for the team: a version, or only other words in it. `published_by` is the name of a manager;
    None if a file was applied, and empty if the manager was erased."""

    version: VersionNumber
    effective_from: date
    is_wording: bool
    published_by: str | None
    published_at: datetime


class TeamPlaybook(Schema):
    """The versions of a team by date, and everything that was published, the newest first. `edition` changes whenever something
    is published. `today` and `timezone` are the team's."""

    team: TeamId
    name: str
    today: date
    timezone: str
    edition: str
    versions: tuple[ShownVersion, ...]
    publications: tuple[PublicationRow, ...]


class DraftQuery(Schema):
    """The file of a version that somebody is writing. They began with the file `base` when `edition` was the newest; both are
    empty where there was no version yet. With `weeks` the reps' last weeks are judged by it."""

    team: TeamId
    text: str
    base: str = ""
    edition: str = Field(default="", pattern=r"^([0-9]{1,9}\.[0-9]{1,9})?$")
    weeks: int = Field(default=0, ge=0, le=53)


class DraftMistake(Schema):
    """What is wrong at which key of the file, such as `behaviours[0].target`."""

    key: str
    problem: str


class Draft(Schema):
    """What publishing the file would do. With `mistakes` it would be refused, and the rest is empty.

    `text` is the file in its canonical form, and `changes` is what differs from the version that it follows. If it differs from
    a version by nothing but words, it is no new one: `rewords` is the date of that version. `unexplained` are the labels of the
    behaviours that change although the file does not say why. `newer` was published since the edition, and `newer_changes` is
    how the newest version differs from the base. A draft that `is_published` says what is there already. `preview` has every
    rep of the team."""

    mistakes: tuple[DraftMistake, ...] = ()
    text: str = ""
    changes: tuple[str, ...] = ()
    rewords: date | None = None
    is_published: bool = False
    unexplained: tuple[str, ...] = ()
    edition: str = ""
    newer: tuple[PublicationRow, ...] = ()
    newer_changes: tuple[str, ...] = ()
    preview: tuple[PreviewRep, ...] = ()


class SuggestedTargets(Schema):
    """What the team does on most days, weekday by weekday, Monday first; None where too few days were worked, or where it
    happens too seldom. `days` is how many days it follows from."""

    key: BehaviourKey
    targets: tuple[Decimal | None, ...]
    days: int


class Suggestions(Schema):
    """One for each behaviour of the file."""

    behaviours: tuple[SuggestedTargets, ...]


PLAYBOOK_SHOW: Final = Endpoint(subject="playbook.show.v1", query=TeamQuery, reply=TeamPlaybook)
PLAYBOOK_DRAFT: Final = Endpoint(subject="playbook.draft.v1", query=DraftQuery, reply=Draft)
PLAYBOOK_SUGGEST: Final = Endpoint(subject="playbook.suggest.v1", query=DraftQuery, reply=Suggestions)
