"""Scores as CSV, clause by clause, on a real database."""

from datetime import timedelta

from services.nudges.pages.api.team_scores import list_team_scores, write_scores_as_csv
from shared.events import Presence
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.people import ANA, BEN, MARA, make_rep
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows

DAY = timedelta(days=1)


async def test_each_rep_and_day_of_the_period_is_a_line(rows: Rows) -> None:
    await rows.ignore_indexes()
    evil = make_rep("ben", '=HYPERLINK("x"), Ben')
    for number in (3, 2, 1, 0):
        day = report(MONDAY + number * DAY, rep=evil, score=60 + number)
        await rows.add_day(day.model_copy(update={"state": "open"}) if number == 2 else day)
    await rows.add_day(report(MONDAY + DAY, score=None, presence=Presence.HOLIDAY))
    await rows.add_day(report(MONDAY + DAY, rep=make_rep(MARA.id)))

    scores = await list_team_scores(rows.pool, [BEN.id, ANA.id], first=MONDAY + DAY, last=MONDAY + 2 * DAY)

    assert write_scores_as_csv(scores).splitlines() == [
        "rep,name,team,day,presence,score,is_open",
        "ana,Ana Ruiz,north,2026-03-03,holiday,,no",
        'ben,"\'=HYPERLINK(""x""), Ben",north,2026-03-03,working,61.00,no',
        'ben,"\'=HYPERLINK(""x""), Ben",north,2026-03-04,working,62.00,yes',
    ]
