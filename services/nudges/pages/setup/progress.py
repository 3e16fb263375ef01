"""How far somebody has come: what the services have, whoever entered it and by which way."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from services.nudges.pages.people.ask_scoring import AskScoring
from shared.events import TeamId
from shared.requests.client import NO_QUERY
from shared.requests.definitions import PLAYBOOK_LIST, PlaybookVersion
from shared.requests.nudges import ChannelRow
from shared.requests.people import PERSON_LIST, PersonQuery, PersonRow
from shared.requests.roster.edits import ROSTER_SHOW
from shared.requests.sources.endpoints import SOURCE_LIST, SourceRow

_INBOX: Final = "inbox"
_ZONE: Final = "UTC"


class Step(Enum):
    """One step of the first use, with the last part of its address."""

    TEAM = "team"
    SOURCE = "source"
    PEOPLE = "people"
    PLAYBOOK = "playbook"
    CHANNELS = "channels"


class _Part(BaseModel):
    """Everything else of the roster file is left to scoring."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Person(_Part):
    timezone: str = ""


class TeamName(_Part):
    """A team of the roster file, and where its people are."""

    id: TeamId
    name: str
    managers: tuple[_Person, ...] = ()
    reps: tuple[_Person, ...] = ()


class _RosterFile(_Part):
    teams: tuple[TeamName, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What there is. `base_url` is where senders reach ingest."""

    teams: tuple[TeamName, ...]
    people: tuple[PersonRow, ...]
    sources: tuple[SourceRow, ...]
    base_url: str
    playbooks: tuple[PlaybookVersion, ...]
    channels: tuple[ChannelRow, ...]

    @property
    def timezone(self) -> str:
        """That of somebody who is in the roster already, to begin with; UTC if there is nobody."""
        people = [person for team in self.teams for person in (*team.reps, *team.managers)]
        return next((person.timezone for person in people if person.timezone), _ZONE)

    @property
    def done(self) -> frozenset[Step]:
        """The steps that are complete, in the browser or in files."""
        states = {
            Step.TEAM: bool(self.teams),
            Step.SOURCE: bool(self.sources),
            Step.PEOPLE: any(person.role == "rep" for person in self.people),
            Step.PLAYBOOK: bool(self.playbooks),
            Step.CHANNELS: any(channel.name != _INBOX for channel in self.channels),
        }
        return frozenset(step for step, is_done in states.items() if is_done)

    @property
    def next_step(self) -> Step | None:
        """The first one that is not complete."""
        return next((step for step in Step if step not in self.done), None)


async def read_progress(ask: AskScoring, channels: tuple[ChannelRow, ...]) -> Progress:
    """Ask the services what they have.

    Raises:
        NoResponder, Refused: one of them cannot answer now.
    """
    roster = await ask(ROSTER_SHOW, NO_QUERY)
    sources = await ask(SOURCE_LIST, NO_QUERY)
    people = (await ask(PERSON_LIST, PersonQuery())).rows if roster.text else ()
    playbooks = await ask(PLAYBOOK_LIST, NO_QUERY)
    return Progress(
        teams=read_teams(roster.text),
        people=people,
        sources=sources.rows,
        base_url=sources.base_url,
        playbooks=playbooks.versions,
        channels=channels,
    )


def read_teams(text: str) -> tuple[TeamName, ...]:
    """The teams of a roster that scoring has accepted."""
    try:
        return _RosterFile.model_validate(yaml.safe_load(text) or {}).teams
    except (yaml.YAMLError, ValidationError):
        return ()
