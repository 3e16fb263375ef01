"""Who may do what, by today's roster. Every page asks `may`, whichever way its visitor came in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, assert_never

from shared.events import PersonId, TeamId


class Action(Enum):
    """What somebody does to a subject: to themselves, to a rep, or to a team."""

    OPEN_OWN_PAGE = "open their own page as a rep, and do what it offers"
    OPEN_TODAY = "see how the teams that they manage are doing today"
    OPEN_INBOX = "open their inbox as a manager, and read what is written to them as one"
    OPEN_MESSAGE = "open a message that was sent to them, as a rep or as a manager"
    SEE_REP = "see a rep's days, with their scores and activities, and what was said to the rep"
    EXPORT_SCORES = "export the scores of the reps whom they manage"
    SEE_EFFECTS = "see what the messages of each rule achieve, over all teams"
    SEE_WINS = "see what was celebrated in the teams in which they sell, or which they manage"
    MANAGE = "read what is written to a rep, answer it, resolve a dispute, enter an absence"
    RECOGNISE = "say something to a rep"
    PLAY_ON = "let the demonstration go on, where one is played"
    USE_API = "make tokens for programs, and read with them"
    CHOOSE_MAIL = "stop mail, or get it again"
    CHOOSE_LANGUAGE = "choose the language of pages and messages"
    SEE_PLAYBOOKS = "see the playbooks of the teams in which they sell, or which they manage"
    SEE_PLAYBOOK = "see the playbook of a team"
    EDIT_PLAYBOOK = "write and publish the playbook of a team"
    OPERATE = "see how deliveries, the roster and its people are doing"


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonToday:
    """Somebody of today's roster. `team` is where a rep works today; None for somebody who is no rep. `manages` are the teams
    that they manage today, and `colleagues` the reps of their team if the team lets colleagues thank each other."""

    id: PersonId
    name: str
    team: TeamId | None = None
    manages: tuple[TeamId, ...] = ()
    colleagues: tuple[PersonId, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterToday:
    """The part of today's roster that a decision needs: the person, and the reps of the teams that they manage. `operators` run
    Daymark, whether or not the roster lists them. `team_names` are those of the teams that the person manages."""

    people: Mapping[PersonId, PersonToday]
    operators: Mapping[PersonId, str]
    team_names: Mapping[TeamId, str] = field(default_factory=dict)

    def is_rep(self, person_id: PersonId) -> bool:
        person = self.people.get(person_id)
        return person is not None and person.team is not None

    def is_manager(self, person_id: PersonId) -> bool:
        person = self.people.get(person_id)
        return person is not None and bool(person.manages)

    def manages(self, person_id: PersonId, subject: PersonId) -> bool:
        """Whether the subject works in a team that the person manages today."""
        person, rep = self.people.get(person_id), self.people.get(subject)
        return person is not None and rep is not None and rep.team in person.manages

    def manages_team(self, person_id: PersonId, team_id: TeamId) -> bool:
        """Whether the person manages the team today."""
        person = self.people.get(person_id)
        return person is not None and team_id in person.manages

    def is_in_team(self, person_id: PersonId, team_id: TeamId) -> bool:
        """Whether the person sells in the team today."""
        person = self.people.get(person_id)
        return person is not None and person.team == team_id

    def may_thank_as_colleague(self, person_id: PersonId, subject: PersonId) -> bool:
        """Whether both are reps of one team today, and the team lets them thank each other."""
        person = self.people.get(person_id)
        return person is not None and subject in person.colleagues

    def lists(self, person_id: PersonId) -> bool:
        """Whether anything at all opens for the person."""
        return person_id in self.people or person_id in self.operators

    def name_of(self, person_id: PersonId) -> str:
        """The person's name; for an operator whom the roster does not list, where they are reached."""
        person = self.people.get(person_id)
        return person.name if person is not None else self.operators.get(person_id, person_id)


EMPTY_TODAY: Final = RosterToday(people={}, operators={})


def may(person: PersonId, action: Action, subject: PersonId | TeamId, today: RosterToday) -> bool:
    """Whether the person may do this today to the subject: a person, or a team. Whoever the roster does not list may do nothing
    that it grants.

    To stop mail needs no roster: nobody is to get mail against their will because the roster is out of reach.
    """
    match action:
        case Action.OPEN_OWN_PAGE:
            return person == subject and today.is_rep(person)
        case Action.OPEN_TODAY | Action.OPEN_INBOX | Action.EXPORT_SCORES | Action.SEE_EFFECTS:
            return person == subject and today.is_manager(person)
        case Action.OPEN_MESSAGE | Action.PLAY_ON | Action.SEE_WINS | Action.SEE_PLAYBOOKS | Action.USE_API:
            return person == subject and (today.is_rep(person) or today.is_manager(person))
        case Action.SEE_PLAYBOOK | Action.EDIT_PLAYBOOK:
            is_reader = action is Action.SEE_PLAYBOOK and today.is_in_team(person, TeamId(subject))
            return is_reader or today.manages_team(person, TeamId(subject))
        case Action.SEE_REP:
            return (person == subject and today.is_rep(person)) or today.manages(person, PersonId(subject))
        case Action.MANAGE:
            return today.manages(person, PersonId(subject))
        case Action.RECOGNISE:
            rep = PersonId(subject)
            return person != rep and (today.manages(person, rep) or today.may_thank_as_colleague(person, rep))
        case Action.CHOOSE_MAIL | Action.CHOOSE_LANGUAGE | Action.OPERATE:
            return person == subject and (action is not Action.OPERATE or person in today.operators)
        case _:
            assert_never(action)
