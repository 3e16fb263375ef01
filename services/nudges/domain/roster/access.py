"""Who may do what, by today's roster. Every page asks `may`, whichever way its visitor came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from shared.events import PersonId, TeamId


class Action(Enum):
    """What somebody does to a subject: to themselves, or to a rep."""

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
    CHOOSE_MAIL = "stop mail, or get it again"
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
    Daymark, whether or not the roster lists them."""

    people: Mapping[PersonId, PersonToday]
    operators: Mapping[PersonId, str]

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


def may(person: PersonId, action: Action, subject: PersonId, today: RosterToday) -> bool:
    """Whether the person may do this to the subject today. Whoever the roster does not list may do nothing that it grants.

    To stop mail needs no roster: nobody is to get mail against their will because the roster is out of reach.
    """
    match action:
        case Action.OPEN_OWN_PAGE:
            return person == subject and today.is_rep(person)
        case Action.OPEN_TODAY | Action.OPEN_INBOX | Action.EXPORT_SCORES | Action.SEE_EFFECTS:
            return person == subject and today.is_manager(person)
        case Action.OPEN_MESSAGE | Action.SEE_WINS:
            return person == subject and (today.is_rep(person) or today.is_manager(person))
        case Action.SEE_REP:
            return (person == subject and today.is_rep(person)) or today.manages(person, subject)
        case Action.MANAGE:
            return today.manages(person, subject)
        case Action.RECOGNISE:
            return person != subject and (today.manages(person, subject) or today.may_thank_as_colleague(person, subject))
        case Action.CHOOSE_MAIL:
            return person == subject
        case Action.OPERATE:
            return person == subject and person in today.operators
        case _:
            assert_never(action)
