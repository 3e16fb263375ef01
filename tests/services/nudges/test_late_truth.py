"""What was said and turns out not to be so, on a real database."""

import json
from datetime import date, timedelta

import pytest

from services.nudges.decide.compose import Spoken
from services.nudges.pages.list_nudges import list_inbox, list_nudges
from shared.events import NUDGE_REVISED, DayReport
from shared.requests.nudges import NudgeQuery
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.reports import MONDAY, announcement, at, report, worked_days, working_days
from tests.services.nudges.rules.test_one_thing import plan_of

TUESDAY = MONDAY + timedelta(days=1)
MORNING = at(TUESDAY, "09:00")


def _day(revision: int, score: int, **changes: object) -> DayReport:
    return report(score=score, revision=revision, **{"state": "open", **changes})  # type: ignore[arg-type]


async def _hint(nudging: Nudging) -> None:
    """A hint at 13:00 on a Monday on which nothing is recorded."""
    await nudging.know(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))
    await nudging.take_in(*worked_days(60, 60, 60, 60, 60), _day(1, 0, count=0))
    await nudging.pass_time(at(MONDAY, "13:00"))
    nudging.now = at(MONDAY, "15:00")


async def _tuesday(nudging: Nudging) -> None:
    await nudging.take_in(report(TUESDAY, score=0, count=0, state="open"))


async def _revised(nudging: Nudging) -> list[tuple[str, str, bool]]:
    page = await list_nudges(nudging.pool, NudgeQuery())
    return [(row.rule, row.status, bool(row.revised)) for row in page.rows]


async def _published(nudging: Nudging) -> list[tuple[str, bool]]:
    bodies = [json.loads(body) for body in await nudging.events(NUDGE_REVISED)]
    return [(body["rule"], body["holds"]) for body in bodies]


async def test_praise_that_turned_out_wrong_is_marked_and_not_taken_back_aloud(nudging: Nudging) -> None:
    await nudging.take_in(_day(2, 100))

    spoken = await nudging.take_in(_day(3, 95))

    assert spoken == [Spoken(rule="plan_done", status="revised")]
    assert await _revised(nudging) == [("plan_done", "sent", True)]
    assert await _published(nudging) == [("plan_done", False)]
    await _tuesday(nudging)
    assert await nudging.pass_time(MORNING) == []


async def test_what_becomes_true_again_is_not_said_again(nudging: Nudging) -> None:
    await nudging.take_in(_day(2, 100), _day(3, 95))

    spoken = await nudging.take_in(_day(4, 95), _day(5, 100))

    assert spoken == []
    assert await _revised(nudging) == [("plan_done", "sent", False)]
    assert await _published(nudging) == [("plan_done", False), ("plan_done", True)]
    assert await nudging.nudges() == [("plan_done", "sent", "")]


async def test_a_hint_that_was_wrong_is_taken_back_once_in_the_next_morning(nudging: Nudging) -> None:
    await _hint(nudging)

    await nudging.take_in(_day(2, 20, first="12:50"))
    assert await nudging.nudges() == [
        ("quiet_afternoon", "sent", ""),
        ("correction", "held", "a correction waits for the next morning"),
    ]
    await nudging.take_in(_day(3, 30, first="12:50"), report(score=40, revision=4, first="10:00"))
    await _tuesday(nudging)

    assert await nudging.pass_time(MORNING) == [Spoken(rule="correction", status="sent")]
    assert await _revised(nudging) == [("quiet_afternoon", "sent", True), ("correction", "sent", False)]
    await nudging.deliver()
    assert "13:00" in nudging.channel.bodies[-1].text


async def test_it_takes_nobodys_place_and_goes_with_what_else_there_is_to_say(nudging: Nudging) -> None:
    await _hint(nudging)
    await nudging.take_in(_day(2, 100, first="12:50"))
    await _tuesday(nudging)

    spoken = await nudging.pass_time(MORNING)

    assert spoken == [Spoken(rule="comeback", status="sent"), Spoken(rule="correction", status="bundled")]
    await nudging.deliver()
    assert len(nudging.channel.bodies) == 2
    assert len(nudging.channel.bodies[-1].text.split("\n")) == 2


async def test_the_days_word_still_fits_beside_a_correction(nudging: Nudging) -> None:
    await _hint(nudging)
    await nudging.take_in(_day(2, 20, first="12:50"))
    await _tuesday(nudging)
    await nudging.pass_time(MORNING)

    assert await nudging.take_in(report(TUESDAY, score=100, revision=2, state="open")) == [
        Spoken(rule="comeback", status="sent")
    ]


@pytest.mark.parametrize("first", ["13:00:01", "16:00"])
async def test_what_happens_after_a_hint_does_not_make_it_wrong(nudging: Nudging, first: str) -> None:
    await _hint(nudging)

    assert await nudging.take_in(_day(2, 20, first=first)) == []
    assert await nudging.take_in(report(score=20, revision=3, first=first)) == []


async def test_a_hint_that_was_right_after_all_is_not_taken_back(nudging: Nudging) -> None:
    await _hint(nudging)
    await nudging.take_in(_day(2, 20, first="12:50"), _day(3, 0, count=0))
    await _tuesday(nudging)

    await nudging.pass_time(MORNING)

    assert await nudging.nudges() == [
        ("quiet_afternoon", "sent", ""),
        ("correction", "dropped", "what it takes back holds after all"),
    ]


async def test_a_day_that_is_over_also_concerns_what_was_said_of_the_days_after_it(nudging: Nudging) -> None:
    friday = MONDAY - timedelta(days=3)
    await nudging.take_in(*worked_days(60, 60), _day(2, 100))
    assert await nudging.nudges() == [("comeback", "sent", "")]

    spoken = await nudging.take_in(report(friday, score=100, revision=2))

    assert spoken[0] == Spoken(rule="comeback", status="revised")
    assert (await _revised(nudging))[0] == ("comeback", "sent", True)


async def test_what_history_brings_is_marked_and_makes_no_word(nudging: Nudging) -> None:
    await _hint(nudging)

    spoken = await nudging.take_in(report(score=20, revision=2, first="12:50", silent=True))

    assert spoken == [Spoken(rule="quiet_afternoon", status="revised")]
    assert await nudging.nudges() == [("quiet_afternoon", "sent", "")]


async def test_only_the_line_that_no_longer_holds_is_struck_out(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(*worked_days(60, 60), _day(1, 100))
    wednesday = TUESDAY + timedelta(days=1)
    await nudging.take_in(report(TUESDAY, score=100, state="closed", revision=2))
    await nudging.take_in(report(wednesday, score=0, count=0, state="open"))
    await nudging.pool.execute("UPDATE nudge SET send_at = $1", at(wednesday, "09:00"))
    await nudging.pass_time(at(wednesday, "09:00"))

    await nudging.take_in(report(TUESDAY, score=90, revision=3))

    (item,) = await list_inbox(nudging.pool, "mara")
    assert item.row.revised == ""
    assert [(part.text, part.is_revised) for part in item.parts] == [(item.row.text.split("\n")[1], True)]


async def _one_thing(nudging: Nudging) -> None:
    """A hint on a Monday morning: proposals came to 2 of 5 in five worked days."""
    await nudging.know(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))
    await nudging.take_in(*(_plan(day, proposals) for day, proposals in zip(working_days(5), (1, 0, 1, 0, 0), strict=True)))
    await nudging.take_in(plan_of(0, 0, day=MONDAY, state="open", score=0))
    assert await nudging.pass_time(at(MONDAY, "09:00")) == [Spoken(rule="one_thing", status="sent")]
    nudging.now = at(MONDAY, "12:00")


def _plan(day: date, proposals: int, **changes: object) -> DayReport:
    return plan_of(8, proposals, day=day, **changes)


async def test_late_records_mark_what_a_morning_said_of_the_days_before_and_take_it_back_once_it_is_quite_wrong(
    nudging: Nudging,
) -> None:
    await _one_thing(nudging)
    friday, thursday = working_days(5)[-1], working_days(5)[-2]

    assert await nudging.take_in(_plan(friday, 1, revision=2)) == [Spoken(rule="one_thing", status="revised")]
    assert await nudging.nudges() == [("one_thing", "sent", "")]
    assert await nudging.take_in(_plan(thursday, 1, revision=2)) == [Spoken(rule="correction", status="held")]
    assert await nudging.take_in(_plan(thursday, 2, revision=3)) == []
    assert await _revised(nudging) == [("one_thing", "sent", True), ("correction", "held", False)]


async def test_a_hint_of_the_morning_that_was_quite_wrong_is_taken_back_in_the_next(nudging: Nudging) -> None:
    await _one_thing(nudging)
    friday = working_days(5)[-1]

    await nudging.take_in(_plan(friday, 3, revision=2))
    await nudging.take_in(plan_of(12, 2, day=MONDAY, score=70, revision=2, state="open"))
    await nudging.take_in(plan_of(0, 0, day=TUESDAY, state="open", score=0))

    assert await nudging.pass_time(MORNING) == [Spoken(rule="correction", status="sent")]
    await nudging.deliver()
    assert "09:00" in nudging.channel.bodies[-1].text


async def test_what_happens_on_the_day_itself_does_not_make_a_morning_wrong(nudging: Nudging) -> None:
    await _one_thing(nudging)

    spoken = await nudging.take_in(plan_of(12, 3, day=MONDAY, score=90, state="open", revision=2))

    assert spoken == []
    assert await _revised(nudging) == [("one_thing", "sent", False)]
