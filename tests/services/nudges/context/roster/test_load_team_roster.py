"""What a manager's rules know of first days and doubts about the roster, on a real database."""

from datetime import date, timedelta

import asyncpg
import pytest

from services.nudges.domain.roster.doubts import DoubtKind, RosterDoubt
from shared.events import NudgeKind, Person
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.managed_teams import lead, loaded
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.builders.rows import Rows

NINE = at(MONDAY, "09:00")
DOUBT = RosterDoubt(rep_id=ANA.id, kind=DoubtKind.NOTHING, days=30, empty=30)


@pytest.fixture
async def in_doubt(pool: asyncpg.Pool, rows: Rows) -> asyncpg.Pool:
    """Mara leads Ana, who has done nothing for seven weeks; somebody else leads Ben, who has not either."""
    await lead(pool, ANA, newest_day=MONDAY)
    await lead(pool, BEN, manager=JON, newest_day=MONDAY)
    for rep in (ANA, BEN):
        for day in (*[report(day, rep=rep, count=0) for day in working_days(35)], open_report(rep=rep)):
            await rows.add_day(day)
    return pool


async def test_on_mondays_the_doubts_about_the_managers_own_reps_are_known(in_doubt: asyncpg.Pool, rows: Rows) -> None:
    assert (await loaded(in_doubt, now=NINE)).context.roster_doubts == [DOUBT]

    await rows.add_day(open_report(MONDAY + timedelta(days=1)))
    assert (await loaded(in_doubt, now=at(MONDAY + timedelta(days=1), "09:00"))).context.roster_doubts == []


@pytest.mark.parametrize(
    ("status", "days_ago", "rule", "person", "is_reported"),
    [
        ("sent", 27, "roster_check", MARA, True),
        ("bundled", 27, "roster_check", MARA, True),
        ("suppressed", 27, "roster_check", MARA, False),
        ("sent", 28, "roster_check", MARA, False),
        ("sent", 7, "digest", MARA, False),
        ("sent", 7, "roster_check", JON, False),
    ],
    ids=["sent", "sent with others", "not sent", "four weeks ago", "another rule", "another manager"],
)
async def test_doubts_that_were_sent_in_the_last_four_weeks_are_known(
    in_doubt: asyncpg.Pool, rows: Rows, status: str, days_ago: int, rule: str, person: Person, *, is_reported: bool
) -> None:
    day: date = MONDAY - timedelta(days=days_ago)
    nudge = make_nudge(person=person, kind=NudgeKind.DIGEST, rule=rule, day=day, occasion=f"{day} ana=nothing")
    await rows.add_nudge(nudge, status=status)

    reported = (await loaded(in_doubt, now=NINE)).context.reported_doubts

    assert reported == ({"ana=nothing"} if is_reported else set())


async def test_it_is_known_whose_first_day_it_is(in_doubt: asyncpg.Pool, rows: Rows) -> None:
    newcomer = BEN.model_copy(update={"id": "cleo", "name": "Cleo Fox"})
    await lead(in_doubt, newcomer, newest_day=MONDAY)
    await rows.add_day(open_report(rep=newcomer))

    members = (await loaded(in_doubt, now=NINE)).context.members

    assert [(member.rep.id, member.is_first_day) for member in members] == [("ana", False), ("cleo", True)]
