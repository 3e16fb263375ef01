"""Where an activity belongs and what it counts for."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.scoring.domain.activities.counting import Place, counted_by, failed_filter, place
from services.scoring.domain.activities.fact_states import Activity
from services.scoring.domain.roster.roster import Identity
from tests.services.scoring.domain.builders import behaviour, rep, roster


def _activity(**changes: Any) -> Activity:
    given: dict[str, Any] = dict.fromkeys(Activity.__struct_fields__)
    given |= {"kind": "call", "deleted": False, "actor": "7", "started_at": datetime(2026, 3, 2, 23, 30, tzinfo=UTC)}
    return Activity(**(given | changes))


def test_an_activity_belongs_to_the_reps_local_day_in_which_it_started() -> None:
    found = place(_activity(), source="acme", account="", roster=roster(rep()))

    assert found == Place("ana", date(2026, 3, 3))


@pytest.mark.parametrize("missing", [{"actor": None}, {"started_at": None}, {"deleted": True}, {"actor": "nobody"}])
def test_it_is_nobodys_while_it_is_not_known_whose_or_when_or_is_deleted(missing: dict[str, Any]) -> None:
    assert place(_activity(**missing), source="acme", account="", roster=roster(rep())) is None


def test_an_identity_bound_to_an_account_goes_before_one_for_the_whole_source() -> None:
    eu = rep("eu", identities=(Identity(source="acme", user="7", account="eu"),))
    anywhere = rep("any")
    both = roster(eu, anywhere)

    assert place(_activity(), source="acme", account="eu", roster=both) == Place("eu", date(2026, 3, 3))
    assert place(_activity(), source="acme", account="us", roster=both) == Place("any", date(2026, 3, 3))


FULL: dict[str, Any] = {
    "kinds": frozenset({"call"}),
    "min_duration_s": 120,
    "outcomes": frozenset({"connected"}),
    "directions": frozenset({"outbound"}),
    "min_amount": Decimal(100),
    "stages": frozenset({"offer"}),
}
FACTS: dict[str, Any] = {
    "duration_s": 120.0,
    "outcome": "connected",
    "direction": "outbound",
    "amount": Decimal(100),
    "stage": "offer",
}


def test_an_activity_counts_when_every_filter_holds() -> None:
    assert counted_by(_activity(**FACTS), [behaviour(**FULL)]) == ("calls",)


@pytest.mark.parametrize(
    ("near_miss", "why"),
    [
        ({"kind": "email"}, "kind email is not call"),
        ({"duration_s": 119.9}, "duration 119.9 s is not 120 s or more"),
        ({"duration_s": None}, "unknown duration is not 120 s or more"),
        ({"outcome": "no_answer"}, "outcome no_answer is not connected"),
        ({"direction": None}, "unknown direction is not outbound"),
        ({"amount": Decimal("99.99")}, "amount 99.99 is not 100 or more"),
        ({"stage": "won"}, "stage won is not offer"),
    ],
)
def test_one_filter_that_does_not_hold_is_enough_and_is_named(near_miss: dict[str, Any], why: str) -> None:
    activity = _activity(**(FACTS | near_miss))

    assert counted_by(activity, [behaviour(**FULL)]) == ()
    assert failed_filter(activity, behaviour(**FULL).counts) == why


def test_nothing_counts_without_a_playbook_or_when_deleted() -> None:
    assert counted_by(_activity(), []) == ()
    assert counted_by(_activity(deleted=True), [behaviour()]) == ()
