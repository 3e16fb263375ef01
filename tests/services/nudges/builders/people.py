"""The people and teams of the tests of nudges."""

from typing import Final

from shared.events import Manager, ManagerId, PersonId, Rep, RepId, Team, TeamId


def make_rep(rep_id: str, name: str = "Ana Ruiz") -> Rep:
    return Rep(id=RepId(PersonId(rep_id)), name=name)


def rep(name: str) -> Rep:
    """A rep whose id is the first name in small letters."""
    return make_rep(name.partition(" ")[0].lower(), name)


def make_team(team_id: str) -> Team:
    return Team(id=TeamId(team_id), name=team_id.title())


ANA: Final = rep("Ana Ruiz")
BEN: Final = rep("Ben Ode")
NORTH: Final = make_team("north")
SOUTH: Final = make_team("south")
MARA: Final = Manager(id=ManagerId(PersonId("mara")), name="Mara Lind", timezone="Europe/Madrid")
JON: Final = Manager(id=ManagerId(PersonId("jon")), name="Jon Bee", timezone="Europe/Madrid")
