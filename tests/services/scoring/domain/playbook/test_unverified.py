"""What a playbook marks as unverified: only what goes beyond its measure, each with a reason."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scoring.domain.activities.activity_record import NOTHING_YET, Derived
from services.scoring.domain.playbook.unverified import Bursts, Overlaps, SameContact, Unverified, doubts

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _at(second: int, *, kind: str = "call", duration_s: float | None = None, contact: str | None = None) -> Derived:
    begun = NOON + timedelta(seconds=second)
    return NOTHING_YET._replace(kind=kind, started_at=begun, duration_s=duration_s, contact_key=contact)


def _marked(rules: Unverified, *activities: Derived) -> list[int]:
    """The numbers of the marked ones, in whatever order the activities are looked at."""
    keyed = [((str(number),), one) for number, one in enumerate(activities)]
    found = doubts(keyed, rules)
    assert doubts(keyed[::-1], rules) == found
    return sorted(int(key) for (key,) in found)


@pytest.mark.parametrize(
    ("seconds", "marked"),
    [
        ((0, 10, 20), []),  # three are no more than three
        ((0, 10, 20, 30), [3]),
        ((0, 10, 20, 60), [3]),  # the limit belongs to the burst
        ((0, 10, 20, 61), []),  # a second later does not
        ((0, 1, 2, 3, 4), [3, 4]),
        ((0, 0, 0, 0), [3]),  # all at once, as by an import: three of them stand
    ],
)
def test_of_a_burst_what_goes_beyond_the_measure_is_marked(seconds: tuple[int, ...], marked: list[int]) -> None:
    rules = Unverified(counts=False, bursts=Bursts(more_than=3, within_s=60))

    assert _marked(rules, *[_at(second) for second in seconds]) == marked


def test_a_burst_is_one_of_the_kinds_that_are_named() -> None:
    rules = Unverified(counts=False, bursts=Bursts(more_than=1, within_s=60, kinds=frozenset({"call"})))

    assert _marked(rules, _at(0), _at(1, kind="email"), _at(2, kind="email"), _at(3)) == [3]


@pytest.mark.parametrize(
    ("second", "marked"),
    [(1, [1]), (589, [1]), (590, []), (600, [])],  # ten seconds of overlap are let pass
)
def test_nobody_is_in_two_conversations_at_once(second: int, marked: list[int]) -> None:
    rules = Unverified(counts=False, overlaps=Overlaps(more_than_s=10))

    assert _marked(rules, _at(0, duration_s=600), _at(second, duration_s=60)) == marked


def test_what_lies_within_a_long_meeting_is_marked_also_after_a_short_call_in_it() -> None:
    rules = Unverified(counts=False, overlaps=Overlaps(more_than_s=0))

    meeting, calls = _at(0, duration_s=3600), [_at(second, duration_s=10) for second in (60, 600, 3600)]
    assert _marked(rules, meeting, *calls) == [1, 2]


def test_without_a_duration_nothing_overlaps() -> None:
    rules = Unverified(counts=False, overlaps=Overlaps(more_than_s=0))

    assert _marked(rules, _at(0, duration_s=600), _at(1), _at(2, duration_s=0)) == []


def test_the_same_contact_again_and_again_is_marked_from_beyond_the_measure_on() -> None:
    rules = Unverified(counts=False, same_contact=SameContact(more_than=2))

    calls = [_at(number * 600, contact="k") for number in range(4)]
    assert _marked(rules, *calls, _at(9, contact="other"), _at(10), _at(11), _at(12)) == [2, 3]


def test_each_reason_is_a_phrase_about_the_activity() -> None:
    rules = Unverified(
        counts=True,
        bursts=Bursts(more_than=1, within_s=5),
        overlaps=Overlaps(more_than_s=0),
        same_contact=SameContact(more_than=1),
    )

    found = doubts([(("1",), _at(0, duration_s=60, contact="k")), (("2",), _at(1, duration_s=60, contact="k"))], rules)

    assert found == {
        ("2",): (
            "begun within 5 s of an earlier one",
            "begun before an earlier one had ended",
            "number 2 with the same contact on the day",
        )
    }


def test_a_playbook_without_rules_marks_nothing() -> None:
    assert doubts([(("1",), _at(0)), (("2",), _at(0))], None) == {}
