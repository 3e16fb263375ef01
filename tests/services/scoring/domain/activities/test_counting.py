"""To which day an activity belongs, and what it counts for."""

from datetime import date
from decimal import Decimal

import pytest

from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.activities.assignment import RepDay, assign
from services.scoring.domain.activities.counting import counted_behaviours, counted_goals, explain_failure
from services.scoring.domain.playbook.filters import make_filter
from services.scoring.domain.playbook.playbook import Goal
from services.scoring.domain.roster.roster import Identity
from shared.events import GoalKey
from shared.facts import ColumnValue, Threshold
from tests.services.scoring.domain.builders import ACME, activity, behaviour, rep, rep_id_of, roster

TUESDAY = date(2026, 3, 3)


def test_an_activity_belongs_to_the_reps_local_day_on_which_it_started() -> None:
    assigned = assign(activity(), source=ACME, account="", roster=roster(rep()))

    assert assigned == RepDay(rep_id_of("ana"), TUESDAY)


@pytest.mark.parametrize(
    "unassigned",
    [
        activity({"actor": None}),
        activity({"started_at": None}),
        activity({"actor": "nobody"}),
        activity(is_deleted=True),
    ],
    ids=["no user", "no start", "an unmatched user", "deleted"],
)
def test_it_belongs_to_no_day_while_its_user_or_start_is_unknown_or_it_is_deleted(unassigned: Activity) -> None:
    assert assign(unassigned, source=ACME, account="", roster=roster(rep())) is None


def test_an_identity_for_an_account_is_preferred_to_one_for_the_whole_source() -> None:
    eu = rep(name="eu", identities=(Identity(source=ACME, user="7", account="eu"),))
    anywhere = rep(name="any")
    both = roster(eu, anywhere)

    assert assign(activity(), source=ACME, account="eu", roster=both) == RepDay(rep_id_of("eu"), TUESDAY)
    assert assign(activity(), source=ACME, account="us", roster=both) == RepDay(rep_id_of("any"), TUESDAY)


FULL: dict[str, Threshold] = {
    "kinds": frozenset({"call"}),
    "min_duration_s": 120.0,
    "outcomes": frozenset({"connected"}),
    "directions": frozenset({"outbound"}),
    "min_amount": Decimal(100),
    "stages": frozenset({"offer"}),
}
FACTS: dict[str, ColumnValue] = {
    "duration_s": 120.0,
    "outcome": "connected",
    "direction": "outbound",
    "amount": Decimal(100),
    "stage": "offer",
}


def test_an_activity_counts_when_every_condition_holds() -> None:
    assert counted_behaviours(activity(FACTS), [behaviour(counts=FULL)]) == ("calls",)


@pytest.mark.parametrize(
    ("near_miss", "failure"),
    [
        ({"kind": "email"}, "kind email is not call"),
        ({"duration_s": 119.9}, "duration 119.9 s is not 120 s or more"),
        ({"duration_s": None}, "duration is unknown but must be 120 s or more"),
        ({"outcome": "no_answer"}, "outcome no answer is not connected"),
        ({"direction": None}, "direction is unknown but must be outbound"),
        ({"amount": Decimal("99.99")}, "amount 99.99 is not 100 or more"),
        ({"stage": "won"}, "stage won is not offer"),
    ],
)
def test_one_condition_that_does_not_hold_is_enough_and_is_named(near_miss: dict[str, ColumnValue], failure: str) -> None:
    missed = activity(FACTS | near_miss)

    assert counted_behaviours(missed, [behaviour(counts=FULL)]) == ()
    assert explain_failure(missed, behaviour(counts=FULL).counts) == failure


def test_several_allowed_texts_are_listed() -> None:
    either = behaviour(counts={"outcomes": frozenset({"meeting_booked", "connected"})})

    assert counted_behaviours(activity({"outcome": "meeting_booked"}), [either]) == ("calls",)
    assert explain_failure(activity({"outcome": "busy"}), either.counts) == "outcome busy is not connected or meeting booked"


def test_nothing_counts_without_a_playbook_or_when_deleted() -> None:
    assert counted_behaviours(activity(), []) == ()
    assert counted_behaviours(activity(is_deleted=True), [behaviour()]) == ()


def test_goals_count_as_behaviours_do() -> None:
    goal = Goal(key=GoalKey("month"), label="Calls", counts=make_filter(FULL), period="month", step=1)

    assert counted_goals(activity(FACTS), [goal]) == ("month",)
    assert counted_goals(activity(), [goal]) == ()
