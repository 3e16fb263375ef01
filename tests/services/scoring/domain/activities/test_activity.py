"""Reading an activity from what was stated about it."""

from datetime import UTC, date, datetime
from decimal import Decimal

from services.scoring.domain.activities.activity import read_activity
from services.scoring.domain.activities.statements import DELETED, OBSERVED_KIND, FactStates
from shared.fact_values import FactValue
from shared.facts import STORED_FACTS


def _states(**facts: FactValue) -> FactStates:
    return {name: (value, "2026-03-02T09:00:00.000000+00:00", "e1") for name, value in facts.items()}


def test_every_fact_with_a_column_is_read_as_a_value_of_its_type() -> None:
    states = _states(
        kind="call",
        actor="7",
        started_at="2026-03-02T09:00:00+00:00",
        started_on="2026-03-02",
        duration_s=120,
        outcome="connected",
        direction="outbound",
        amount="20000.50",
        stage="offer",
        contact_key="hmac:1",
    )

    activity = read_activity(states)

    assert activity.values == (
        "call",
        "7",
        datetime(2026, 3, 2, 9, tzinfo=UTC),
        date(2026, 3, 2),
        120.0,
        "connected",
        "outbound",
        Decimal("20000.50"),
        "offer",
        "hmac:1",
    )
    assert [type(value) for value in activity.values] == [fact.column.value_type for fact in STORED_FACTS if fact.column]


def test_the_well_known_facts_are_attributes() -> None:
    activity = read_activity(_states(actor="7", duration_s=0, stage=None, **{OBSERVED_KIND: "demo"}))

    assert (activity.kind, activity.actor, activity.duration_s, activity.stage) == ("demo", "7", 0.0, None)
    assert (activity.started_at, activity.outcome, activity.direction, activity.amount) == (None, None, None, None)


def test_an_activity_of_which_nothing_is_known_has_an_empty_kind_and_is_not_deleted() -> None:
    activity = read_activity({})

    assert (activity.kind, activity.is_deleted, activity.contact_key) == ("", False, None)
    assert read_activity(_states(**{DELETED: True})).is_deleted
    assert not read_activity(_states(**{DELETED: False})).is_deleted
