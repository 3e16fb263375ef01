"""The table of nudges, as those who decide see it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import asyncpg
import pytest

from services.nudges.decide.decision_context import Recipient
from services.nudges.decide.nudges import (
    DeferredNudge,
    add_nudge,
    claim_deferred,
    find_sent,
    list_people_with_deferred,
    list_rules_about,
    list_sent_about,
    mark_retracted,
    update_nudge,
)
from services.nudges.decide.policy.retraction import SentNudge
from services.nudges.domain.decision import Decision, NudgeStatus
from shared.events import Nudge, NudgeId, NudgeKind, Person, PersonId
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA, NORTH
from tests.services.nudges.builders.rows import Rows

NINE, TEN = at(MONDAY, "09:00"), at(MONDAY, "10:00")
SECOND = timedelta(seconds=1)
RECIPIENT = Recipient(person=ANA, team=NORTH, timezone="Europe/Madrid", managers=(MARA.id,))
SENT = Decision(status=NudgeStatus.SENT, because="", send_at=NINE, sent_day=MONDAY, propensity=0.9)
STATUSES = [status.value for status in NudgeStatus]


def _nudge(
    nudge_id: str, *, person: Person = ANA, rule: str = "plan_done", day: date = MONDAY, send_at: datetime = NINE
) -> Nudge:
    fields = {"id": NudgeId(nudge_id), "person": person, "rule": rule, "day": day, "send_at": send_at}
    changed = make_nudge().model_copy(update={**fields, "occasion": nudge_id})
    return Nudge.model_validate_json(changed.model_dump_json())


async def _add(pool: asyncpg.Pool, added: Nudge, decision: Decision = SENT) -> bool:
    async with pool.acquire() as connection:
        return await add_nudge(connection, added, decision, RECIPIENT, wording=3, traceparent="00-trace")


async def test_a_nudge_is_stored_with_what_was_decided(pool: asyncpg.Pool) -> None:
    plan_done = _nudge("plan-done")

    assert await _add(pool, plan_done)

    row = await pool.fetchrow("SELECT * FROM nudge")
    assert row is not None
    assert (row["id"], row["rule"], row["kind"], row["occasion"], row["day"]) == (
        "plan-done",
        "plan_done",
        "celebration",
        "plan-done",
        MONDAY,
    )
    assert (row["person_id"], row["person_name"], row["team_id"], row["manager_ids"]) == ("ana", "Ana Ruiz", "north", ["mara"])
    assert (row["timezone"], row["text"], row["reason"]) == ("Europe/Madrid", plan_done.text, plan_done.reason)
    assert (row["status"], row["because"], row["propensity"]) == ("sent", "", 0.9)
    assert (row["decided_at"], row["send_at"], row["sent_day"]) == (plan_done.decided_at, NINE, MONDAY)
    assert (row["wording"], row["traceparent"]) == (3, "00-trace")
    assert Nudge.model_validate_json(row["event"]) == plan_done


async def test_the_same_rule_person_and_occasion_make_one_nudge(pool: asyncpg.Pool) -> None:
    first = _nudge("first")
    same = first.model_copy(update={"id": NudgeId("second"), "text": "Otherwise."})

    assert [await _add(pool, added) for added in (first, same)] == [True, False]

    assert await pool.fetchval("SELECT text FROM nudge") == first.text
    assert await _add(pool, same.model_copy(update={"occasion": "another"}))


async def test_a_nudge_that_is_decided_again_is_worded_again(pool: asyncpg.Pool) -> None:
    await _add(pool, _nudge("first"))
    await _add(pool, _nudge("other"))
    worded_again = _nudge("first").model_copy(update={"text": "Yesterday.", "reason": "Facts.", "send_at": TEN})
    bundled = Decision(status=NudgeStatus.BUNDLED, because="with other", send_at=TEN, sent_day=TUESDAY, propensity=0.5)

    async with pool.acquire() as connection:
        await update_nudge(connection, worded_again, bundled, wording=1, bundled_with=NudgeId("other"))

    row = await pool.fetchrow("SELECT * FROM nudge WHERE id = 'first'")
    assert row is not None
    assert (row["status"], row["because"], row["propensity"], row["bundled_with"]) == ("bundled", "with other", 0.5, "other")
    assert (row["send_at"], row["sent_day"], row["wording"]) == (TEN, TUESDAY, 1)
    assert (row["text"], row["reason"]) == ("Yesterday.", "Facts.")
    assert Nudge.model_validate_json(row["event"]) == worded_again
    assert await pool.fetchval("SELECT text FROM nudge WHERE id = 'other'") == _nudge("other").text


async def test_people_whose_deferred_nudges_are_due_are_listed_longest_first(pool: asyncpg.Pool, rows: Rows) -> None:
    for number, (person_id, status, send_at) in enumerate(
        [
            ("ana", "deferred", NINE),
            ("ben", "deferred", NINE),
            ("cleo", "deferred", NINE - SECOND),
            ("ana", "deferred", TEN),
            ("dan", "deferred", TEN + SECOND),
            ("emi", "sent", NINE),
        ]
    ):
        person = Person(id=PersonId(person_id), name=person_id)
        await rows.add_nudge(_nudge(str(number), person=person, send_at=send_at), status=status)

    assert await list_people_with_deferred(pool, people_max=10, now=TEN) == ["cleo", "ana", "ben"]
    assert await list_people_with_deferred(pool, people_max=2, now=TEN) == ["cleo", "ana"]
    assert await list_people_with_deferred(pool, people_max=10, now=NINE - SECOND) == ["cleo"]


async def test_a_persons_due_nudges_are_claimed_in_the_order_of_decision(pool: asyncpg.Pool, rows: Rows) -> None:
    later, earlier = _nudge("later", send_at=TEN), _nudge("earlier", rule="streak")
    for added, status in (
        (later, "deferred"),
        (earlier, "deferred"),
        (_nudge("bens", person=BEN), "deferred"),
        (_nudge("sent"), "sent"),
        (_nudge("not-due", send_at=TEN + SECOND), "deferred"),
    ):
        await rows.add_nudge(added, status=status)
    await rows.ignore_indexes()
    await rows.move_to_the_end(later.id)

    async with pool.acquire() as connection:
        claimed = await claim_deferred(connection, ANA.id, now=TEN)

    assert claimed == [
        DeferredNudge(
            id=deferred.id,
            rule=deferred.rule,
            kind=NudgeKind.CELEBRATION,
            person_id=ANA.id,
            day=MONDAY,
            timezone="Europe/Madrid",
            nudge=deferred,
            traceparent="",
        )
        for deferred in (later, earlier)
    ]


@pytest.mark.parametrize("status", STATUSES)
async def test_rules_with_a_nudge_about_a_day_are_listed(pool: asyncpg.Pool, rows: Rows, status: str) -> None:
    await rows.add_nudge(_nudge("1"), status=status)
    await rows.add_nudge(_nudge("2", rule="streak", day=TUESDAY))
    await rows.add_nudge(_nudge("3", rule="comeback", person=BEN))
    await rows.add_nudge(_nudge("4", rule="drop"))

    async with pool.acquire() as connection:
        rules = await list_rules_about(connection, ANA.id, MONDAY, ["plan_done", "streak", "comeback"])

    assert rules == ([] if status == "suppressed" else ["plan_done"])


@pytest.mark.parametrize("status", STATUSES)
async def test_what_was_sent_about_some_days_is_listed(pool: asyncpg.Pool, rows: Rows, status: str) -> None:
    wednesday = TUESDAY + timedelta(days=1)
    first = _nudge("tuesday", day=TUESDAY, send_at=at(TUESDAY, "09:00"))
    last = _nudge("wednesday", day=wednesday, send_at=at(wednesday, "09:00"))
    for added in (
        first,
        _nudge("sent-too-early", day=TUESDAY),
        _nudge("monday", send_at=first.send_at),
        _nudge("bens", person=BEN, day=TUESDAY, send_at=first.send_at),
        _nudge("of-another-rule", rule="drop", day=TUESDAY, send_at=first.send_at),
        _nudge("thursday", day=wednesday + timedelta(days=1), send_at=last.send_at),
    ):
        await rows.add_nudge(added)
    await rows.add_nudge(last, status=status, retracted_because="It was wrong.")
    await rows.ignore_indexes()
    await rows.move_to_the_end(first.id)

    async with pool.acquire() as connection:
        sent = await list_sent_about(connection, ANA.id, TUESDAY, wednesday, {"plan_done", "streak"})

    expected = [_sent(first), replace(_sent(last), is_retracted=True)]
    assert sent == (expected if status in ("sent", "bundled") else expected[:1])


def _sent(sent: Nudge) -> SentNudge:
    return SentNudge(id=sent.id, rule=sent.rule, kind=sent.kind, day=sent.day, at=sent.send_at, is_retracted=False)


@pytest.mark.parametrize("status", STATUSES)
async def test_one_nudge_is_found_if_it_was_sent(pool: asyncpg.Pool, rows: Rows, status: str) -> None:
    await rows.add_nudge(_nudge("first"), status=status)
    await rows.add_nudge(_nudge("other"))

    async with pool.acquire() as connection:
        sent = await find_sent(connection, NudgeId("first"))

    assert sent == (_sent(_nudge("first")) if status in ("sent", "bundled") else None)


async def test_a_nudge_is_marked_as_retracted_and_as_holding_again(pool: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_nudge(_nudge("first"))
    await rows.add_nudge(_nudge("other"))
    retracted = "SELECT retracted_at, retracted_because FROM nudge ORDER BY seq"

    async with pool.acquire() as connection:
        await mark_retracted(connection, NudgeId("first"), TEN, "It was wrong.")
        assert [tuple(row) for row in await pool.fetch(retracted)] == [(TEN, "It was wrong."), (None, "")]
        await mark_retracted(connection, NudgeId("first"), None, "")

    assert [tuple(row) for row in await pool.fetch(retracted)] == [(None, ""), (None, "")]
