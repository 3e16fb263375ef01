"""The assignments of a rule and the scores around them, clause by clause, on a real database."""

from datetime import datetime, timedelta

import pytest

from services.nudges.domain.effects.assignment import ObservedAssignment
from services.nudges.domain.feedback.answers import Answer
from services.nudges.experiments.assignments import list_assignments
from services.nudges.experiments.rule_pauses import mark_rule_paused, mark_rule_resumed
from shared.events import NudgeId, PersonId, Presence
from tests.services.nudges.builders.days import MONDAY, NOON, working_days
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.experiments.experiment import add_assignment

DAY = timedelta(days=1)
FRIDAY = MONDAY + 4 * DAY
NEXT_MONDAY = MONDAY + 7 * DAY


async def _assignments(rows: Rows, rule: str = "plan_done") -> list[ObservedAssignment]:
    return await list_assignments(rows.pool, rule)


async def _add_next_day(rows: Rows) -> None:
    await rows.add_day(report(MONDAY + DAY, score=70))


async def test_the_scores_are_those_of_worked_days_before_and_of_the_next_one_once_it_is_closed(rows: Rows) -> None:
    await rows.add_day(report(FRIDAY - 2 * DAY, score=60))
    await rows.add_day(report(FRIDAY - DAY, score=40))
    await rows.add_day(report(FRIDAY, score=100))
    await rows.add_day(report(FRIDAY + DAY, score=None, presence=Presence.DAY_OFF, count=0))
    await rows.add_day(report(NEXT_MONDAY, score=30, state="open"))
    await add_assignment(rows, "ana", FRIDAY, is_sent=True)
    assert await _assignments(rows) == []

    await rows.add_day(report(NEXT_MONDAY, score=70, revision=2))

    assert await _assignments(rows) == [
        ObservedAssignment(person_id=ANA.id, is_sent=True, propensity=0.5, score_before=50, score_after=70)
    ]


async def test_an_open_next_day_is_waited_for_even_when_a_later_one_is_closed(rows: Rows) -> None:
    await add_assignment(rows, "ana", MONDAY, is_sent=True)
    await rows.add_day(report(MONDAY + 2 * DAY, score=70))
    await rows.add_day(report(MONDAY + DAY, score=30, state="open"))
    await rows.ignore_indexes()

    assert await _assignments(rows) == []


async def test_only_the_ten_newest_worked_days_before_count(rows: Rows) -> None:
    eleven_days = working_days(11)
    for day in eleven_days:
        await rows.add_day(report(day, score=0 if day == eleven_days[0] else 80))
    await add_assignment(rows, "ana", MONDAY, is_sent=True)
    await _add_next_day(rows)

    (assignment,) = await _assignments(rows)
    assert assignment.score_before == 80
    await rows.add_day(report(eleven_days[-1], score=None, presence=Presence.DAY_OFF, revision=2))

    (assignment,) = await _assignments(rows)
    assert assignment.score_before == 72


async def test_days_off_the_day_itself_and_other_peoples_days_are_not_days_before(rows: Rows) -> None:
    await rows.add_day(report(MONDAY - 3 * DAY, score=40))
    await rows.add_day(report(MONDAY - 2 * DAY, score=90, presence=Presence.DAY_OFF))
    await rows.add_day(report(MONDAY, score=100))
    await rows.add_day(report(MONDAY - 3 * DAY, score=10, rep=BEN))
    await add_assignment(rows, "ana", MONDAY, is_sent=True)
    await rows.add_day(report(MONDAY + DAY, score=10, rep=BEN))
    assert await _assignments(rows) == []

    await _add_next_day(rows)

    (assignment,) = await _assignments(rows)
    assert (assignment.score_before, assignment.score_after) == (40, 70)


async def test_without_a_worked_day_before_there_is_no_score_before(rows: Rows) -> None:
    await add_assignment(rows, "ana", MONDAY, is_sent=False)
    await _add_next_day(rows)

    (assignment,) = await _assignments(rows)

    assert (assignment.is_sent, assignment.score_before) == (False, None)


@pytest.mark.parametrize(
    ("status", "is_sent"),
    [("sent", True), ("bundled", True), ("withheld", False), ("deferred", None), ("suppressed", None)],
)
async def test_sent_bundled_and_withheld_nudges_are_assignments(rows: Rows, status: str, is_sent: bool | None) -> None:
    await rows.add_nudge(make_nudge(), status=status, propensity=0.5)
    await rows.pool.execute("UPDATE nudge SET sent_day = day")
    await rows.add_nudge(make_nudge("near", rule="near"))
    await rows.add_channel()
    for nudge_id in (make_nudge().id, NudgeId("near")):
        await rows.add_delivery(nudge_id, state="delivered")
    await _add_next_day(rows)

    assert [assignment.is_sent for assignment in await _assignments(rows)] == ([is_sent] if is_sent is not None else [])


async def test_what_was_certain_and_what_another_rule_sent_is_left_out(rows: Rows) -> None:
    await add_assignment(rows, "ana", MONDAY, is_sent=True, propensity=1.0)
    await add_assignment(rows, "ana", MONDAY, is_sent=True, rule="comeback")
    await _add_next_day(rows)

    assert await _assignments(rows) == []


@pytest.mark.parametrize(("resumed_after_s", "is_counted"), [(-1, True), (0, True), (1, False)])
async def test_assignments_from_before_a_rule_was_resumed_do_not_count(
    rows: Rows, resumed_after_s: int, is_counted: bool
) -> None:
    await add_assignment(rows, "ana", MONDAY, is_sent=True)
    await _add_next_day(rows)
    await mark_rule_paused(rows.pool, "plan_done", now=NOON - DAY)
    assert len(await _assignments(rows)) == 1

    await mark_rule_resumed(rows.pool, "plan_done", now=NOON + timedelta(seconds=resumed_after_s))

    assert len(await _assignments(rows)) == is_counted


async def test_the_resumption_of_another_rule_does_not_matter(rows: Rows) -> None:
    await add_assignment(rows, "ana", MONDAY, is_sent=True)
    await _add_next_day(rows)
    await mark_rule_paused(rows.pool, "comeback", now=NOON)
    await mark_rule_resumed(rows.pool, "comeback", now=NOON + DAY)

    assert len(await _assignments(rows)) == 1


async def test_assignments_are_in_the_order_of_decision(rows: Rows) -> None:
    for person in ("ben", "ana"):
        await add_assignment(rows, person, MONDAY, is_sent=True)
    await _add_next_day(rows)
    await rows.add_day(report(MONDAY + DAY, score=70, rep=BEN))
    # stores the row behind the other one
    await rows.pool.execute("UPDATE nudge SET text = text WHERE person_id = 'ben'")
    await rows.ignore_indexes()

    assert [assignment.person_id for assignment in await _assignments(rows)] == ["ben", "ana"]


async def _add_sent(
    rows: Rows, name: str, *, at: datetime = NOON, bundled_with: str | None = None, status: str = "sent"
) -> NudgeId:
    nudge = make_nudge(name, occasion=name, send_at=at)
    carrier = NudgeId(bundled_with) if bundled_with is not None else None
    await rows.add_nudge(nudge, status=status, propensity=0.5, bundled_with=carrier)
    return nudge.id


async def test_what_only_stands_on_the_managers_page_or_in_a_room_was_not_sent(rows: Rows) -> None:
    await _add_next_day(rows)
    await rows.add_channel(reaches_recipient=False)
    await rows.add_channel("personal")
    await rows.add_delivery(await _add_sent(rows, "sent"), state="delivered")
    assert await _assignments(rows) == []

    await rows.add_channel(reaches_recipient=True)

    assert [assignment.is_sent for assignment in await _assignments(rows)] == [True]


@pytest.mark.parametrize("state", ["queued", "sending", "failed"])
async def test_what_has_not_been_delivered_was_not_sent(rows: Rows, state: str) -> None:
    await _add_next_day(rows)
    await rows.add_channel()
    await rows.add_delivery(await _add_sent(rows, "sent"), state=state)

    assert await _assignments(rows) == []


async def test_a_part_was_sent_if_the_message_that_carries_it_has_arrived(rows: Rows) -> None:
    await _add_next_day(rows)
    await rows.add_channel()
    await rows.add_delivery(await _add_sent(rows, "carrier"), state="delivered")
    await _add_sent(rows, "part", bundled_with="carrier", status="bundled")

    assert len(await _assignments(rows)) == 2


@pytest.mark.parametrize(
    ("person", "answered", "counted"),
    [(ANA.id, "carrier", 2), (ANA.id, "part", 2), (MARA.id, "carrier", 0), (ANA.id, "other", 1)],
    ids=["the message", "a part of it", "by their manager", "another message"],
)
async def test_what_its_recipient_has_answered_was_opened(rows: Rows, person: PersonId, answered: str, counted: int) -> None:
    await _add_next_day(rows)
    await _add_sent(rows, "carrier")
    await _add_sent(rows, "part", bundled_with="carrier", status="bundled")
    await _add_sent(rows, "other")
    await rows.add_answer(NudgeId(answered), person, Answer.NOT_USEFUL)

    assert len(await _assignments(rows)) == counted


@pytest.mark.parametrize(("opened", "counted"), [("carrier", 2), ("other", 1)])
async def test_what_its_recipient_has_opened_was_sent(rows: Rows, opened: str, counted: int) -> None:
    await _add_next_day(rows)
    await _add_sent(rows, "carrier")
    await _add_sent(rows, "part", bundled_with="carrier", status="bundled")
    await _add_sent(rows, "other")
    await rows.pool.execute("UPDATE nudge SET opened_at = $2 WHERE id = $1", opened, NOON)

    assert len(await _assignments(rows)) == counted


async def test_what_was_withheld_counts_if_the_nearest_message_was_opened(rows: Rows) -> None:
    await _add_next_day(rows)
    await _add_sent(rows, "withheld", status="withheld")
    near = await _add_sent(rows, "near", at=NOON + DAY)
    await rows.pool.execute("UPDATE nudge SET opened_at = $2 WHERE id = $1", near, NOON)

    assert [assignment.is_sent for assignment in await _assignments(rows)].count(False) == 1


async def test_what_was_withheld_counts_if_the_message_that_is_nearest_in_time_has_arrived(rows: Rows) -> None:
    await _add_next_day(rows)
    await rows.add_channel()
    await _add_sent(rows, "withheld", status="withheld")
    assert await _assignments(rows) == [], "no message shows whether anything reaches them"
    await _add_sent(rows, "far", at=NOON - 2 * DAY)
    near = await _add_sent(rows, "near", at=NOON + DAY)
    await rows.add_delivery(NudgeId("far"), state="delivered")
    assert [assignment.is_sent for assignment in await _assignments(rows)] == [True]

    await rows.add_delivery(near, state="delivered")

    assert [assignment.is_sent for assignment in await _assignments(rows)].count(False) == 1


@pytest.mark.parametrize("field", ["person", "status"])
async def test_messages_to_others_and_what_was_not_sent_say_nothing_of_what_was_withheld(rows: Rows, field: str) -> None:
    await _add_next_day(rows)
    await rows.add_channel()
    await _add_sent(rows, "withheld", status="withheld")
    other = make_nudge("other", occasion="other", person=BEN if field == "person" else ANA)
    await rows.add_nudge(other, status="deferred" if field == "status" else "sent")
    await rows.add_delivery(other.id, state="delivered")

    assert await _assignments(rows) == []
