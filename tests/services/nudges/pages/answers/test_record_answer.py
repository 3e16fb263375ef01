"""The queries of answers, clause by clause, on a real database."""

import asyncio
from datetime import timedelta

import pytest

from services.nudges.domain.feedback.answers import Answer, WrongReason
from services.nudges.pages.answers.record_answer import AnswerNotAllowed, RecordedAnswer, record_answer
from services.nudges.requests.erase_person import erase_person
from shared.events import NudgeId, Person
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.rosters import EVERYBODY_TODAY
from tests.services.nudges.builders.rows import Rows

MINUTE = timedelta(minutes=1)
N1, N2 = NudgeId("n1"), NudgeId("n2")


async def _stored(rows: Rows) -> list[tuple[object, ...]]:
    stored = await rows.pool.fetch(
        "SELECT person_id, answer, reason, answered_at, first_answer, first_at FROM answer ORDER BY nudge_id, person_id"
    )
    return [tuple(row) for row in stored]


@pytest.mark.parametrize("status", ["sent", "bundled", "deferred", "withheld", "suppressed"])
async def test_only_a_nudge_that_was_sent_can_be_answered(rows: Rows, status: str) -> None:
    await rows.add_nudge(make_nudge("n1"), status=status)

    if status in {"sent", "bundled"}:
        assert (
            await record_answer(rows.pool, N1, ANA.id, Answer.NOT_USEFUL, reason=None, today=EVERYBODY_TODAY, now=NOON)
        ).is_new
    else:
        with pytest.raises(AnswerNotAllowed):
            await record_answer(rows.pool, N1, ANA.id, Answer.NOT_USEFUL, reason=None, today=EVERYBODY_TODAY, now=NOON)


@pytest.mark.parametrize(
    ("person", "answer", "is_allowed"),
    [
        (ANA, Answer.NOT_USEFUL, True),
        (ANA, Answer.RECOGNISED, False),
        (MARA, Answer.RECOGNISED, True),
        (MARA, Answer.NOT_USEFUL, False),
        (BEN, Answer.NOT_USEFUL, False),
        (JON, Answer.RECOGNISED, False),
    ],
)
async def test_recipients_and_their_managers_have_answers_of_their_own_and_others_have_none(
    rows: Rows, person: Person, answer: Answer, is_allowed: bool
) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await rows.add_nudge(make_nudge("n2", person=BEN), managers=(JON.id,))

    if is_allowed:
        await record_answer(rows.pool, N1, person.id, answer, reason=None, today=EVERYBODY_TODAY, now=NOON)
    else:
        with pytest.raises(AnswerNotAllowed):
            await record_answer(rows.pool, N1, person.id, answer, reason=None, today=EVERYBODY_TODAY, now=NOON)

    assert len(await _stored(rows)) == is_allowed


async def test_the_same_answer_again_changes_nothing(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))

    recorded = [
        await record_answer(
            rows.pool, N1, ANA.id, Answer.WRONG, reason=WrongReason.MISSING, today=EVERYBODY_TODAY, now=NOON + minutes * MINUTE
        )
        for minutes in range(2)
    ]

    assert recorded == [RecordedAnswer(rule="plan_done", is_new=True), RecordedAnswer(rule="plan_done", is_new=False)]
    assert await _stored(rows) == [("ana", "wrong", "missing", NOON, "wrong", NOON)]


@pytest.mark.parametrize(
    ("answer", "reason"), [(Answer.NOT_USEFUL, None), (Answer.WRONG, WrongReason.TWICE)], ids=["an answer", "a reason"]
)
async def test_the_last_answer_counts_and_the_first_is_kept(rows: Rows, answer: Answer, reason: WrongReason | None) -> None:
    await rows.add_nudge(make_nudge("n1"))
    await record_answer(rows.pool, N1, ANA.id, Answer.WRONG, reason=WrongReason.MISSING, today=EVERYBODY_TODAY, now=NOON)

    recorded = await record_answer(rows.pool, N1, ANA.id, answer, reason=reason, today=EVERYBODY_TODAY, now=NOON + MINUTE)

    assert recorded.is_new
    stored_reason = reason.value if reason is not None else ""
    assert await _stored(rows) == [("ana", answer.value, stored_reason, NOON + MINUTE, "wrong", NOON)]


async def test_a_reason_is_stored_only_with_wrong(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))

    await record_answer(rows.pool, N1, ANA.id, Answer.NOT_USEFUL, reason=WrongReason.TWICE, today=EVERYBODY_TODAY, now=NOON)

    assert await _stored(rows) == [("ana", "not_useful", "", NOON, "not_useful", NOON)]


async def test_each_person_answers_each_nudge_separately(rows: Rows) -> None:
    for name in ("n1", "n2"):
        await rows.add_nudge(make_nudge(name))

    await record_answer(rows.pool, N1, ANA.id, Answer.NOT_USEFUL, reason=None, today=EVERYBODY_TODAY, now=NOON)
    await record_answer(rows.pool, N1, MARA.id, Answer.RECOGNISED, reason=None, today=EVERYBODY_TODAY, now=NOON)
    await record_answer(rows.pool, N2, ANA.id, Answer.NOT_USEFUL, reason=None, today=EVERYBODY_TODAY, now=NOON)

    assert len(await _stored(rows)) == 3


async def test_an_answer_waits_for_an_erasure_that_is_under_way(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))
    async with rows.pool.acquire() as erasing, erasing.transaction():
        await erasing.execute("DELETE FROM nudge")
        answering = asyncio.create_task(
            record_answer(rows.pool, N1, ANA.id, Answer.NOT_USEFUL, reason=None, today=EVERYBODY_TODAY, now=NOON)
        )
        while not await rows.pool.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            await asyncio.sleep(0)

    with pytest.raises(AnswerNotAllowed):
        await answering


async def test_an_erasure_waits_for_an_answer_that_is_under_way(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("n1"))
    async with rows.pool.acquire() as answering, answering.transaction():
        await answering.execute("SELECT FROM nudge WHERE id = 'n1' FOR KEY SHARE")
        erasing = asyncio.create_task(erase_person(rows.pool, None, ANA.id, erasure_key=b"key", now=NOON))
        while not await rows.pool.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            await asyncio.sleep(0)
        await answering.execute(
            "INSERT INTO answer (nudge_id, person_id, answer, answered_at, first_answer, first_at)"
            " VALUES ('n1', 'ana', 'wrong', $1, 'wrong', $1)",
            NOON,
        )

    assert (await erasing).nudges == 1
    assert await _stored(rows) == []
