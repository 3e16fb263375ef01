"""A rep's list of days, on a real database."""

from datetime import timedelta

from services.nudges.domain.feedback.disputes import DisputeId, DisputeReason, RecordedActivity
from services.nudges.pages.disputes.disputes import NewDispute, merge_dispute
from services.nudges.pages.own_days import list_own_days
from shared.events import Presence, Rep, VersionNumber
from shared.observation import ActivityId, SourceName
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.rep.own_days import make_own_day

DAY = timedelta(days=1)


async def test_a_reps_days_are_listed_from_a_day_on_the_newest_first(rows: Rows) -> None:
    for number in range(3):
        await rows.add_day(report(MONDAY + number * DAY, score=60 + number, state="open" if number == 2 else "closed"))
    await rows.add_day(report(MONDAY + DAY, rep=BEN))

    assert await list_own_days(rows.pool, ANA.id, since=MONDAY + DAY) == [
        make_own_day(MONDAY + 2 * DAY, score=62, is_open=True),
        make_own_day(MONDAY + DAY, score=61),
    ]


async def test_a_day_has_its_presence_and_the_playbook_that_judges_it(rows: Rows) -> None:
    await rows.add_day(
        report(score=None, presence=Presence.HOLIDAY, playbook_version=VersionNumber(7), playbook_from=MONDAY - DAY)
    )
    await rows.add_day(report(MONDAY - DAY, presence=Presence.ABSENT, playbook_version=None, playbook_from=None))

    assert await list_own_days(rows.pool, ANA.id, since=MONDAY - DAY) == [
        make_own_day(score=None, presence=Presence.HOLIDAY, playbook_version=VersionNumber(7), playbook_from=MONDAY - DAY),
        make_own_day(MONDAY - DAY, presence=Presence.ABSENT, playbook_version=None, playbook_from=None),
    ]


async def test_the_disputes_of_each_day_are_counted(rows: Rows) -> None:
    async def dispute(name: str, rep: Rep, days: int) -> None:
        await merge_dispute(
            rows.pool,
            NewDispute(
                id=DisputeId(name),
                rep_id=rep.id,
                day=MONDAY + days * DAY,
                source=SourceName("acme"),
                account="",
                activity_id=ActivityId(name),
                reason=DisputeReason.TIME,
                recorded=RecordedActivity(kind="call"),
            ),
            now=NOON,
        )

    for number in range(2):
        for rep in (ANA, BEN):
            await rows.add_day(report(MONDAY + number * DAY, rep=rep))
    for name, rep, days in (("d1", ANA, 0), ("d2", ANA, 0), ("d3", ANA, 1), ("d4", BEN, 0)):
        await dispute(name, rep, days)

    assert [day.disputes for day in await list_own_days(rows.pool, ANA.id, since=MONDAY)] == [1, 2]
