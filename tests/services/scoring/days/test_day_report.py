"""What the report of a day says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from services.scoring.days.open_and_close_days import open_and_close_days
from tests.services.scoring.conftest import MONDAY, ROSTER, Scoring

MADRID_MIDNIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)


async def test_new_hours_are_reported_for_the_open_day_although_its_score_is_the_same(scoring: Scoring) -> None:
    later = ROSTER.replace("timezone: Europe/Madrid,", 'timezone: Europe/Madrid, hours: "11:00-19:00",')

    await scoring.apply(roster=later)

    report = next(report for _, report in await scoring.reports() if report.rep.id == "ana")
    assert (report.day, report.work_starts_at) == (MONDAY, datetime(2026, 3, 2, 10, tzinfo=UTC))


async def test_a_report_says_which_part_of_the_day_is_worked(scoring: Scoring) -> None:
    half_off = "timezone: Europe/Madrid, absences: [{from: 2026-03-02, until: 2026-03-02, part: 0.5}],"

    await scoring.apply(roster=ROSTER.replace("timezone: Europe/Madrid,", half_off))
    await open_and_close_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT)

    reports = {(event, report.day.day): report.part for event, report in await scoring.reports() if report.rep.id == "ana"}
    assert reports == {("changed", 2): Decimal("0.5"), ("closed", 2): Decimal("0.5"), ("opened", 3): Decimal(1)}


async def test_only_managers_who_lead_the_team_on_the_day_are_in_the_report(scoring: Scoring) -> None:
    nils = "{id: mara, name: Mara Lind, until: 2026-03-02}, {id: nils, name: Nils Berg, from: 2026-03-03}"
    await scoring.apply(roster=ROSTER.replace("{id: mara, name: Mara Lind}", nils))

    await open_and_close_days(scoring.pool, scoring.cache, now=MADRID_MIDNIGHT + timedelta(hours=1))

    managers = {report.day.day: [manager.id for manager in report.managers] for _, report in await scoring.reports()}
    assert managers == {2: ["mara"], 3: ["nils"]}


async def test_that_a_team_lets_colleagues_thank_each_other_is_reported_at_once(scoring: Scoring) -> None:
    await scoring.apply(roster=ROSTER.replace("name: North", "name: North\n    thanks_from_colleagues: true", 1))
    await scoring.apply(roster=ROSTER)

    reported = [report.thanks_from_colleagues for _, report in await scoring.reports() if report.rep.id == "ana"]
    assert reported[-2:] == [True, False]
