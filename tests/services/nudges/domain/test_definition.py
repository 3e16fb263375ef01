"""Which definitions are in force or coming, and how a rep is told."""

from datetime import date, datetime, timedelta

import pytest

from services.nudges.domain.announcements import Definition, coming, in_force, is_current, telling
from shared.events import BehaviourDefinition, NudgeKind, Person
from tests.services.nudges.reports import MONDAY, announcement

TUESDAY = MONDAY + timedelta(days=1)
SUNDAY = MONDAY - timedelta(days=1)
SOUTH = Person(id="south", name="South")


def _known(version: int, binds_from: date, **changes: object) -> Definition:
    delivered_at: datetime | None = None
    announced = announcement(version, binds_from, **changes)
    return Definition(announced=announced, nudge_id=str(version), delivered_at=delivered_at, acknowledged_at=None)


@pytest.mark.parametrize(
    ("known", "now", "then"),
    [
        ([], None, []),
        ([_known(1, SUNDAY)], 1, []),
        ([_known(1, MONDAY)], 1, []),
        ([_known(1, SUNDAY), _known(2, TUESDAY)], 1, [2]),
        ([_known(1, SUNDAY), _known(2, MONDAY)], 2, []),
        ([_known(2, SUNDAY), _known(1, SUNDAY)], 2, []),
        ([_known(5, SUNDAY), _known(4, TUESDAY), _known(3, date(2026, 4, 1))], 5, [4, 3]),
        ([_known(1, MONDAY), _known(2, SUNDAY)], 1, []),
        ([_known(1, SUNDAY), _known(2, TUESDAY, team=SOUTH, effective_from=SUNDAY)], 1, [2]),
    ],
    ids=[
        "nothing is known",
        "one that has begun",
        "one that begins today",
        "the next begins tomorrow",
        "the next begins today",
        "a later edition of the same day",
        "two to come",
        "an edition of an earlier day, revised later",
        "another team's, from tomorrow on",
    ],
)
def test_one_is_in_force_and_others_are_coming(known: list[Definition], now: int | None, then: list[int]) -> None:
    current, next_ones = in_force(known, today=MONDAY), coming(known, today=MONDAY)

    assert (current and current.announced.version) == now
    assert [one.announced.version for one in next_ones] == then
    assert [one for one in known if is_current(one, known, today=MONDAY)] == [
        one for one in known if one.announced.version in {now, *then}
    ]


def _asking(label: str, asks: str) -> BehaviourDefinition:
    first = announcement().behaviours[0]
    return first.model_copy(update={"label": label, "asks": asks})


@pytest.mark.parametrize(
    ("changes", "today", "text"),
    [
        (
            {"behaviours": (_asking("Calls", "10 a day"), _asking("Demos", "2 on Friday"))},
            SUNDAY,
            "Ana, from Monday 2 March on your day is measured like this: Calls 10 a day, Demos 2 on Friday.",
        ),
        ({}, MONDAY, "Ana, since Monday 2 March your day is measured like this: Calls 10 a day."),
        (
            {"follows": date(2026, 1, 1), "changes": ("Calls, target: 10 a day; before: 8 a day.",)},
            SUNDAY,
            "Ana, from Monday 2 March on your day is measured like this: Calls, target: 10 a day; before: 8 a day.",
        ),
        (
            {"follows": date(2026, 1, 1)},
            SUNDAY,
            "Ana, from Monday 2 March on your day is measured like this: as before; nothing that counts changes.",
        ),
        (
            {"follows": date(2026, 1, 1), "changes": tuple("abcdef")},
            SUNDAY,
            "Ana, from Monday 2 March on your day is measured like this: a b c d And 2 more; your page has them all.",
        ),
        ({}, date(2027, 1, 4), "Ana, since Monday 2 March 2026 your day is measured like this: Calls 10 a day."),
        (
            {"revises": "a slip"},
            TUESDAY,
            "Ana, since Monday 2 March your day is measured like this: Calls 10 a day. It begins in the past because: a slip.",
        ),
    ],
    ids=["the first", "begun", "with a change", "with none that counts", "with many", "in another year", "in the past"],
)
def test_a_rep_is_told_from_when_and_what_changes(changes: dict[str, object], today: date, text: str) -> None:
    called = telling(announcement(3, MONDAY, **changes), today=today)

    assert list(called.wordings) == [text]
    assert (called.rule, called.kind, called.occasion) == ("playbook", NudgeKind.ANNOUNCEMENT, "3, time 1")
    assert "Only days after the one on which you are told of it can be held against you." in called.reason
