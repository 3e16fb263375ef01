"""What a person has asked for, as policy respects it."""

from dataclasses import replace
from datetime import time

import pytest

from services.nudges.decide.policy.holdout import Assignment
from services.nudges.decide.policy.may_send import NOT_WANTED, Defer, PolicyFacts, Send, Suppress, may_send
from services.nudges.domain.feedback.preferences import MessageGroup, Preference
from shared.events import NudgeKind
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.decide.policy.facts import CELEBRATION, COACHING, FACTS, NOON, candidate_of


def _facts(preference: Preference) -> PolicyFacts:
    return replace(FACTS, preference=preference)


def test_what_is_not_wanted_is_suppressed_for_a_reason_that_names_no_choice() -> None:
    facts = _facts(Preference(unwanted=frozenset({MessageGroup.COACHING})))

    assert may_send(COACHING, facts, now=NOON) == Suppress(because=NOT_WANTED)
    assert may_send(CELEBRATION, facts, now=NOON) == Send()


def test_during_a_pause_nothing_is_sent_and_nothing_is_kept_for_later() -> None:
    facts = _facts(Preference(paused_until=TUESDAY))

    for candidate in (CELEBRATION, COACHING, candidate_of(NudgeKind.DIGEST), candidate_of(NudgeKind.RECOGNITION)):
        assert may_send(candidate, facts, now=NOON) == Suppress(because=NOT_WANTED)


@pytest.mark.parametrize("kind", [NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION, NudgeKind.THANKS])
def test_what_nobody_can_turn_off_is_sent_all_the_same(kind: NudgeKind) -> None:
    """Whether thanks reach the rep by a message is decided when they are sent, so that their manager does not see it."""
    facts = _facts(Preference(unwanted=frozenset(MessageGroup), paused_until=TUESDAY))

    assert may_send(candidate_of(kind), facts, now=NOON) == Send()


def test_what_is_not_wanted_is_no_part_of_the_experiment() -> None:
    facts = replace(_facts(Preference(paused_until=TUESDAY)), assignment=Assignment(number=0.0, holdout=0.5))

    assert may_send(CELEBRATION, facts, now=NOON) == Suppress(because=NOT_WANTED)


def test_praise_waits_for_the_hours_that_the_person_wants() -> None:
    early = _facts(Preference(not_before=time(13)))
    late = _facts(Preference(not_before=time(10), not_after=time(12)))

    assert may_send(CELEBRATION, early, now=NOON) == Defer(until=at(MONDAY, "13:00"), because="before working hours")
    assert may_send(CELEBRATION, early, now=at(MONDAY, "13:00")) == Send()
    assert may_send(CELEBRATION, late, now=NOON) == Defer(until=at(TUESDAY, "10:00"), because="after working hours")
    assert may_send(COACHING, early, now=NOON) == Suppress(because="before working hours")


@pytest.mark.parametrize("kind", [NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION])
def test_an_announcement_respects_the_wanted_hours_unless_none_of_the_day_is_wanted(kind: NudgeKind) -> None:
    candidate = candidate_of(kind)

    waits = may_send(candidate, _facts(Preference(not_before=time(13))), now=NOON)
    assert waits == Defer(until=at(MONDAY, "13:00"), because="before working hours")
    assert may_send(candidate, _facts(Preference(not_before=time(23))), now=NOON) == Send()
    nothing = may_send(CELEBRATION, _facts(Preference(not_before=time(23))), now=NOON)
    assert nothing == Defer(until=at(TUESDAY, "23:00"), because="no working hours that day")
