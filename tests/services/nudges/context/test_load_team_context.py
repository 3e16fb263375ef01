"""What a manager's rules look at, as loaded from a real database, and what a member says of their days."""

from datetime import date, datetime, timedelta

import asyncpg
import pytest

from services.nudges.context.team_context import TeamMember, WeeklyBrief
from services.nudges.domain.baseline import PastDay
from services.nudges.domain.silence.evidence import SilenceBudget
from shared.events import (
    DayReport,
    Mention,
    Nudge,
    NudgeKind,
    Person,
    Presence,
    Rep,
    VersionNumber,
)
from tests.services.nudges.builders.announcements import VERSION_1, VERSION_2, announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY, at
from tests.services.nudges.builders.managed_teams import NOON, lead, load, loaded
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH, SOUTH, rep
from tests.services.nudges.builders.reports import CALLS, report
from tests.services.nudges.builders.rows import Rows

CLEO = rep("Cleo Fox")


async def test_a_manager_has_the_reps_whom_they_lead_by_name(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await lead(ana_managed, BEN)
    monday, tuesday = report(MONDAY, rep=BEN, team=SOUTH), report(TUESDAY, rep=BEN, team=SOUTH)
    await rows.add_day(tuesday)
    await rows.add_day(monday)

    managed = await loaded(ana_managed)

    assert (managed.manager.id, managed.manager.name, managed.timezone) == ("mara", "Mara Lind", "Europe/Madrid")
    assert (managed.team, managed.context.today) == (NORTH, WEDNESDAY)
    ana, ben = managed.context.members
    assert (ana.rep, ana.team, ana.days) == (ANA, NORTH, (report(TUESDAY),))
    assert (ben.rep, ben.team, ben.days) == (BEN, SOUTH, (tuesday, monday))


async def test_a_managers_day_and_zone_are_those_of_the_newest_report(ana_managed: asyncpg.Pool) -> None:
    """At noon on Wednesday in Madrid it is one minute past midnight on Thursday in Auckland."""
    await lead(ana_managed, BEN, name="Mara Lind-Roy", timezone="Pacific/Auckland", newest_day=WEDNESDAY)
    await lead(ana_managed, CLEO, name="nobody", timezone=None, newest_day=WEDNESDAY + timedelta(days=1))
    await lead(ana_managed, CLEO, manager=JON, name="Jon Keller", newest_day=WEDNESDAY + timedelta(days=1))

    managed = await loaded(ana_managed, now=at(WEDNESDAY, "12:01"))

    assert (managed.manager.name, managed.timezone) == ("Mara Lind-Roy", "Pacific/Auckland")
    assert managed.context.today == WEDNESDAY + timedelta(days=1)


async def test_a_manager_without_a_zone_or_without_reps_has_no_team(pool: asyncpg.Pool, rows: Rows) -> None:
    assert await load(pool) is None
    await lead(pool, ANA, timezone=None)
    await rows.add_day(report(TUESDAY))
    assert await load(pool) is None
    await lead(pool, BEN)
    assert [member.rep for member in (await loaded(pool)).context.members] == [ANA]
    await pool.execute("DELETE FROM day")
    assert await load(pool) is None


@pytest.mark.parametrize(("days_ago", "is_member"), [(7, True), (8, False)])
async def test_a_rep_who_has_left_is_a_member_for_seven_days(
    pool: asyncpg.Pool, rows: Rows, days_ago: int, *, is_member: bool
) -> None:
    last = WEDNESDAY - timedelta(days=days_ago)
    await lead(pool, ANA, newest_day=last)
    await rows.add_day(report(last))

    assert (await load(pool) is not None) is is_member


@pytest.mark.parametrize(("days_ago", "is_known"), [(28, True), (29, False)])
async def test_four_weeks_of_a_member_are_known(
    ana_managed: asyncpg.Pool, rows: Rows, days_ago: int, *, is_known: bool
) -> None:
    long_ago = report(WEDNESDAY - timedelta(days=days_ago))
    await rows.add_day(long_ago)

    (ana,) = (await loaded(ana_managed)).context.members

    assert ana.days == ((report(TUESDAY), long_ago) if is_known else (report(TUESDAY),))


@pytest.mark.parametrize(
    ("newest", "is_member"),
    [(report(WEDNESDAY, managers=(JON,)), False), (report(WEDNESDAY, managers=(JON, MARA)), True)],
    ids=["somebody else leads now", "both do"],
)
async def test_a_member_has_the_manager_in_the_newest_report(
    ana_managed: asyncpg.Pool, rows: Rows, newest: DayReport, *, is_member: bool
) -> None:
    await rows.add_day(newest)

    assert (await load(ana_managed) is not None) is is_member


async def test_another_managers_reps_are_not_members(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await lead(ana_managed, BEN, manager=JON)
    await rows.add_day(report(TUESDAY, rep=BEN, managers=(JON, MARA)))

    assert [member.rep for member in (await loaded(ana_managed)).context.members] == [ANA]


async def test_it_is_known_when_each_version_was_announced(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_announcement(announcement(), delivered_at=NOON)

    (ana,) = (await loaded(ana_managed)).context.members

    assert ana.delivered_at == {VERSION_1: NOON}


async def test_the_presence_of_members_and_the_budget_of_their_teams_are_known(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    """The day that goes on is none that is over."""
    await rows.add_day(report(MONDAY, count=0))
    await rows.add_day(report(WEDNESDAY, count=0, state="open"))
    await rows.add_day(report(MONDAY - timedelta(days=3), count=4))
    for team_id, strictness in ((NORTH.id, 0.25), (SOUTH.id, 0.5)):
        await rows.add_team_calibration(team_id, "gone_silent", strictness=strictness)

    context = (await loaded(ana_managed)).context

    (ana,) = context.members
    assert [(day.day, day.has_activity) for day in ana.presence] == [
        (MONDAY - timedelta(days=3), True),
        (MONDAY, False),
        (TUESDAY, True),
    ]
    assert context.silence_budgets == {NORTH.id: SilenceBudget(strictness=0.25)}
    assert context.silences_asked == set()


async def test_it_is_known_about_which_silences_the_manager_was_asked(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    nudge = make_nudge("silence", person=MARA, day=TUESDAY, send_at=at(TUESDAY, "09:00"))
    fields = {"rule": "gone_silent", "kind": NudgeKind.DIGEST, "occasion": "ana:2026-02-26"}
    await rows.add_nudge(nudge.model_copy(update=fields))

    assert (await loaded(ana_managed)).context.silences_asked == {"ana:2026-02-26"}


def _mention(about: Rep) -> Mention:
    return Mention(id=about.id, behaviour="calls")


def _brief(day: date, about: Rep, *, person: Person = MARA, rule: str = "weekly_brief") -> Nudge:
    fields = {"rule": rule, "kind": NudgeKind.DIGEST, "about": (_mention(about),)}
    nudge = make_nudge(f"{rule}-{person.id}-{about.id}-{day}", person=person, day=day, send_at=at(day, "12:00"))
    return nudge.model_copy(update=fields)


@pytest.mark.parametrize(
    ("status", "is_known"),
    [("sent", True), ("bundled", True), ("suppressed", False), ("withheld", False), ("deferred", False)],
)
async def test_the_briefs_that_were_sent_are_known_newest_first(
    ana_managed: asyncpg.Pool, rows: Rows, status: str, *, is_known: bool
) -> None:
    await rows.add_nudge(_brief(MONDAY, ANA))
    await rows.add_nudge(_brief(TUESDAY, BEN), status=status)
    await rows.add_nudge(_brief(TUESDAY, CLEO, person=JON))
    await rows.add_nudge(_brief(TUESDAY, CLEO, rule="digest"))

    briefs = (await loaded(ana_managed)).context.briefs

    first, second = (WeeklyBrief(day=day, about=(_mention(about),)) for day, about in ((MONDAY, ANA), (TUESDAY, BEN)))
    assert briefs == ((second, first) if is_known else (first,))


@pytest.mark.parametrize(("days_ago", "is_known"), [(28, True), (29, False)])
async def test_briefs_of_four_weeks_are_known(ana_managed: asyncpg.Pool, rows: Rows, days_ago: int, *, is_known: bool) -> None:
    sent_on = WEDNESDAY - timedelta(days=days_ago)
    await rows.add_nudge(_brief(sent_on, ANA))

    assert [brief.day for brief in (await loaded(ana_managed)).context.briefs] == [sent_on] * is_known


@pytest.mark.parametrize("days_back", [83, 84, 85])
async def test_twelve_weeks_of_active_days_are_known_on_a_monday(ana_managed: asyncpg.Pool, rows: Rows, days_back: int) -> None:
    """By what counts under the newest version that is known of the rep, whatever today's report says."""
    next_monday = MONDAY + timedelta(days=7)
    day = next_monday - timedelta(days=days_back)
    await rows.add_announcement(announcement(), delivered_at=at(date(2025, 11, 3), "10:00"))
    await rows.add_day(report(day, count=4))
    await rows.add_day(report(next_monday, state="open", playbook_version=None))

    (ana,) = (await loaded(ana_managed, now=at(next_monday, "09:00"))).context.members

    known = [PastDay(day=day, counts={CALLS: 4})] if days_back <= 84 else []
    assert ana.active == (*known, PastDay(day=TUESDAY, counts={CALLS: 1}))


async def test_active_days_are_not_loaded_on_other_days(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_announcement(announcement(), delivered_at=at(date(2025, 11, 3), "10:00"))

    (ana,) = (await loaded(ana_managed)).context.members

    assert ana.active == ()


def _member(*days: DayReport, delivered_at: dict[VersionNumber, datetime] | None = None) -> TeamMember:
    return TeamMember(rep=ANA, team=NORTH, days=days, recognised_on=None, delivered_at=delivered_at or {})


def test_worked_days_are_those_that_are_over() -> None:
    closed, still_open = report(MONDAY), report(TUESDAY, state="open")
    leave = report(MONDAY - timedelta(days=3), score=None, presence=Presence.ABSENT)

    assert _member(still_open, closed, leave).worked == (closed,)


@pytest.mark.parametrize(
    ("delivered_at", "is_accountable"),
    [
        (at(MONDAY - timedelta(days=1), "23:59"), True),
        (at(MONDAY, "00:00"), False),
        (at(MONDAY, "08:00"), False),
    ],
    ids=["the evening before", "as the day began", "on the day itself"],
)
def test_a_rep_is_accountable_for_days_after_the_announcement(delivered_at: datetime, *, is_accountable: bool) -> None:
    member = _member(report(MONDAY), delivered_at={VERSION_1: delivered_at})

    assert member.accountable == ((report(MONDAY),) if is_accountable else ())


@pytest.mark.parametrize("version", [VERSION_2, None], ids=["another version", "no version"])
def test_a_rep_is_not_accountable_by_what_was_not_announced(version: VersionNumber | None) -> None:
    announced = {VERSION_1: at(date(2026, 1, 2), "10:00")}

    assert _member(report(MONDAY, playbook_version=version), delivered_at=announced).accountable == ()
