"""Two reps, and the pages on which they contest what is recorded of a day of theirs."""

import httpx

from services.nudges.pages.disputes.dispute_activity import id_of
from shared.events import Manager, Person
from tests.services.nudges.conftest import LINKS, Nudging
from tests.services.nudges.explaining import COUNTED
from tests.services.nudges.reports import MONDAY, report

ANA, BEN = LINKS.of_rep("ana"), LINKS.of_rep("ben")
MARA, JON = LINKS.of_manager("mara"), LINKS.of_manager("jon")
THE_DAY = f"{ANA}/day/{MONDAY}"
ID = id_of("ana", COUNTED)


async def ana_and_ben(nudging: Nudging) -> None:
    """Ana has a day, and so has Ben, whom somebody else leads."""
    jon = Manager(id="jon", name="Jon Bee", timezone="Europe/Madrid")
    await nudging.take_in(report(), report(rep=Person(id="ben", name="Ben Ode"), managers=(jon,)))


async def kept(nudging: Nudging) -> list[tuple[str, str, str, str]]:
    rows = await nudging.pool.fetch("SELECT rep_id, activity_id, reason, settled FROM contest ORDER BY contested_at, id")
    return [tuple(row) for row in rows]


def words_of(page: httpx.Response) -> str:
    return " ".join(page.text.split())
