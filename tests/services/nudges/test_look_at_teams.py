"""What managers hear in the morning, on a real database."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from services.nudges.decide.compose import Spoken
from services.nudges.decide.manager_digests import look_at_teams
from services.nudges.deliver.channels.file import FileChannel
from services.nudges.pages.list_nudges import list_inbox
from services.nudges.requests.erase_person import forget_person
from services.nudges.store import is_work_due
from shared.events import NUDGE_DECIDED, DayReport, Manager, Nudge, Person
from tests.services.nudges.conftest import KEY, Nudging
from tests.services.nudges.reports import MONDAY, announcement, at, report, worked_days

ANA, BEN = Person(id="ana", name="Ana Ruiz"), Person(id="ben", name="Ben Ode")
NINE = time(9)
TUESDAY = MONDAY + timedelta(days=1)


async def _look(nudging: Nudging, now: datetime) -> list[Spoken]:
    nudging.now = now
    return await look_at_teams(nudging.pool, channels=("recorder",), look_at=NINE, now=now)


async def _week_of(nudging: Nudging, *scores: float, rep: Person = ANA, until: date = MONDAY) -> None:
    """So many worked days before a Monday that has just opened, on which the manager's look is planned."""
    days = [day.model_copy(update={"rep": rep}) for day in worked_days(*scores, until=until)]
    await nudging.take_in(*days, _open(until, rep=rep))
    await nudging.pool.execute("DELETE FROM nudge")
    assert await _look(nudging, at(until, "00:30")) == []


def _open(day: date, **changes: object) -> DayReport:
    return report(day, score=0, count=0, state="open", **changes)  # type: ignore[arg-type]


async def test_a_digest_comes_once_at_nine_and_is_planned_before(nudging: Nudging) -> None:
    await _week_of(nudging, 60)

    assert await _look(nudging, at(MONDAY, "08:59")) == []
    assert await _look(nudging, at(MONDAY, "09:00")) == [Spoken(rule="digest", status="sent")]
    assert await _look(nudging, at(MONDAY, "09:01")) == []

    await nudging.deliver()
    (message,) = nudging.channel.bodies
    assert message.person == Person(id="mara", name="Mara Lind")
    assert "Friday 27 February" in message.text
    assert "1 at work" in message.text


async def test_until_a_look_is_planned_there_is_work_to_do(nudging: Nudging) -> None:
    await nudging.take_in(_open(MONDAY))
    early = at(MONDAY, "00:10")
    assert await is_work_due(nudging.pool, channels=("recorder",), now=early)
    await nudging.pool.execute("DELETE FROM look WHERE moment <> 'team'")
    await nudging.pool.execute("UPDATE effects_look SET looked_on = 'infinity'")

    await _look(nudging, early)

    assert not await is_work_due(nudging.pool, channels=("recorder",), now=early)
    assert await is_work_due(nudging.pool, channels=("recorder",), now=at(MONDAY, "09:00"))


async def test_on_saturday_and_sunday_nothing_comes(nudging: Nudging) -> None:
    await _week_of(nudging, 60)
    await _look(nudging, at(MONDAY + timedelta(days=4), "09:00"))

    due = await nudging.pool.fetchval("SELECT due_at FROM look WHERE moment = 'team' AND NOT done")

    assert due == at(MONDAY + timedelta(days=7), "09:00")


async def test_a_look_that_comes_after_working_hours_says_nothing(nudging: Nudging) -> None:
    await _week_of(nudging, 60)

    assert await _look(nudging, at(MONDAY, "17:00")) == [Spoken(rule="digest", status="dropped")]


@pytest.mark.parametrize(
    "managers", [(), (Manager(id="mara", name="Mara Lind"),)], ids=["nobody leads", "nobody knows the manager's zone"]
)
async def test_nothing_is_said_where(nudging: Nudging, managers: tuple[Manager, ...]) -> None:
    await nudging.take_in(report(MONDAY - timedelta(days=3), managers=managers), _open(MONDAY, managers=managers))

    assert await _look(nudging, at(MONDAY, "00:30")) + await _look(nudging, at(MONDAY, "09:00")) == []


async def test_who_is_no_longer_led_is_no_longer_spoken_of(nudging: Nudging) -> None:
    await _week_of(nudging, 60)
    jon = (Manager(id="jon", name="Jon Keller", timezone="Europe/Madrid"),)
    await nudging.take_in(_open(MONDAY, revision=2, managers=jon))

    assert await _look(nudging, at(MONDAY, "09:00")) == []


async def test_recognition_and_digest_make_one_message_and_it_goes_round_the_team(nudging: Nudging) -> None:
    await _week_of(nudging, *[100] * 6)
    await _week_of(nudging, *[100] * 5, rep=BEN)

    assert await _look(nudging, at(MONDAY, "09:00")) == [
        Spoken(rule="recognition_due", status="sent"),
        Spoken(rule="digest", status="bundled"),
    ]
    await nudging.deliver()
    await nudging.take_in(report(MONDAY, revision=5, score=100), _open(TUESDAY))
    assert (await _look(nudging, at(TUESDAY, "09:00")))[0] == Spoken(rule="recognition_due", status="sent")

    rows = await nudging.pool.fetch("SELECT occasion FROM nudge WHERE rule = 'recognition_due' ORDER BY seq")
    assert [row["occasion"] for row in rows] == ["ana:2026-03-02", "ben:2026-03-03"]
    await nudging.deliver()
    assert len(nudging.channel.bodies) == 2
    (item, *_) = await list_inbox(nudging.pool, "mara")
    assert item.row.person == "mara"


async def test_who_was_recognised_today_is_not_due_for_five_worked_days(nudging: Nudging) -> None:
    await _week_of(nudging, *[100] * 6)
    await nudging.take_in(report(MONDAY, score=100, revision=2, state="open"))
    nudge = await nudging.pool.fetchval("SELECT id FROM nudge WHERE rule = 'plan_done'")
    await nudging.pool.execute(
        "INSERT INTO answer VALUES ($1, 'mara', 'recognised', '', $2, 'recognised', $2)", nudge, at(MONDAY, "08:50")
    )

    assert await _look(nudging, at(MONDAY, "09:00")) == [Spoken(rule="digest", status="sent")]


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "never told"])
async def test_whom_to_coach_rests_on_days_of_which_the_rep_was_told(nudging: Nudging, is_told: bool) -> None:
    await _week_of(nudging, *[40] * 6)
    if is_told:
        await nudging.know(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))

    spoken = [one.rule for one in await _look(nudging, at(MONDAY, "09:00"))]

    assert spoken == (["weekly_brief", "digest"] if is_told else ["digest"])


async def test_a_week_later_the_brief_says_whether_it_moved(nudging: Nudging) -> None:
    await nudging.know(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))
    await _week_of(nudging, *[40] * 6)
    await _look(nudging, at(MONDAY, "09:00"))
    later = MONDAY + timedelta(days=7)
    for day in worked_days(*[60] * 5, until=later):
        await nudging.take_in(day.model_copy(update={"revision": 7, "behaviours": (_calls(day, 6),)}))
    await nudging.take_in(_open(later))

    await _look(nudging, at(later, "09:00"))

    text = await nudging.pool.fetchval("SELECT text FROM nudge WHERE rule = 'weekly_brief' ORDER BY seq DESC LIMIT 1")
    assert "Last week's: Ana's calls moved from 10% to 60% of target." in text


def _calls(day: DayReport, count: int) -> object:
    return day.behaviours[0].model_copy(update={"count": count})


async def test_who_is_forgotten_is_in_nothing_that_managers_heard(nudging: Nudging, tmp_path: Path) -> None:
    file = FileChannel(tmp_path / "nudges.ndjson")
    await _week_of(nudging, *[100] * 6)
    await _week_of(nudging, *[60] * 5, rep=BEN)
    await _look(nudging, at(MONDAY, "09:00"))
    for (body,) in await nudging.pool.fetch("SELECT event FROM nudge"):
        await file.send(Nudge.model_validate_json(body), attempts=1)

    forgotten = await forget_person(nudging.pool, file, "ben", forget_key=KEY, now=nudging.now)

    assert (forgotten.nudges, forgotten.lines) == (2, 2)  # the digest names Ben, and the message that it was part of
    assert await nudging.pool.fetchval("SELECT count(*) FROM nudge") == 0
    assert [body for body in await nudging.events(NUDGE_DECIDED) if "ben" in json.dumps(json.loads(body)["about"])] == []
