"""Who opens the page, clause by clause, on a real database."""

from services.nudges.domain.feedback.preferences import MANAGER_GROUPS, REP_GROUPS
from services.nudges.pages.preferences.readers import Reader, find_reader
from shared.events import PersonId
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, rep
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows


async def test_a_rep_is_in_the_zone_of_their_newest_day(rows: Rows) -> None:
    for day, timezone in ((MONDAY, "Europe/Madrid"), (TUESDAY, "Asia/Tokyo")):
        await rows.add_day(report(day, timezone=timezone))
    await rows.add_day(report(WEDNESDAY, rep=BEN, timezone="Europe/Lisbon"))
    await lead(rows.pool, BEN, manager=MARA)
    await rows.ignore_indexes()

    assert await find_reader(rows.pool, ANA.id) == Reader(groups=REP_GROUPS, timezone="Asia/Tokyo", is_rep=True)


async def test_a_manager_is_in_the_zone_of_the_newest_day_that_has_one(rows: Rows) -> None:
    await lead(rows.pool, rep("Dan Doe"), timezone=None, newest_day=WEDNESDAY)
    await lead(rows.pool, ANA, timezone="Europe/Madrid", newest_day=MONDAY)
    await lead(rows.pool, BEN, timezone="Asia/Tokyo", newest_day=TUESDAY)
    await lead(rows.pool, BEN, manager=JON, timezone="Europe/Lisbon", newest_day=WEDNESDAY)
    await rows.ignore_indexes()

    assert await find_reader(rows.pool, MARA.id) == Reader(groups=MANAGER_GROUPS, timezone="Asia/Tokyo", is_rep=False)


async def test_a_manager_without_a_zone_can_choose_and_somebody_unknown_can_not(rows: Rows) -> None:
    await lead(rows.pool, ANA, timezone=None)

    assert await find_reader(rows.pool, MARA.id) == Reader(groups=MANAGER_GROUPS, timezone="UTC", is_rep=False)
    assert await find_reader(rows.pool, PersonId("nobody")) == Reader(groups={}, timezone="UTC", is_rep=False)
