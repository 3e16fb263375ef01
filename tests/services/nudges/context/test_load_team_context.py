"""What a manager's rules look at, on a real database."""

from datetime import date, datetime, timedelta

import asyncpg
import pytest

from services.nudges.context.load_team_context import ManagedTeam, load_managed_team
from services.nudges.context.team_context import WeeklyBrief
from services.nudges.domain.feedback.answers import Answer
from shared.events import (
    DayReport,
    Manager,
    ManagerId,
    Mention,
    Nudge,
    NudgeId,
    NudgeKind,
    Person,
    PersonId,
    Rep,
)
from tests.services.nudges.days import MONDAY, TUESDAY, WEDNESDAY, at
from tests.services.nudges.reports import ANA, BEN, MARA, NORTH, SOUTH, VERSION_1, announcement, nudge, rep, report
from tests.services.nudges.rows import Rows

NOON = at(WEDNESDAY, "12:00")
JON = Manager(id=ManagerId(PersonId("jon")), name="Jon Keller", timezone="Europe/Madrid")
CLEO = rep("Cleo Fox")


async def _lead(
    pool: asyncpg.Pool,
    of_rep: Rep,
    *,
    manager: Manager = MARA,
    name: str = "Mara Lind",
    timezone: str | None = "Europe/Madrid",
    newest_day: date = TUESDAY,
) -> None:
    await pool.execute(
        "INSERT INTO manager_of_rep (manager_id, rep_id, name, timezone, newest_day) VALUES ($1, $2, $3, $4, $5)",
        manager.id,
        of_rep.id,
        name,
        timezone,
        newest_day,
    )


async def _load(pool: asyncpg.Pool, *, now: datetime = NOON) -> ManagedTeam | None:
    async with pool.acquire() as connection:
        return await load_managed_team(connection, MARA.id, now=now)


async def _loaded(pool: asyncpg.Pool, *, now: datetime = NOON) -> ManagedTeam:
    managed = await _load(pool, now=now)
    assert managed is not None
    return managed


@pytest.fixture
async def ana_managed(pool: asyncpg.Pool, rows: Rows) -> asyncpg.Pool:
    """Mara leads Ana, whose Tuesday is known."""
    await _lead(pool, ANA)
    await rows.add_day(report(TUESDAY))
    return pool


async def test_a_manager_has_the_reps_whom_they_lead_by_name(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await _lead(ana_managed, BEN)
    monday, tuesday = report(MONDAY, rep=BEN, team=SOUTH), report(TUESDAY, rep=BEN, team=SOUTH)
    await rows.add_day(tuesday)
    await rows.add_day(monday)

    managed = await _loaded(ana_managed)

    assert (managed.manager.id, managed.manager.name, managed.timezone) == ("mara", "Mara Lind", "Europe/Madrid")
    assert (managed.team, managed.context.today) == (NORTH, WEDNESDAY)
    ana, ben = managed.context.members
    assert (ana.rep, ana.team, ana.days) == (ANA, NORTH, (report(TUESDAY),))
    assert (ben.rep, ben.team, ben.days) == (BEN, SOUTH, (tuesday, monday))


async def test_a_managers_day_and_zone_are_those_of_the_newest_report(ana_managed: asyncpg.Pool) -> None:
    """At noon on Wednesday in Madrid it is one minute past midnight on Thursday in Auckland."""
    await _lead(ana_managed, BEN, name="Mara Lind-Roy", timezone="Pacific/Auckland", newest_day=WEDNESDAY)
    await _lead(ana_managed, CLEO, name="nobody", timezone=None, newest_day=WEDNESDAY + timedelta(days=1))

    managed = await _loaded(ana_managed, now=at(WEDNESDAY, "12:01"))

    assert (managed.manager.name, managed.timezone) == ("Mara Lind-Roy", "Pacific/Auckland")
    assert managed.context.today == WEDNESDAY + timedelta(days=1)


async def test_a_manager_without_a_zone_or_without_reps_has_no_team(pool: asyncpg.Pool, rows: Rows) -> None:
    assert await _load(pool) is None
    await _lead(pool, ANA, timezone=None)
    await rows.add_day(report(TUESDAY))
    assert await _load(pool) is None
    await _lead(pool, BEN)
    assert [member.rep for member in (await _loaded(pool)).context.members] == [ANA]
    await pool.execute("DELETE FROM day")
    assert await _load(pool) is None


@pytest.mark.parametrize(("days_ago", "is_member"), [(7, True), (8, False)])
async def test_a_rep_who_has_left_is_a_member_for_seven_days(
    pool: asyncpg.Pool, rows: Rows, days_ago: int, *, is_member: bool
) -> None:
    last = WEDNESDAY - timedelta(days=days_ago)
    await _lead(pool, ANA, newest_day=last)
    await rows.add_day(report(last))

    assert (await _load(pool) is not None) is is_member


@pytest.mark.parametrize(("days_ago", "is_known"), [(28, True), (29, False)])
async def test_four_weeks_of_a_member_are_known(
    ana_managed: asyncpg.Pool, rows: Rows, days_ago: int, *, is_known: bool
) -> None:
    long_ago = report(WEDNESDAY - timedelta(days=days_ago))
    await rows.add_day(long_ago)

    (ana,) = (await _loaded(ana_managed)).context.members

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

    assert (await _load(ana_managed) is not None) is is_member


async def test_another_managers_reps_are_not_members(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await _lead(ana_managed, BEN, manager=JON)
    await rows.add_day(report(TUESDAY, rep=BEN, managers=(JON, MARA)))

    assert [member.rep for member in (await _loaded(ana_managed)).context.members] == [ANA]


async def test_it_is_known_when_each_version_was_announced(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_announcement(announcement(), delivered_at=NOON)

    (ana,) = (await _loaded(ana_managed)).context.members

    assert ana.delivered_at == {VERSION_1: NOON}


def _celebration(day: date, *, person: Person = ANA, nudge_id: str = "celebration") -> Nudge:
    """A celebration that was sent at noon."""
    fields = {"id": NudgeId(nudge_id), "occasion": nudge_id, "person": person, "day": day, "send_at": at(day, "12:00")}
    return nudge().model_copy(update=fields)


def _reminder(day: date, about: Rep = ANA, *, person: Person = MARA, rule: str = "recognition_due") -> Nudge:
    """A reminder to recognise a rep, which a manager got at noon."""
    nudge_id = f"{rule}:{person.id}:{about.id}:{day}"
    fields = {"kind": NudgeKind.RECOGNITION, "rule": rule, "occasion": f"{about.id}:{day}"}
    return _celebration(day, person=person, nudge_id=nudge_id).model_copy(update=fields)


async def _recognised_on(pool: asyncpg.Pool) -> date | None:
    (ana,) = (await _loaded(pool)).context.members
    return ana.recognised_on


async def test_a_rep_is_recognised_on_the_day_on_which_somebody_says_so(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(_celebration(MONDAY), timezone="Pacific/Auckland")
    await rows.add_answer(NudgeId("celebration"), MARA.id, Answer.RECOGNISED, now=at(MONDAY, "12:01"))

    assert await _recognised_on(ana_managed) == TUESDAY  # it is one minute past midnight in Auckland


@pytest.mark.parametrize("answer", [Answer.COACHED, Answer.WRONG, Answer.NOT_USEFUL])
async def test_other_answers_recognise_nobody(ana_managed: asyncpg.Pool, rows: Rows, answer: Answer) -> None:
    await rows.add_nudge(_celebration(MONDAY))
    await rows.add_answer(NudgeId("celebration"), MARA.id, answer, now=at(MONDAY, "12:00"))

    assert await _recognised_on(ana_managed) is None


async def test_somebody_elses_celebration_recognises_nobody_else(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(_celebration(MONDAY, person=BEN))
    await rows.add_answer(NudgeId("celebration"), MARA.id, Answer.RECOGNISED, now=at(MONDAY, "12:00"))

    assert await _recognised_on(ana_managed) is None


@pytest.mark.parametrize(
    ("reminder", "is_recognised"),
    [
        (_reminder(MONDAY), True),
        (_reminder(MONDAY, person=JON), True),
        (_reminder(MONDAY, BEN), False),
        (_reminder(MONDAY, rule="digest"), False),
    ],
    ids=["the manager's", "another manager's", "about another rep", "of another rule"],
)
async def test_a_reminder_counts_as_recognition(
    ana_managed: asyncpg.Pool, rows: Rows, reminder: Nudge, *, is_recognised: bool
) -> None:
    await rows.add_nudge(reminder)

    assert await _recognised_on(ana_managed) == (MONDAY if is_recognised else None)


async def test_a_reminder_that_was_not_sent_counts_for_nothing(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(_reminder(MONDAY), status="suppressed")

    assert await _recognised_on(ana_managed) is None


async def test_recognition_after_a_reminder_counts_on_its_own_day(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    reminder = _reminder(MONDAY)
    await rows.add_nudge(reminder)
    await rows.add_answer(reminder.id, MARA.id, Answer.RECOGNISED, now=at(TUESDAY, "10:00"))

    assert await _recognised_on(ana_managed) == TUESDAY


async def test_another_answer_to_a_reminder_changes_nothing(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    reminder = _reminder(MONDAY)
    await rows.add_nudge(reminder)
    await rows.add_answer(reminder.id, MARA.id, Answer.NOT_USEFUL, now=at(TUESDAY, "10:00"))

    assert await _recognised_on(ana_managed) == MONDAY


@pytest.mark.parametrize(("days_ago", "is_recognised"), [(28, True), (29, False)])
async def test_recognition_of_the_last_four_weeks_counts(
    ana_managed: asyncpg.Pool, rows: Rows, days_ago: int, *, is_recognised: bool
) -> None:
    day = WEDNESDAY - timedelta(days=days_ago)
    await rows.add_nudge(_celebration(day))
    await rows.add_answer(NudgeId("celebration"), MARA.id, Answer.RECOGNISED, now=at(day, "12:00"))

    assert await _recognised_on(ana_managed) == (day if is_recognised else None)


@pytest.mark.parametrize(("days_ago", "is_recognised"), [(28, True), (29, False)])
async def test_reminders_of_the_last_four_weeks_count(
    ana_managed: asyncpg.Pool, rows: Rows, days_ago: int, *, is_recognised: bool
) -> None:
    day = WEDNESDAY - timedelta(days=days_ago)
    await rows.add_nudge(_reminder(day))

    assert await _recognised_on(ana_managed) == (day if is_recognised else None)


async def test_the_newest_recognition_counts(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(_reminder(TUESDAY))
    await rows.add_nudge(_celebration(MONDAY))
    await rows.add_answer(NudgeId("celebration"), MARA.id, Answer.RECOGNISED, now=at(MONDAY, "12:00"))

    assert await _recognised_on(ana_managed) == TUESDAY


async def test_this_weeks_reminders_to_the_manager_are_counted(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(_reminder(MONDAY))
    await rows.add_nudge(_reminder(TUESDAY, BEN))
    await rows.add_nudge(_reminder(MONDAY - timedelta(days=1)))
    await rows.add_nudge(_reminder(TUESDAY, person=JON))
    await rows.add_nudge(_reminder(TUESDAY, rule="digest"))
    await rows.add_nudge(_reminder(WEDNESDAY), status="suppressed")

    assert (await _loaded(ana_managed)).context.recognitions == 2


def _brief(day: date, about: Rep, *, person: Person = MARA, rule: str = "weekly_brief") -> Nudge:
    fields = {"rule": rule, "kind": NudgeKind.DIGEST, "about": (Mention(id=about.id, behaviour="calls"),)}
    nudge_id = f"{rule}-{person.id}-{about.id}-{day}"
    return _celebration(day, person=person, nudge_id=nudge_id).model_copy(update=fields)


@pytest.mark.parametrize(
    ("status", "is_known"),
    [("sent", True), ("bundled", True), ("suppressed", False), ("withheld", False), ("deferred", False)],
)
async def test_the_last_brief_was_sent(ana_managed: asyncpg.Pool, rows: Rows, status: str, *, is_known: bool) -> None:
    await rows.add_nudge(_brief(MONDAY, ANA))
    await rows.add_nudge(_brief(TUESDAY, BEN), status=status)
    await rows.add_nudge(_brief(TUESDAY, CLEO, person=JON))
    await rows.add_nudge(_brief(TUESDAY, CLEO, rule="digest"))

    brief = (await _loaded(ana_managed)).context.last_brief

    day, about = (TUESDAY, BEN) if is_known else (MONDAY, ANA)
    assert brief == WeeklyBrief(day=day, about=(Mention(id=about.id, behaviour="calls"),))


async def test_without_a_brief_there_is_nothing_to_follow_up(ana_managed: asyncpg.Pool) -> None:
    assert (await _loaded(ana_managed)).context.last_brief is None
