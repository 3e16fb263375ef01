"""A rep's row: where their day stands, in the words of the page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from services.nudges.domain.trends.score_by_time import ScoreBand
from services.nudges.pages.today.rep_rows import BehaviourBar, RepRow, Spark, Standing, _describe, make_rep_row
from services.nudges.pages.today.team_days import WorkedDay
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at, working_days
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.reports import behaviour, open_report, report
from tests.services.nudges.builders.rosters import rep_today

NOON = at(MONDAY, "12:00")
SINCE = at(MONDAY, "09:10")


def _worked(*scores: int, known: int | None = None) -> list[WorkedDay]:
    """Worked days before Monday, newest first. By noon `known` was known of each."""
    by_quarter = {0: Decimal(known)} if known is not None else {}
    days = reversed(working_days(len(scores), until=MONDAY))
    return [
        WorkedDay(day=day, score=Decimal(score), score_by_quarter_hour=by_quarter)
        for day, score in zip(days, scores, strict=True)
    ]


def _row(
    day: DayReport | None, worked: Sequence[WorkedDay] = (), silent: dict[str, datetime] | None = None, *, now: datetime = NOON
) -> RepRow:
    return make_rep_row(rep_today(ANA), day, worked, silent or {}, now=now)


def test_a_row_says_what_was_asked_for_and_how_far_it_has_come() -> None:
    behaviours = (behaviour("Calls", 4, 6), behaviour("LinkedIn", 3, 1), behaviour("Proposals", 0, 1), behaviour("Notes", 1, 0))

    row = _row(report(score=71.6, state="open", behaviours=behaviours), _worked(100, 0, 125, 300, 50, 100, known=60))

    assert (row.name, row.address, row.score, row.exact_score) == ("Ana Ruiz", "/people/ana", "72", "71.6")
    assert row.bars == (
        BehaviourBar(label="calls", count=4, target="6", share=66),
        BehaviourBar(label="LinkedIn", count=3, target="1", share=100),
        BehaviourBar(label="proposals", count=0, target="1", share=0),
    )
    assert (row.standing, row.band, row.streak) == (Standing.ON_THE_WAY, "60", "1")
    assert row.recent == "50, 300, 125, 0, 100"
    assert row.sparkline == (
        Spark(left=0, top=12, height=8, is_done=False),
        Spark(left=8, top=0, height=20, is_done=True),
        Spark(left=16, top=0, height=20, is_done=True),
        Spark(left=24, top=19, height=1, is_done=False),
        Spark(left=32, top=4, height=16, is_done=True),
    )


@pytest.mark.parametrize(("high", "phrase"), [("60.4", "60"), ("60.6", "60\N{EN DASH}61")])
def test_a_band_names_both_ends_unless_they_look_the_same(high: str, phrase: str) -> None:
    assert _describe(ScoreBand(low=Decimal(60), high=Decimal(high), tenth=Decimal(50))) == phrase


@pytest.mark.parametrize(
    ("score", "known", "silent", "standing"),
    [
        (100, 120, {}, Standing.DONE),
        (99.9, 100, {}, Standing.NEEDS_HAND),
        (60, 60, {}, Standing.ON_THE_WAY),
        (59, 60, {}, Standing.NEEDS_HAND),
        (59, 60, {"Calls": SINCE}, Standing.ON_THE_WAY),
        (0, None, {}, Standing.ON_THE_WAY),
    ],
    ids=["done", "almost done", "as usual", "below", "nothing arrives", "nothing known"],
)
def test_whoever_is_below_what_was_known_on_all_but_few_days_could_use_a_hand(
    score: float, known: int | None, silent: dict[str, datetime], standing: Standing
) -> None:
    row = _row(report(score=score, state="open"), _worked(*[80] * 5, known=known), silent)

    assert row.standing is standing
    assert bool(row.band) is (known is not None)


def test_a_day_below_the_band_is_not_yet_one_that_needs_a_hand() -> None:
    """The band begins at 20, and one day in ten is below 14."""
    days = zip(_worked(*[80] * 5), (10, 20, 30, 40, 50), strict=True)
    worked = [replace(day, score_by_quarter_hour={0: Decimal(known)}) for day, known in days]

    assert [_row(report(score=score, state="open"), worked).standing for score in (14, 13.9)] == [
        Standing.ON_THE_WAY,
        Standing.NEEDS_HAND,
    ]


@pytest.mark.parametrize(
    ("presence", "standing", "note"),
    [
        (Presence.ABSENT, Standing.ABSENT, "Away today."),
        (Presence.HOLIDAY, Standing.OFF, "Public holiday."),
        (Presence.DAY_OFF, Standing.OFF, "Not a working day."),
        (Presence.NOT_EMPLOYED, Standing.OFF, "Not with the team today."),
    ],
)
def test_whoever_does_not_work_is_not_measured(presence: Presence, standing: Standing, note: str) -> None:
    row = _row(open_report(presence=presence), _worked(100, 100, known=60))

    assert (row.standing, row.notes, row.score, row.bars, row.band, row.streak) == (standing, (note,), "", (), "", "2")


def test_part_of_a_day_and_a_silent_feed_stand_in_the_row() -> None:
    half = open_report(part=Decimal("0.5"))

    assert _row(half).notes == ("Works part of the day (50%).",)
    assert _row(half, silent={"": SINCE}).notes[1:] == ("No data since 09:10, so this may be incomplete.",)
    assert [bar.silent_since for bar in _row(half, silent={"Calls": SINCE}).bars] == ["09:10"]
    assert _row(half.model_copy(update={"score": None, "part": Decimal(1)})).notes == ("No targets today.",)


@pytest.mark.parametrize("day", [None, open_report(TUESDAY)], ids=["unknown", "another day"])
def test_while_nothing_is_known_of_today_the_row_says_so(day: DayReport | None) -> None:
    row = _row(day, _worked(100))

    assert (row.standing, row.notes) == (Standing.NO_DATA, ("No data for today yet.",))


def test_today_lengthens_a_streak_and_does_not_end_it() -> None:
    done, worked = report(score=100, state="open"), _worked(100, 100, 0)

    assert [_row(day, worked).streak for day in (done, open_report())] == ["3", "2"]
    assert _row(open_report(), _worked(0, 100)).streak == ""
    assert [_row(open_report(), _worked(*[100] * count)).streak for count in (59, 60)] == ["59", "60+"]
