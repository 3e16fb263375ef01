"""Reading any JSON by a map: units, directions, and what a deal has come to."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pytest

from services.ingest.domain.field_map import (
    CALL_OUTCOMES,
    DIRECTIONS,
    FIELDS,
    ExpressionRefused,
    compile_expression,
    identify_by_map,
    split_by_map,
)
from services.ingest.domain.webhook import BodyUnreadable, RefusedItem, VerifiedWebhook
from shared.fact_values import ACTIVITY_KINDS, FactValue
from shared.observation import Observation, UnreadableFact
from tests.services.ingest.senders import NOW
from tests.services.ingest.senders.sender import make_source, observe, translate_json

FIELDS_BY_NAME: Final = {
    name: name for name in FIELDS - {"items", "deleted", "duration_clock", "duration_from", "duration_until"}
}
NO_KINDS: Final[Mapping[str, str]] = MappingProxyType({})
RECORD: Final = {"activity_id": "1", "kind": "call", "observed_at": "2026-01-12T09:00:00Z"}


def _observe(
    record: Mapping[str, object], *, fields: Mapping[str, str] = FIELDS_BY_NAME, kinds: Mapping[str, str] = NO_KINDS
) -> Observation:
    source = make_source("shared-secret", fields=fields, kinds=kinds, outcomes={"Reached": "held"})
    return observe(source, {**RECORD, **record})


@pytest.mark.parametrize(
    ("name", "value", "fact", "expected"),
    [
        ("duration_s", "182", "duration_s", 182),
        ("duration_ms", 1_500, "duration_s", 1.5),
        ("duration_min", 3, "duration_s", 180),
        ("amount", "1250.00", "amount", "1250.00"),
        ("amount", "1e3", "amount", "1000"),
        ("amount_cents", 100_001, "amount", "1000.01"),
        ("amount_micros", 1_000_001, "amount", "1.000001"),
    ],
)
def test_a_field_has_the_unit_of_its_name(name: str, value: object, fact: str, expected: FactValue) -> None:
    assert _observe({name: value}).facts == {fact: expected}


@pytest.mark.parametrize(
    ("record", "duration_s"),
    [
        ({"clock": "03:02"}, 182),
        ({"begin": "2026-01-12T09:00:00Z", "end": "2026-01-12T09:03:02Z"}, 182),
        ({"begin": "2026-01-12T09:00:00Z"}, None),
        ({"begin": "2026-01-12T09:00:00Z", "end": 0}, None),
        ({"begin": 0, "end": "2026-01-12T09:00:00Z"}, None),
    ],
)
def test_a_duration_can_be_a_clock_or_two_times(record: dict[str, object], duration_s: float | None) -> None:
    fields = {"activity_id": "activity_id", "kind": "kind", "observed_at": "observed_at"}
    fields |= {"duration_clock": "clock", "duration_from": "begin", "duration_until": "end"}

    assert _observe(record, fields=fields).facts.get("duration_s") == duration_s


@pytest.mark.parametrize("duration", ["long", [182], -1])
def test_a_duration_that_is_not_a_number_is_left_out(duration: object) -> None:
    source = make_source("shared-secret", fields=FIELDS_BY_NAME)

    observation, unreadable = translate_json(source, RECORD | {"actor": "7", "duration_s": duration})

    assert isinstance(observation, Observation)
    assert observation.facts == {"actor": "7"}
    assert unreadable == UnreadableFact(name="duration_s", problem="must be a number of seconds from 0 to 2678400")


@pytest.mark.parametrize("duration", [None, "", False, True])
def test_an_expression_that_finds_no_duration_states_none(duration: object) -> None:
    assert _observe({"duration_s": duration}).facts == {}


def test_a_duration_in_another_unit_counts_if_there_is_none_in_the_first() -> None:
    assert _observe({"duration_s": None, "duration_min": 3}).facts == {"duration_s": 180}
    assert _observe({"duration_s": 0, "duration_min": 3}).facts == {"duration_s": 0}


@pytest.mark.parametrize(
    ("started_at", "expected"),
    [
        ("2026-01-12", {"started_at": None, "started_on": "2026-01-12"}),
        ("2026-01-12 9:30", {"started_at": "2026-01-12T09:30:00+00:00"}),
        (1768208400.5, {"started_at": "2026-01-12T09:00:00.500000+00:00"}),
        (None, {}),
    ],
)
def test_an_activity_starts_at_a_time_or_on_a_date(started_at: object, expected: dict[str, FactValue]) -> None:
    assert _observe({"started_at": started_at}).facts == expected


@pytest.mark.parametrize(("booked_at", "expected"), [("2026-01-12T08:00:00Z", "2026-01-12T08:00:00+00:00"), (None, None)])
def test_a_meeting_may_say_when_it_was_booked(booked_at: object, expected: str | None) -> None:
    assert _observe({"kind": "meeting", "booked_at": booked_at}).facts.get("booked_at") == expected


@pytest.mark.parametrize(("currency", "expected"), [(" eur ", "EUR"), ("", None), (978, None)])
def test_a_currency_is_in_capitals(currency: object, expected: str | None) -> None:
    assert _observe({"currency": currency}).facts.get("currency") == expected


def test_a_field_that_is_not_a_text_where_one_belongs_is_written_as_one_and_an_object_is_left_out() -> None:
    assert _observe({"url": 7, "deal_id": {"id": 7}, "contact_key": 71}).facts == {
        "url": "7",
        "deal_id": None,
        "contact_key": "71",
    }


@pytest.mark.parametrize(("account", "expected"), [("us", "us"), (7, "7"), ("", "eu"), (None, "eu")])
def test_an_activity_is_of_the_account_in_the_item_or_else_of_that_of_the_source(account: object, expected: str) -> None:
    source = make_source("shared-secret", account="eu", fields=FIELDS_BY_NAME)

    assert observe(source, RECORD | {"account": account}).account == expected


@pytest.mark.parametrize("activity_id", [None, "", {"id": 1}, [1]])
def test_an_id_that_is_not_a_plain_value_is_refused(activity_id: object) -> None:
    source = make_source("shared-secret", fields=FIELDS_BY_NAME)

    assert translate_json(source, RECORD | {"activity_id": activity_id}) == [
        RefusedItem(index=0, problem="activity_id: must be text and not empty")
    ]


@pytest.mark.parametrize(
    "expression",
    ["length(`1`)", "nothing(@)", "contains('abc', `1`)", "_.body.numbers[::0]", "(" * 5_000 + "kind" + ")" * 5_000],
    ids=["type", "function", "operand", "step", "depth"],
)
def test_an_expression_that_does_not_fit_an_item_finds_nothing(expression: str) -> None:
    assert _observe({"numbers": [1]}, fields=FIELDS_BY_NAME | {"stage": expression}).facts == {}


def test_text_that_is_not_an_expression_is_refused_in_one_line() -> None:
    with pytest.raises(ExpressionRefused, match=r"\AInvalid jmespath expression: Incomplete expression:\Z"):
        compile_expression("a[")


def test_items_without_a_time_are_received_a_microsecond_apart() -> None:
    webhook = VerifiedWebhook(source=make_source("zoho").name, headers={}, body=b"[{},{},7]", received_at=NOW)

    items = split_by_map(webhook, make_source("zoho"), {})

    assert [item["_"]["received_at"] for item in items if isinstance(item, dict)] == [
        "2026-01-15T09:00:00+00:00",
        "2026-01-15T09:00:00.000001+00:00",
        "2026-01-15T09:00:00.000002+00:00",
    ]


def test_an_item_keeps_its_identity_so_that_a_delivery_after_an_upgrade_is_recognised() -> None:
    webhook = VerifiedWebhook(source=make_source("zoho").name, headers={"event": "call"}, body=b'{"id": 1}', received_at=NOW)

    (item,) = split_by_map(webhook, make_source("zoho"), {})

    assert isinstance(item, dict)
    assert identify_by_map(item) == (bytes.fromhex("8ba252f5d4314ab66fe939179ab6dbc3"), "call", b'{"id":1}')


@pytest.mark.parametrize(
    ("value", "direction"),
    {
        "in": "inbound",
        "inbound": "inbound",
        "Incoming": "inbound",
        "out": "outbound",
        "OUTBOUND": "outbound",
        "outgoing": "outbound",
        "sideways": None,
    }.items(),
)
def test_a_direction_is_ours_or_left_out(value: str, direction: str | None) -> None:
    assert _observe({"direction": value}).facts.get("direction") == direction
    assert direction is None or value.lower() in DIRECTIONS


@pytest.mark.parametrize(("kind", "outcome"), [("call", "connected"), ("meeting", "held")])
def test_an_outcome_means_something_else_for_a_call(kind: str, outcome: str) -> None:
    assert _observe({"kind": kind, "outcome": "Reached"}).facts == {"outcome": outcome, "outcome_raw": "Reached"}


@pytest.mark.parametrize(
    ("outcome", "expected"), [("reached", "other"), ("held", "held"), ("no_show", "no_show"), ("Held", "other")]
)
def test_an_outcome_of_ours_means_itself_and_any_other_phrase_is_another_outcome(outcome: str, expected: str) -> None:
    assert _observe({"kind": "meeting", "outcome": outcome}).facts == {"outcome": expected, "outcome_raw": outcome}


def test_an_outcome_of_the_source_takes_precedence_over_that_of_the_sender() -> None:
    source = make_source("outreach", outcomes={"busy": "no_answer"})
    body = {"data": {"type": "task", "id": 7, "attributes": {"updatedAt": "2026-01-12T09:00:00Z", "state": "Busy"}}}

    assert observe(source, body).facts["outcome"] == "no_answer"


def test_the_outcomes_of_calls_are_pinned() -> None:
    assert CALL_OUTCOMES == {"held": "connected", "completed": "connected", "no_show": "no_answer"}


@pytest.mark.parametrize(
    ("kind", "is_ours"), [*[(kind, True) for kind in sorted(ACTIVITY_KINDS)], ("prospect", False), ("", False)]
)
def test_only_our_kinds_and_mapped_ones_are_activities(kind: str, is_ours: bool) -> None:
    source = make_source("shared-secret", fields=FIELDS_BY_NAME)

    assert bool(translate_json(source, RECORD | {"kind": kind})) is is_ours


def test_microsofts_times_are_read_whatever_their_offset() -> None:
    assert _observe({"started_at": "/Date(1768208400000-0700)/"}).facts == {"started_at": "2026-01-12T09:00:00+00:00"}


def test_a_body_without_items_is_unreadable() -> None:
    source = make_source("shared-secret", fields=FIELDS_BY_NAME | {"items": "events"})

    with pytest.raises(BodyUnreadable, match="no items where the configuration looks"):
        translate_json(source, {"other": []})
