"""Which playbook versions are in force or coming, whether they were known in time, and how they are announced."""

from datetime import UTC, date, datetime, timedelta
from typing import Unpack

import pytest

from services.nudges.domain.announcements import (
    Announcement,
    announcement_candidate,
    coming,
    comparable_versions,
    in_force,
    is_current,
    reasons_of,
    was_known_before,
)
from shared.events import BehaviourDefinition, NudgeId, NudgeKind, PlaybookAnnounced, VersionNumber
from shared.languages.current import using_language
from shared.playbook.phrases import PlaybookPhrases
from tests.services.nudges.builders.announcements import VERSION_1, VERSION_2, AnnouncementFields, announcement, defined
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.people import SOUTH

SUNDAY = MONDAY - timedelta(days=1)
VERSION_3 = VersionNumber(3)


def _announced(version: int, binds_from: date, **fields: Unpack[AnnouncementFields]) -> Announcement:
    playbook = announcement(VersionNumber(version), binds_from, **fields)
    return Announcement(playbook=playbook, nudge_id=NudgeId(str(version)), delivered_at=None, acknowledged_at=None)


@pytest.mark.parametrize(
    ("announcements", "now", "later"),
    [
        ([], None, []),
        ([_announced(1, SUNDAY)], 1, []),
        ([_announced(1, MONDAY)], 1, []),
        ([_announced(1, TUESDAY)], None, [1]),
        ([_announced(1, SUNDAY), _announced(2, TUESDAY)], 1, [2]),
        ([_announced(1, SUNDAY), _announced(2, MONDAY)], 2, []),
        ([_announced(2, SUNDAY), _announced(1, SUNDAY)], 2, []),
        ([_announced(5, SUNDAY), _announced(4, TUESDAY), _announced(3, date(2026, 4, 1))], 5, [4, 3]),
        ([_announced(1, MONDAY), _announced(2, SUNDAY)], 1, []),
        ([_announced(1, SUNDAY), _announced(2, TUESDAY, team=SOUTH, effective_from=SUNDAY)], 1, [2]),
    ],
    ids=[
        "nothing is known",
        "one that has begun",
        "one that begins today",
        "one that begins tomorrow",
        "the next begins tomorrow",
        "the next begins today",
        "a later edition of the same day",
        "two to come",
        "an edition of an earlier day, revised later",
        "another team's, from tomorrow on",
    ],
)
def test_one_is_in_force_and_others_are_coming(announcements: list[Announcement], now: int | None, later: list[int]) -> None:
    current, next_ones = in_force(announcements, today=MONDAY), coming(announcements, today=MONDAY)

    assert (current.playbook.version if current is not None else None) == now
    assert [known.playbook.version for known in next_ones] == later
    current_versions = {known.playbook.version for known in announcements if is_current(known, announcements, today=MONDAY)}
    assert current_versions == {now, *later} - {None}


@pytest.mark.parametrize(
    ("delivered_at", "timezone", "was_known"),
    [
        (None, "Europe/Madrid", False),
        (at(MONDAY, "00:00"), "Europe/Madrid", False),
        (at(SUNDAY, "23:59"), "Europe/Madrid", True),
        (datetime(2026, 3, 1, 11, 30, tzinfo=UTC), "Pacific/Auckland", False),
        (datetime(2026, 3, 2, 7, 30, tzinfo=UTC), "America/Los_Angeles", True),
    ],
    ids=[
        "never delivered",
        "as the day began",
        "the minute before",
        "Monday there, Sunday in London",
        "Sunday there, Monday in London",
    ],
)
def test_a_version_is_known_before_a_day_if_it_was_delivered_the_day_before(
    delivered_at: datetime | None, timezone: str, *, was_known: bool
) -> None:
    assert was_known_before(MONDAY, delivered_at=delivered_at, timezone=timezone) is was_known


CALLS = defined("Calls", "10 a day")
LONG_CALLS = CALLS.model_copy(update={"counts": "call of 60 s or more"})
FEWER_CALLS = CALLS.model_copy(update={"asks": "8 a day"})
UNPLANNED_DEMOS = defined("Demos", "no target").model_copy(update={"targets": (0,) * 7})


@pytest.mark.parametrize(
    ("other", "is_comparable"),
    [
        ((FEWER_CALLS,), True),
        ((CALLS, UNPLANNED_DEMOS), True),
        ((LONG_CALLS,), False),
        ((CALLS, defined("Demos", "1 a day")), False),
    ],
    ids=["another target", "a behaviour without targets", "something else counts", "something else counts too"],
)
def test_versions_are_comparable_when_the_same_activities_count(
    other: tuple[BehaviourDefinition, ...], *, is_comparable: bool
) -> None:
    known = [_announced(1, SUNDAY, behaviours=other), _announced(2, MONDAY, behaviours=(CALLS,))]

    assert comparable_versions(VERSION_2, known) == {VERSION_2} | ({VERSION_1} if is_comparable else set())


def test_a_version_that_was_never_announced_is_comparable_with_itself_alone() -> None:
    assert comparable_versions(VERSION_3, [_announced(1, SUNDAY)]) == {VERSION_3}


def test_the_reasons_of_a_version_are_known_by_behaviour() -> None:
    known = [_announced(1, SUNDAY, behaviours=(defined("Calls", reason="They win deals."), defined("Demos")))]

    assert reasons_of(VERSION_1, known) == {"calls": "They win deals."}
    assert reasons_of(VERSION_2, known) == reasons_of(None, []) == {}


SINCE_MONDAY = "Ana, since Monday 2 March your playbook has been: Calls (10 a day)."
MANY_CHANGES = ("One.", "Two.", "Three.", "Four.", "Five.", "Six.")


@pytest.mark.parametrize(
    ("playbook", "today", "text"),
    [
        (
            announcement(VERSION_3, MONDAY, behaviours=(CALLS, defined("Demos", "2 on Friday"))),
            SUNDAY,
            "Ana, from Monday 2 March your playbook is: Calls (10 a day) and Demos (2 on Friday).",
        ),
        (announcement(VERSION_3, MONDAY), MONDAY, "Ana, from today your playbook is: Calls (10 a day)."),
        (announcement(VERSION_3, MONDAY), TUESDAY, SINCE_MONDAY),
        (
            announcement(VERSION_3, MONDAY, behaviours=(defined(reason="They win."),), message="Talk."),
            MONDAY,
            "Ana, your playbook starts today. Your manager says: “Talk.”\nIt asks for: Calls (10 a day). Calls: “They win.”",
        ),
        (
            announcement(VERSION_3, MONDAY, follows=date(2026, 1, 1), changes=("Calls: target 10 a day (before: 8 a day).",)),
            SUNDAY,
            "Ana, your playbook changes on Monday 2 March. Calls: target 10 a day (before: 8 a day).",
        ),
        (
            announcement(VERSION_3, MONDAY, follows=date(2026, 1, 1), changes=("One.",)),
            MONDAY,
            "Ana, your playbook changes today. One.",
        ),
        (
            announcement(VERSION_3, MONDAY, follows=date(2026, 1, 1), changes=("One.",)),
            TUESDAY,
            "Ana, your playbook changed on Monday 2 March. One.",
        ),
        (
            announcement(VERSION_3, MONDAY, follows=date(2026, 1, 1)),
            SUNDAY,
            "Ana, a new version of your playbook starts on Monday 2 March. What counts stays the same.",
        ),
        (
            announcement(VERSION_3, MONDAY, follows=date(2026, 1, 1)),
            MONDAY,
            "Ana, a new version of your playbook starts today. What counts stays the same.",
        ),
        (
            announcement(VERSION_3, MONDAY, follows=date(2026, 1, 1)),
            TUESDAY,
            "Ana, a new version of your playbook started on Monday 2 March. What counts stays the same.",
        ),
        (
            announcement(VERSION_3, MONDAY, follows=date(2026, 1, 1), changes=MANY_CHANGES[:4]),
            SUNDAY,
            "Ana, your playbook changes on Monday 2 March. One. Two. Three. Four.",
        ),
        (
            announcement(VERSION_3, MONDAY, follows=date(2026, 1, 1), changes=MANY_CHANGES[:5]),
            SUNDAY,
            "Ana, your playbook changes on Monday 2 March. One. Two. Three. Four. Your page lists 1 more change.",
        ),
        (
            announcement(VERSION_3, MONDAY, follows=date(2026, 1, 1), changes=MANY_CHANGES),
            SUNDAY,
            "Ana, your playbook changes on Monday 2 March. One. Two. Three. Four. Your page lists 2 more changes.",
        ),
        (
            announcement(VERSION_3, MONDAY),
            date(2027, 1, 4),
            "Ana, since Monday 2 March 2026 your playbook has been: Calls (10 a day).",
        ),
        (
            announcement(VERSION_3, MONDAY, revises="A slip."),
            TUESDAY,
            f"{SINCE_MONDAY} It also applies to earlier days. The reason: A slip.",
        ),
        (
            announcement(VERSION_3, MONDAY, revises="A slip."),
            MONDAY,
            "Ana, from today your playbook is: Calls (10 a day).",
        ),
    ],
    ids=[
        "the first",
        "from today",
        "begun",
        "with the manager's words",
        "with a change",
        "with a change today",
        "with a change, begun",
        "with no change that counts",
        "with none, today",
        "with none, begun",
        "with four changes",
        "with five",
        "with many",
        "in another year",
        "in the past",
        "in the past for others only",
    ],
)
def test_an_announcement_says_from_when_and_what_changes(playbook: PlaybookAnnounced, today: date, text: str) -> None:
    candidate = announcement_candidate(playbook, today=today)

    assert list(candidate.wordings) == [text]
    assert (candidate.rule, candidate.kind, candidate.occasion) == ("playbook", NudgeKind.ANNOUNCEMENT, "3, time 1")
    assert "Missed targets in it can only count against you from the day after you get this message." in candidate.reason


def test_an_announcement_is_worded_in_the_language_of_the_rep() -> None:
    change = "Llamadas: objetivo 10 al día (antes: 8 al día)."
    phrases = PlaybookPhrases(counts=("llamada",), asks=("10 al día",), goal_counts=(), unverified=(), changes=())
    first = announcement(1, TUESDAY, behaviours=(defined("Llamadas", "10 a day"),), translations={"es": phrases})
    changed = first.model_copy(
        update={
            "follows": MONDAY,
            "changes": ("Calls: target 10 a day (before: 8 a day).",),
            "translations": {"es": phrases.model_copy(update={"changes": (change,)})},
        }
    )

    with using_language("es"):
        texts = [announcement_candidate(playbook, today=MONDAY).wordings[0] for playbook in (first, changed)]

    assert texts[0].endswith("Llamadas (10 al día).")
    assert texts[1].endswith(change)
    assert announcement_candidate(first, today=MONDAY).wordings[0].endswith("Llamadas (10 a day).")
