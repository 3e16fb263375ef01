"""From a silent feed to the rule: what holds a day against a rep is deferred meanwhile, on a real database."""

from datetime import date

import pytest
from prometheus_client import generate_latest

from services.nudges.context.silent_feeds import list_silent_feeds
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.context.test_watch_feeds import SINCE, TEAM

TWO = at(MONDAY, "14:00")


@pytest.fixture
async def silent(nudging: Nudging) -> Nudging:
    """A team without data by 10:30 on Monday, which always had some by ten."""
    rows = Rows(nudging.pool)
    await rows.add_announcement(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))
    for day in working_days(40)[:30]:
        for rep in TEAM:
            await rows.add_day(report(day, rep=rep))
    for day in working_days(10):
        nudging.now = at(day, "10:00")
        await nudging.take_in(*[report(day, rep=rep) for rep in TEAM])
    nudging.now = at(MONDAY, "00:01")
    await nudging.take_in(*[report(MONDAY, rep=rep, score=0, count=0, state="open") for rep in TEAM])
    await nudging.pass_time(SINCE)
    return nudging


async def test_a_quiet_day_counts_against_nobody_while_the_feed_is_silent(silent: Nudging) -> None:
    decided = await silent.pass_time(at(MONDAY, "13:00"))

    assert [(each.rule, each.status) for each in decided] == [
        ("quiet_afternoon", status) for status in ("deferred", "suppressed", "suppressed", "suppressed")
    ]
    deferred = [rule for rule, status in await silent.statuses() if status == "deferred"]
    assert deferred == ["quiet_afternoon"]


async def test_a_deferred_nudge_that_is_no_longer_true_when_the_feed_recovers_is_suppressed(silent: Nudging) -> None:
    await silent.pass_time(at(MONDAY, "13:00"))
    silent.now = TWO
    await silent.take_in(report(MONDAY, rep=TEAM[0], state="open", revision=2))

    (decided,) = await silent.pass_time(at(MONDAY, "14:01"))

    assert (decided.rule, decided.status) == ("quiet_afternoon", "suppressed")


async def test_a_deferred_nudge_that_is_still_true_when_the_feed_recovers_is_sent(silent: Nudging) -> None:
    await silent.pass_time(at(MONDAY, "13:00"))
    silent.now = TWO
    await silent.take_in(report(MONDAY, rep=TEAM[1], state="open", revision=2))

    (decided,) = await silent.pass_time(at(MONDAY, "14:01"))

    assert (decided.rule, decided.status) == ("quiet_afternoon", "sent")


async def test_data_that_has_arrived_stays_so_when_it_is_deleted_later(nudging: Nudging) -> None:
    for day in working_days(10):
        nudging.now = at(day, "10:00")
        await nudging.take_in(*[report(day, rep=rep) for rep in TEAM])
    nudging.now = at(MONDAY, "00:01")
    await nudging.take_in(*[report(MONDAY, rep=rep, score=0, count=0, state="open") for rep in TEAM])
    await nudging.take_in(
        report(MONDAY, rep=TEAM[3], state="open", revision=2),
        report(MONDAY, rep=TEAM[3], score=0, count=0, state="open", revision=3),
    )

    await nudging.pass_time(SINCE)

    assert await nudging.pool.fetch("SELECT FROM silent_feed") == []


async def test_a_silent_feed_is_shown_as_a_metric_until_it_recovers(silent: Nudging) -> None:
    async def shown() -> bool:
        silent.metrics.show_silent_feeds(feed.team for feed in (await list_silent_feeds(silent.pool)).feeds)
        return 'daymark_nudges_feed_quiet{team="north"} 1.0' in generate_latest(silent.metrics.registry).decode()

    is_shown = [await shown()]
    silent.now = SINCE
    await silent.take_in(report(MONDAY, rep=TEAM[3], state="open", revision=2))
    await silent.pass_time(at(MONDAY, "10:31"))
    is_shown.append(await shown())

    assert is_shown == [True, False]
