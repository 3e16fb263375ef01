"""When a rep was last recognised, and how often a manager was reminded, on a real database."""

from datetime import date, timedelta

import asyncpg
import pytest

from services.nudges.domain.feedback.answers import Answer
from shared.events import Nudge, NudgeId, NudgeKind, Person, Rep
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY, at
from tests.services.nudges.builders.managed_teams import loaded
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.rows import Rows


def _celebration(day: date, *, person: Person = ANA, nudge_id: str = "celebration") -> Nudge:
    """A celebration that was sent at noon."""
    fields = {"id": NudgeId(nudge_id), "occasion": nudge_id, "person": person, "day": day, "send_at": at(day, "12:00")}
    return make_nudge().model_copy(update=fields)


def _reminder(day: date, about: Rep = ANA, *, person: Person = MARA, rule: str = "recognition_due") -> Nudge:
    """A reminder to recognise a rep, which a manager got at noon."""
    nudge_id = f"{rule}:{person.id}:{about.id}:{day}"
    fields = {"kind": NudgeKind.RECOGNITION, "rule": rule, "occasion": f"{about.id}:{day}"}
    return _celebration(day, person=person, nudge_id=nudge_id).model_copy(update=fields)


async def _recognised_on(pool: asyncpg.Pool) -> date | None:
    (ana,) = (await loaded(pool)).context.members
    return ana.recognised_on


async def _reminded_on(pool: asyncpg.Pool) -> date | None:
    (ana,) = (await loaded(pool)).context.members
    return ana.reminded_on


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
    await rows.add_nudge(_celebration(MONDAY, nudge_id="anas"))
    await rows.add_answer(NudgeId("celebration"), MARA.id, Answer.RECOGNISED, now=at(MONDAY, "12:00"))

    assert await _recognised_on(ana_managed) is None


@pytest.mark.parametrize(
    ("reminder", "is_reminded"),
    [
        (_reminder(MONDAY), True),
        (_reminder(MONDAY, person=JON), True),
        (_reminder(MONDAY, BEN), False),
        (_reminder(MONDAY, rule="digest"), False),
    ],
    ids=["the manager's", "another manager's", "about another rep", "of another rule"],
)
async def test_a_reminder_is_no_recognition_but_is_known(
    ana_managed: asyncpg.Pool, rows: Rows, reminder: Nudge, *, is_reminded: bool
) -> None:
    await rows.add_nudge(reminder)

    assert await _reminded_on(ana_managed) == (MONDAY if is_reminded else None)
    assert await _recognised_on(ana_managed) is None


async def test_a_reminder_that_was_not_sent_counts_for_nothing(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(_reminder(MONDAY), status="suppressed")

    assert await _reminded_on(ana_managed) is None


async def test_recognition_after_a_reminder_counts_on_its_own_day(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    reminder = _reminder(MONDAY)
    await rows.add_nudge(reminder)
    await rows.add_answer(reminder.id, MARA.id, Answer.RECOGNISED, now=at(TUESDAY, "10:00"))

    assert await _recognised_on(ana_managed) == TUESDAY


async def test_recognition_after_a_reminder_counts_on_the_day_that_it_is_for_the_manager(
    ana_managed: asyncpg.Pool, rows: Rows
) -> None:
    reminder = _reminder(MONDAY)
    await rows.add_nudge(reminder, timezone="America/New_York")
    await rows.add_answer(reminder.id, MARA.id, Answer.RECOGNISED, now=at(TUESDAY, "02:00"))

    assert await _recognised_on(ana_managed) == MONDAY  # it is eight in the evening in New York, and past midnight in UTC


async def test_another_answer_to_a_reminder_changes_nothing(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    reminder = _reminder(MONDAY)
    await rows.add_nudge(reminder)
    await rows.add_answer(reminder.id, MARA.id, Answer.NOT_USEFUL, now=at(TUESDAY, "10:00"))

    assert (await _recognised_on(ana_managed), await _reminded_on(ana_managed)) == (None, MONDAY)


async def test_recognition_after_a_reminder_about_somebody_else_changes_nothing(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    about_ben = _reminder(MONDAY, BEN)
    await rows.add_nudge(_reminder(MONDAY))
    await rows.add_nudge(about_ben)
    await rows.add_answer(about_ben.id, MARA.id, Answer.RECOGNISED, now=at(TUESDAY, "10:00"))

    assert (await _recognised_on(ana_managed), await _reminded_on(ana_managed)) == (None, MONDAY)


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

    assert await _reminded_on(ana_managed) == (day if is_recognised else None)


@pytest.mark.parametrize(("days_ago", "is_recognised"), [(28, True), (29, False)])
async def test_recognition_after_a_reminder_counts_only_if_the_reminder_is_of_the_last_four_weeks(
    ana_managed: asyncpg.Pool, rows: Rows, days_ago: int, *, is_recognised: bool
) -> None:
    reminder = _reminder(WEDNESDAY - timedelta(days=days_ago))
    await rows.add_nudge(reminder)
    await rows.add_answer(reminder.id, MARA.id, Answer.RECOGNISED, now=at(TUESDAY, "12:00"))

    assert await _recognised_on(ana_managed) == (TUESDAY if is_recognised else None)


async def test_the_newest_recognition_counts(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    for day in (TUESDAY, MONDAY):
        celebration = _celebration(day, nudge_id=f"celebration on {day}")
        await rows.add_nudge(celebration)
        await rows.add_answer(celebration.id, MARA.id, Answer.RECOGNISED, now=at(day, "12:00"))
        await rows.add_nudge(_reminder(day))

    assert (await _recognised_on(ana_managed), await _reminded_on(ana_managed)) == (TUESDAY, TUESDAY)


async def test_this_weeks_reminders_to_the_manager_are_counted(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(_reminder(MONDAY))
    await rows.add_nudge(_reminder(TUESDAY, BEN))
    await rows.add_nudge(_reminder(MONDAY - timedelta(days=1)))
    await rows.add_nudge(_reminder(TUESDAY, person=JON))
    await rows.add_nudge(_reminder(TUESDAY, rule="digest"))
    await rows.add_nudge(_reminder(WEDNESDAY), status="suppressed")

    assert (await loaded(ana_managed)).context.recognitions == 2


@pytest.mark.parametrize(
    ("status", "is_recognised"),
    [("sent", True), ("deferred", True), ("suppressed", False)],
    ids=["sent", "waiting", "never sent"],
)
async def test_what_a_manager_wrote_recognises_the_rep_on_the_reps_day_on_which_it_was_written(
    ana_managed: asyncpg.Pool, rows: Rows, status: str, *, is_recognised: bool
) -> None:
    thanks = await rows.add_thanks(ANA, JON, written_at=at(MONDAY, "12:01"))
    await rows.add_nudge(thanks, status=status, timezone="Pacific/Auckland")

    assert await _recognised_on(ana_managed) == (TUESDAY if is_recognised else None)


async def test_what_a_manager_wrote_to_somebody_else_recognises_nobody_else(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(await rows.add_thanks(BEN))

    assert await _recognised_on(ana_managed) is None


async def test_what_a_colleague_wrote_is_no_recognition_by_a_manager(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(await rows.add_thanks(ANA, BEN, is_from_colleague=True))
    await rows.add_thanks(BEN, JON, is_from_colleague=False)

    assert await _recognised_on(ana_managed) is None


async def test_what_colleagues_wrote_takes_nothing_from_what_a_manager_wrote(ana_managed: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(await rows.add_thanks(ANA, JON, written_at=at(MONDAY, "10:00")))
    await rows.add_nudge(await rows.add_thanks(ANA, BEN, written_at=at(MONDAY, "10:01"), is_from_colleague=True))

    assert await _recognised_on(ana_managed) == MONDAY
