"""What a manager's reps were sent since the manager's last morning, clause by clause, on a real database."""

from datetime import datetime, timedelta

import pytest

from services.nudges.context.team_context import MessageToRep
from services.nudges.context.team_news.messages_to_reps import list_messages_to_reps
from shared.events import Nudge, NudgeKind
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.rows import Rows

TEN = at(TUESDAY, "10:00")
NINE = at(WEDNESDAY, "09:00")


async def _list(rows: Rows) -> list[str]:
    """On Wednesday morning, about Ana and Ben."""
    async with rows.pool.acquire() as connection:
        messages = await list_messages_to_reps(connection, MARA.id, [ANA.id, BEN.id], since=TUESDAY, today=WEDNESDAY, now=NINE)
    return [f"{message.rep_id} {message.rule}" for message in messages]


def _morning(nudge_id: str, at_time: datetime, *, kind: NudgeKind = NudgeKind.DIGEST) -> Nudge:
    return make_nudge(nudge_id, person=MARA, kind=kind, rule="digest", send_at=at_time)


async def test_messages_to_the_reps_come_in_the_order_of_decision(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("1", person=BEN, rule="pace", kind=NudgeKind.COACHING, send_at=TEN))
    await rows.add_nudge(make_nudge("2", rule="streak", send_at=TEN), status="bundled")
    await rows.add_nudge(make_nudge("3", person=JON, send_at=TEN))
    await rows.move_to_the_end(make_nudge("1").id)

    assert await _list(rows) == ["ben pace", "ana streak"]
    async with rows.pool.acquire() as connection:
        first, _ = await list_messages_to_reps(connection, MARA.id, [ANA.id, BEN.id], since=TUESDAY, today=WEDNESDAY, now=NINE)
    assert first == MessageToRep(rep_id=BEN.id, rule="pace", kind=NudgeKind.COACHING)


@pytest.mark.parametrize("status", ["deferred", "suppressed", "withheld"])
async def test_what_was_not_sent_is_left_out(rows: Rows, status: str) -> None:
    """What the experiment withheld above all: its manager must not make up for it."""
    await rows.add_nudge(make_nudge(send_at=TEN), status=status)
    await rows.pool.execute("UPDATE nudge SET sent_day = $1", TUESDAY)

    assert await _list(rows) == []


async def test_what_turned_out_wrong_and_what_a_manager_wrote_is_left_out(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("wrong", send_at=TEN), retracted_because="It was wrong.")
    await rows.add_nudge(make_nudge("written", kind=NudgeKind.THANKS, send_at=TEN))

    assert await _list(rows) == []


async def test_the_reps_own_day_bounds_how_far_it_goes_back(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("before", rule="before", send_at=at(MONDAY, "23:59")))
    await rows.add_nudge(make_nudge("after", rule="after", send_at=at(TUESDAY, "00:00")))

    assert await _list(rows) == ["ana after"]


@pytest.mark.parametrize("kind", [NudgeKind.DIGEST, NudgeKind.RECOGNITION])
async def test_it_begins_with_the_managers_last_morning(rows: Rows, kind: NudgeKind) -> None:
    await rows.add_nudge(_morning("monday", TEN - timedelta(days=1)))
    await rows.add_nudge(_morning("tuesday", TEN, kind=kind))
    await rows.add_nudge(make_nudge("before", rule="before", send_at=TEN - timedelta(seconds=1)))
    await rows.add_nudge(make_nudge("then", rule="then", send_at=TEN))

    assert await _list(rows) == ["ana then"]


async def test_what_is_sent_at_the_very_moment_is_left_to_the_next_morning(rows: Rows) -> None:
    await rows.add_nudge(make_nudge("before", rule="before", send_at=NINE - timedelta(seconds=1)))
    await rows.add_nudge(make_nudge("now", rule="now", send_at=NINE))

    assert await _list(rows) == ["ana before"]


@pytest.mark.parametrize(
    "other",
    ["of another manager", "of today", "not sent", "to the manager as a rep"],
)
async def test_no_other_message_counts_as_the_managers_morning(rows: Rows, other: str) -> None:
    morning = _morning("morning", TEN + timedelta(minutes=1))
    if other == "of another manager":
        await rows.add_nudge(morning.model_copy(update={"person": JON}))
    elif other == "of today":
        await rows.add_nudge(morning.model_copy(update={"send_at": at(WEDNESDAY, "08:00")}))
    elif other == "not sent":
        await rows.add_nudge(morning, status="suppressed")
        await rows.pool.execute("UPDATE nudge SET sent_day = $1", TUESDAY)
    else:
        await rows.add_nudge(morning.model_copy(update={"kind": NudgeKind.CELEBRATION}))
    await rows.add_nudge(make_nudge(send_at=TEN))

    assert await _list(rows) == ["ana plan_done"]
