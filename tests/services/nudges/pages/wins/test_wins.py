"""Which wins are listed, clause by clause, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.pages.wins.wins import GONE_AFTER, SHOWN_FOR, WINS_MAX, Win, list_wins
from services.nudges.preferences.hidden_wins import save_hidden_wins
from shared.events import NudgeId, NudgeKind, PersonId, Presence, Rep
from tests.services.nudges.builders.days import MONDAY, NOON, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA, NORTH, SOUTH, make_rep
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def _ana_and_ben(rows: Rows) -> None:
    """Both sell in North, and were in South the day before."""
    await rows.ignore_indexes()
    for rep in (ANA, BEN):
        await rows.add_day(report(MONDAY - DAY, rep=rep, team=SOUTH))
        await rows.add_day(report(rep=rep))


async def _listed(rows: Rows, *, reader: PersonId = MARA.id) -> list[str]:
    return [win.id for win in await list_wins(rows.pool, [NORTH.id], reader, today=MONDAY)]


async def _win(
    rows: Rows,
    name: str,
    rep: Rep = ANA,
    *,
    hour: int = 12,
    days_ago: int = 0,
    status: str = "sent",
    retracted_because: str = "",
) -> None:
    day = MONDAY - days_ago * DAY
    nudge = make_nudge(name, person=rep, occasion=name, day=day, send_at=at(day, f"{hour:02}:00"))
    await rows.add_nudge(nudge, status=status, retracted_because=retracted_because)


async def test_the_newest_come_first_each_with_its_rep_and_its_own_text(rows: Rows) -> None:
    for number, (name, rep) in enumerate([("first", ANA), ("third", BEN), ("second", ANA)]):
        hour = {"first": 9, "second": 10, "third": 11}[name]
        text = "Well done.\nTwo in a row.\nAnd a goal." if name == "third" else f"Text {number}"
        await rows.add_nudge(
            make_nudge(name, person=rep, rule="streak", occasion=name, text=text, send_at=at(MONDAY, f"{hour:02}:00"))
        )
    await rows.move_to_the_end(NudgeId("first"))
    for part in ("part", "coaching"):
        kind = NudgeKind.COACHING if part == "coaching" else NudgeKind.CELEBRATION
        await rows.add_nudge(
            make_nudge(part, person=BEN, kind=kind, occasion=part, text="Two in a row.", send_at=at(MONDAY, "08:00")),
            status="bundled",
            bundled_with=NudgeId("third"),
        )

    wins = await list_wins(rows.pool, [NORTH.id], MARA.id, today=MONDAY)

    assert [(win.id, win.rep_id, win.text) for win in wins] == [
        ("third", "ben", "Well done."),
        ("second", "ana", "Text 2"),
        ("first", "ana", "Text 0"),
        ("part", "ben", "Two in a row."),
    ]
    assert wins[1] == Win(
        id=NudgeId("second"),
        rule="streak",
        rep_id=ANA.id,
        rep_name=ANA.name,
        text="Text 2",
        sent_at=at(MONDAY, "10:00"),
        timezone="Europe/Madrid",
        manager_name="",
        message="",
        about_day=None,
        facts="",
    )


async def test_of_those_that_were_sent_at_the_same_time_the_last_comes_first(rows: Rows) -> None:
    for name in ("first", "second", "third"):
        await _win(rows, name)
    await rows.move_to_the_end(NudgeId("first"))

    assert await _listed(rows) == ["third", "second", "first"]


async def test_what_managers_wrote_is_listed_and_what_colleagues_wrote_is_not(rows: Rows) -> None:
    await rows.add_nudge(await rows.add_thanks(ANA, text="Great save"))
    await rows.add_nudge(await rows.add_thanks(ANA, BEN, text="Between us", is_from_colleague=True))

    (win,) = await list_wins(rows.pool, [NORTH.id], MARA.id, today=MONDAY)

    assert (win.rule, win.manager_name, win.message, win.facts) == ("thanks", MARA.name, "Great save", "")


async def test_only_what_was_sent_and_still_holds_is_listed(rows: Rows) -> None:
    for status in ("deferred", "suppressed", "withheld"):
        await _win(rows, status, status=status)
    await _win(rows, "false", retracted_because="It was wrong.")
    await rows.add_nudge(make_nudge("hint", kind=NudgeKind.COACHING, occasion="hint"))

    assert await _listed(rows) == []


async def test_what_reached_nobody_after_a_restoration_is_left_out(rows: Rows) -> None:
    reason = await rows.pool.fetchval("SELECT unsent_reason()")
    for name in ("unsent", "sent"):
        await _win(rows, name)
        await rows.add_delivery(NudgeId(name), state="failed", last_error=reason if name == "unsent" else "answered 500")
        await rows.add_nudge(
            make_nudge(f"part of {name}", occasion=f"part of {name}", send_at=at(MONDAY, "08:00")),
            status="bundled",
            bundled_with=NudgeId(name),
        )

    assert await _listed(rows) == ["sent", "part of sent"]


async def test_four_weeks_are_shown(rows: Rows) -> None:
    await _win(rows, "old", days_ago=SHOWN_FOR.days + 1)
    await _win(rows, "oldest", days_ago=SHOWN_FOR.days)

    assert await _listed(rows) == ["oldest"]


async def test_a_hundred_are_shown(rows: Rows) -> None:
    for number in range(WINS_MAX + 1):
        await _win(rows, f"win {number}")

    assert len(await _listed(rows)) == WINS_MAX


async def test_only_reps_who_are_in_one_of_the_teams_by_their_newest_report_are_listed(rows: Rows) -> None:
    moved, left, gone, barely = (make_rep(name) for name in ("moved", "left", "gone", "barely"))
    await rows.add_day(report(MONDAY - DAY, rep=moved))
    await rows.add_day(report(rep=moved, team=SOUTH))
    await rows.add_day(report(rep=left, presence=Presence.NOT_EMPLOYED))
    await rows.add_day(report(MONDAY - GONE_AFTER, rep=gone))
    await rows.add_day(report(MONDAY - GONE_AFTER + DAY, rep=barely))
    for rep in (moved, left, gone, barely):
        await _win(rows, f"of {rep.id}", rep)

    assert await _listed(rows) == ["of barely"]


async def test_what_a_rep_hides_only_the_rep_sees(rows: Rows) -> None:
    await _win(rows, "anas", hour=11)
    await _win(rows, "bens", BEN, hour=10)
    await save_hidden_wins(rows.pool, ANA.id, is_hidden=True, now=NOON)
    await save_hidden_wins(rows.pool, BEN.id, is_hidden=False, now=NOON)

    assert await _listed(rows) == ["bens"]
    assert await _listed(rows, reader=BEN.id) == ["bens"]
    assert await _listed(rows, reader=ANA.id) == ["anas", "bens"]
