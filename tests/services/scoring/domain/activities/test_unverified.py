"""What a playbook marks as unverified: only what goes beyond its limits, each with a reason."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.activities.unverified import mark_unverified
from services.scoring.domain.playbook.unverified_rules import Bursts, Overlaps, SameContact, UnverifiedRules
from tests.services.scoring.domain.builders import activity

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _at(second: float, *, kind: str = "call", duration_s: float | None = None, contact: str | None = None) -> Activity:
    started_at = NOON + timedelta(seconds=second)
    return activity({"kind": kind, "started_at": started_at, "duration_s": duration_s, "contact_key": contact})


def _marked(rules: UnverifiedRules, *activities: Activity) -> list[int]:
    """The numbers of the marked activities, whatever the order in which they are looked at."""
    keyed = [((str(number),), activity) for number, activity in enumerate(activities)]
    marks = mark_unverified(keyed, rules)
    assert mark_unverified(keyed[::-1], rules) == marks
    return sorted(int(key) for (key,) in marks)


@pytest.mark.parametrize(
    ("seconds", "marked"),
    [
        ((0, 10, 20), []),  # three are not more than three
        ((0, 10, 20, 30), [3]),
        ((0, 10, 20, 60), [3]),  # the limit belongs to the burst
        ((0, 10, 20, 61), []),  # a second later does not
        ((0, 1, 2, 3, 4), [3, 4]),
        ((0, 0, 0, 0), [3]),  # all at once, as by an import: three of them stay unmarked
    ],
)
def test_activities_of_a_burst_beyond_the_limit_are_marked(seconds: tuple[int, ...], marked: list[int]) -> None:
    rules = UnverifiedRules(counts=False, bursts=Bursts(more_than=3, within_s=60))

    assert _marked(rules, *[_at(second) for second in seconds]) == marked


def test_a_burst_consists_of_the_kinds_that_the_rule_names() -> None:
    rules = UnverifiedRules(counts=False, bursts=Bursts(more_than=1, within_s=60, kinds=frozenset({"call"})))

    assert _marked(rules, _at(0), _at(1, kind="email"), _at(2, kind="email"), _at(3)) == [3]


@pytest.mark.parametrize(
    ("second", "marked"),
    [(1, [1]), (589, [1]), (590, []), (600, [])],  # ten seconds of overlap are tolerated
)
def test_nobody_is_in_two_conversations_at_once(second: int, marked: list[int]) -> None:
    rules = UnverifiedRules(counts=False, overlaps=Overlaps(more_than_s=10))

    assert _marked(rules, _at(0, duration_s=600), _at(second, duration_s=60)) == marked


def test_activities_within_a_long_meeting_are_marked_also_after_a_short_call_in_it() -> None:
    rules = UnverifiedRules(counts=False, overlaps=Overlaps(more_than_s=0))

    meeting, calls = _at(0, duration_s=3600), [_at(second, duration_s=10) for second in (60, 600, 3600)]
    assert _marked(rules, meeting, *calls) == [1, 2]


def test_an_activity_ends_to_the_microsecond() -> None:
    rules = UnverifiedRules(counts=False, overlaps=Overlaps(more_than_s=0))

    assert _marked(rules, _at(0, duration_s=600.5), _at(600.5, duration_s=1)) == []
    assert _marked(rules, _at(0, duration_s=600.5), _at(600.499999, duration_s=1)) == [1]


def test_without_a_duration_nothing_overlaps() -> None:
    rules = UnverifiedRules(counts=False, overlaps=Overlaps(more_than_s=0))

    assert _marked(rules, _at(0, duration_s=600), _at(1), _at(2, duration_s=0), _at(3, duration_s=1)) == [3]


def test_overlaps_are_of_the_kinds_that_the_rule_names() -> None:
    rules = UnverifiedRules(counts=False, overlaps=Overlaps(more_than_s=0, kinds=frozenset({"call"})))

    assert _marked(rules, _at(0, duration_s=9), _at(1, kind="demo", duration_s=9), _at(2, duration_s=9)) == [2]


def test_contacts_are_counted_in_activities_of_the_kinds_that_the_rule_names() -> None:
    rules = UnverifiedRules(counts=False, same_contact=SameContact(more_than=1, kinds=frozenset({"call"})))

    assert _marked(rules, _at(0, kind="email", contact="k"), _at(1, contact="k"), _at(2, contact="k")) == [2]


def test_activities_are_taken_in_the_order_in_which_they_began() -> None:
    rules = UnverifiedRules(counts=False, same_contact=SameContact(more_than=1))

    assert _marked(rules, _at(9, contact="k"), _at(1, contact="k")) == [0]


def test_the_same_contact_is_marked_from_beyond_the_limit_on() -> None:
    rules = UnverifiedRules(counts=False, same_contact=SameContact(more_than=2))

    calls = [_at(number * 600, contact="k") for number in range(4)]
    assert _marked(rules, *calls, _at(9, contact="other"), _at(10), _at(11), _at(12)) == [2, 3]


def test_each_reason_is_a_phrase_about_the_activity() -> None:
    rules = UnverifiedRules(
        counts=True,
        bursts=Bursts(more_than=1, within_s=5),
        overlaps=Overlaps(more_than_s=0),
        same_contact=SameContact(more_than=1),
    )

    first, second = _at(0, duration_s=60, contact="k"), _at(1, duration_s=60, contact="k")

    assert mark_unverified([(("1",), first), (("2",), second)], rules) == {
        ("2",): (
            "began within 5 s of an earlier one",
            "began before an earlier one had ended",
            "number 2 with the same contact on the day",
        )
    }


def test_a_playbook_without_rules_marks_nothing() -> None:
    assert mark_unverified([(("1",), _at(0)), (("2",), _at(0))], None) == {}
