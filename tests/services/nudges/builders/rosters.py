"""Today's roster for decisions about who may do what."""

from collections.abc import Sequence
from typing import Final

from services.nudges.domain.roster.access import PersonToday, RosterToday
from shared.events import Manager, PersonId, Rep, TeamId
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH


def rep_today(rep: Rep, team_id: TeamId = NORTH.id, *, colleagues: Sequence[Rep | Manager] = ()) -> PersonToday:
    thankable = tuple(PersonId(colleague.id) for colleague in colleagues)
    return PersonToday(id=PersonId(rep.id), name=rep.name, team=team_id, colleagues=thankable)


def roster_today(*people: PersonToday, operators: tuple[str, ...] = ()) -> RosterToday:
    return RosterToday(people={person.id: person for person in people}, operators={PersonId(name): name for name in operators})


EVERYBODY_TODAY: Final = roster_today(
    rep_today(ANA),
    rep_today(BEN),
    PersonToday(id=MARA.id, name="Mara Lind", manages=(NORTH.id,)),
    PersonToday(id=JON.id, name="Jon Bee", manages=(NORTH.id,)),
)
"""Ana and Ben work in a team that Mara and Jon manage."""


async def everybody_today(_: PersonId) -> RosterToday:
    """Reads that roster, whoever asks."""
    return EVERYBODY_TODAY
