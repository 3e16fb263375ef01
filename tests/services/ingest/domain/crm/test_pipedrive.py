"""Pipedrive: what its types mean, when an activity counts, and how a change is read."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.pipedrive import ADAPTER, DONE_OUTCOMES, KINDS, RECORD_READERS
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, RefusedItem, SignatureMismatch, VerifiedWebhook
from shared.observation import Observation, UnreadableFact
from tests.services.ingest.conftest import to_json
from tests.services.ingest.senders import NOW, SECRET
from tests.services.ingest.senders.pipedrive import make_body
from tests.services.ingest.senders.sender import make_source, observe, translate_json

SOURCE: Final = make_source("pipedrive", kinds={"site_visit": "meeting", "7": "proposal_sent"}, outcomes={"lunch": "other"})
EXPECTED_TYPES: Final = {
    "call": ("call", "connected"),
    "meeting": ("meeting", "held"),
    "demo": ("demo", "held"),
    "lunch": ("meeting", "other"),
    "email": ("email", "sent"),
    "task": ("task", "completed"),
    "deadline": ("task", "completed"),
    "site_visit": ("meeting", "held"),
    "unheard_of": ("task", "completed"),
}


def _activity(record: Mapping[str, object]) -> Observation:
    return observe(SOURCE, make_body("activity", record))


@pytest.mark.parametrize(("activity_type", "expected"), EXPECTED_TYPES.items())
def test_a_type_is_a_kind_and_an_outcome_once_it_is_done(activity_type: str, expected: tuple[str, str]) -> None:
    done, planned = [_activity({"type": activity_type, "done": is_done}) for is_done in (True, False)]

    assert (done.kind, done.facts["outcome"]) == expected
    assert (planned.kind, planned.facts["outcome"]) == (expected[0], "scheduled")
    assert done.facts["outcome_raw"] == activity_type


def test_every_type_is_expected() -> None:
    assert EXPECTED_TYPES.keys() - {"site_visit", "unheard_of"} == KINDS.keys()
    assert DONE_OUTCOMES.keys() <= {kind for kind, _ in EXPECTED_TYPES.values()}


@pytest.mark.parametrize(
    ("record", "started_at"),
    [
        ({"due_date": "2026-01-12", "due_time": "09:30"}, "2026-01-12T09:30:00+00:00"),
        ({"due_date": "2026-01-12", "due_time": "09:30:15"}, "2026-01-12T09:30:15+00:00"),
        (
            {"due_date": "2026-01-12", "due_time": {"value": "09:30:00", "timezone_id": "Europe/Madrid"}},
            "2026-01-12T08:30:00+00:00",
        ),
        ({"due_date": "2026-01-12", "due_time": {"value": "09:30:00", "timezone_id": ""}}, "2026-01-12T09:30:00+00:00"),
        ({"due_time": "09:30", "marked_as_done_time": "2026-01-12 18:00:00"}, "2026-01-12T18:00:00+00:00"),
    ],
)
def test_an_activity_counts_at_its_due_time_until_it_is_marked_as_done(record: dict[str, object], started_at: str) -> None:
    facts = _activity({"type": "call", "done": True} | record).facts

    assert (facts["started_at"], "started_on" in facts) == (started_at, False)


PLANNED: Final = {"due_date": "2026-01-12", "due_time": "09:30", "marked_as_done_time": "2026-01-11 18:00:00"}


@pytest.mark.parametrize(
    ("activity_type", "done", "started_at"),
    [
        ("call", True, "2026-01-11T18:00:00+00:00"),
        ("call", False, "2026-01-12T09:30:00+00:00"),
        ("email", True, "2026-01-11T18:00:00+00:00"),
        ("deadline", True, "2026-01-11T18:00:00+00:00"),
        ("meeting", True, "2026-01-12T09:30:00+00:00"),
        ("demo", True, "2026-01-12T09:30:00+00:00"),
        ("site_visit", True, "2026-01-12T09:30:00+00:00"),
    ],
)
def test_a_meeting_is_when_it_was_planned_and_anything_else_when_it_was_done(
    activity_type: str, done: bool, started_at: str
) -> None:
    assert _activity({"type": activity_type, "done": done} | PLANNED).facts["started_at"] == started_at


@pytest.mark.parametrize(
    "record",
    [
        {"due_date": "2026-01-12"},
        {"due_date": "2026-01-12", "due_time": ""},
        {"due_date": "2026-01-12", "due_time": {"value": None, "timezone_id": "Europe/Madrid"}},
        {"due_date": "2026-01-12", "marked_as_done_time": "2026-01-12 18:00:00", "done": False},
    ],
)
def test_an_activity_without_a_time_is_on_its_due_date(record: dict[str, object]) -> None:
    facts = _activity({"type": "call", "done": True} | record).facts

    assert (facts["started_at"], facts["started_on"]) == (None, "2026-01-12")


@pytest.mark.parametrize("record", [{}, {"due_time": "09:30"}, {"done": False, "marked_as_done_time": "2026-01-12 18:00:00"}])
def test_an_activity_without_a_date_withdraws_when_it_was(record: dict[str, object]) -> None:
    facts = _activity({"type": "call", "done": True} | record).facts

    assert (facts["started_at"], facts["started_on"]) == (None, None)


@pytest.mark.parametrize(
    ("activity_type", "is_booking"),
    [("meeting", True), ("demo", True), ("lunch", True), ("site_visit", True), ("call", False), ("task", False)],
)
def test_only_a_meeting_is_booked_when_it_is_added(activity_type: str, is_booking: bool) -> None:
    added, undated = [
        _activity({"type": activity_type, "add_time": add_time}).facts for add_time in ("2026-01-10 08:00:00", None)
    ]

    assert added.get("booked_at") == ("2026-01-10T08:00:00+00:00" if is_booking else None)
    assert "booked_at" not in undated


@pytest.mark.parametrize(
    ("duration", "duration_s"),
    [("00:05", 300), ("01:30", 5_400), ({"value": "00:45:30"}, 2_730), ({"value": None}, None), ("", None), (None, None)],
)
def test_a_duration_is_read_in_either_format(duration: object, duration_s: float | None) -> None:
    assert _activity({"type": "call", "duration": duration}).facts["duration_s"] == duration_s


@pytest.mark.parametrize(
    ("done", "outcome"), [(True, "completed"), (1, "completed"), (2, "scheduled"), (0, "scheduled"), (None, "scheduled")]
)
def test_an_activity_without_a_type_is_a_task_that_is_done_or_scheduled(done: object, outcome: str) -> None:
    task = _activity({"done": done})

    assert (task.kind, task.facts["outcome"], task.facts["outcome_raw"]) == ("task", outcome, None)


@pytest.mark.parametrize("action", ["delete", "deleted"])
def test_a_deletion_deletes_and_a_merge_too(action: str) -> None:
    merged = make_body("deal")
    merged["meta"] = {**_meta(merged), "merged_to_id": 8}

    assert observe(SOURCE, make_body("deal", action=action)).deleted
    assert observe(SOURCE, merged).deleted


def _meta(body: dict[str, object]) -> dict[str, object]:
    meta = body["meta"]
    assert isinstance(meta, dict)
    return meta


@pytest.mark.parametrize(
    ("record", "actor"),
    [
        ({"owner_id": 1, "assigned_to_user_id": 2, "user_id": 3}, "1"),
        ({"assigned_to_user_id": 2, "user_id": 3}, "2"),
        ({"user_id": {"id": 3, "name": "Ana"}}, "3"),
        ({}, None),
    ],
)
def test_an_activity_belongs_to_its_owner_or_else_to_its_user(record: dict[str, object], actor: str | None) -> None:
    assert _activity({"type": "call"} | record).facts["actor"] == actor


V1_META: Final = {
    "object": "deal",
    "id": 7,
    "webhook_id": "w1",
    "action": "updated",
    "company_id": 1,
    "timestamp": 1768208400,
    "timestamp_micro": 1768208400123456,
}


def test_a_change_in_v1_is_read_with_the_names_of_v2() -> None:
    deal = observe(SOURCE, {"v": 1, "meta": V1_META, "current": {"status": "won", "won_time": "2026-01-12 00:00:00"}})

    assert (deal.activity_id, deal.account, deal.facts["kind"]) == ("deal-7", "1", "deal_won")
    assert deal.observed_at.isoformat() == "2026-01-12T09:00:00.123000+00:00"


def test_a_deletion_in_v1_has_only_the_previous_record() -> None:
    deletion = observe(SOURCE, {"meta": V1_META | {"action": "change"}, "previous": {"status": "lost"}})

    assert deletion.facts["kind"] == "deal_lost"


@pytest.mark.parametrize("microseconds", [None, True, "1768208400123456"])
def test_a_change_in_v1_without_microseconds_is_as_of_its_second(microseconds: object) -> None:
    meta = V1_META | {"timestamp_micro": microseconds}

    assert observe(SOURCE, {"meta": meta, "current": {"status": "won"}}).observed_at.isoformat() == "2026-01-12T09:00:00+00:00"


@pytest.mark.parametrize("name", ["webhook_id", "id", "action", "timestamp_micro"])
def test_a_change_in_v1_is_another_one_if_any_of_its_ids_differs(name: str) -> None:
    webhooks = [
        VerifiedWebhook(source=SOURCE.name, headers={}, body=to_json({"meta": meta, "current": {}}), received_at=NOW)
        for meta in (V1_META, V1_META | {name: 8})
    ]

    first, second = [ADAPTER.items(webhook, SOURCE)[0] for webhook in webhooks]

    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert ADAPTER.identify(first) != ADAPTER.identify(second)


def test_a_change_without_a_record_is_refused_and_one_with_a_previous_record_is_read() -> None:
    meta = {"entity": "deal", "entity_id": "7", "action": "change", "timestamp": "2026-01-13T09:00:00Z"}

    assert translate_json(SOURCE, {"meta": meta}) == [RefusedItem(index=0, problem="data: is missing")]
    assert observe(replace(SOURCE, account="acme"), {"meta": meta, "previous": {"status": "lost"}}).facts["kind"] == "deal_lost"
    assert observe(replace(SOURCE, account="acme"), {"meta": meta, "previous": {"status": "lost"}}).account == "acme"


def test_a_deletion_needs_no_record() -> None:
    meta = {"entity": "deal", "entity_id": "7", "action": "delete", "timestamp": "2026-01-13T09:00:00Z"}

    assert observe(SOURCE, {"meta": meta, "data": None, "previous": None}).deleted


def test_a_change_without_an_id_is_refused() -> None:
    meta = {"entity": "deal", "action": "change", "timestamp": "2026-01-13T09:00:00Z"}

    assert translate_json(SOURCE, {"meta": meta, "data": {"status": "won"}}) == [
        RefusedItem(index=0, problem="activity_id: must be text and not empty")
    ]


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"meta": 7}'])
def test_a_body_without_meta_is_unreadable(body: bytes) -> None:
    with pytest.raises(BodyUnreadable, match=r"^must be an object with meta"):
        translate_json(SOURCE, body)


def test_a_change_in_v2_is_identified_by_its_id_and_time() -> None:
    meta = {"entity": "deal", "id": "1", "timestamp": "a"}

    first, again, other_id, other_time = [
        ADAPTER.identify({"meta": meta | changes}) for changes in ({}, {"attempt": 2}, {"id": "2"}, {"timestamp": "b"})
    ]

    assert first == again
    assert len({first, other_id, other_time}) == 3


@pytest.mark.parametrize("scheme", ["Token ", "basic:", ""])
def test_credentials_of_another_scheme_are_refused(scheme: str) -> None:
    credentials = base64.b64encode(SECRET.encode()).decode()
    webhook = RawWebhook(headers={"authorization": f"{scheme}{credentials}"}, body=b"{}")

    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(webhook, SOURCE, now=NOW)


def test_any_other_entity_is_ignored() -> None:
    assert RECORD_READERS.keys() == {"activity", "deal"}
    assert translate_json(SOURCE, make_body("person")) == []


@pytest.mark.parametrize(
    ("due_time", "problem"),
    [
        ({"value": "09:30:00", "timezone_id": "Middle/Earth"}, "has no offset from UTC; write one, such as +01:00 or Z"),
        ({"value": "noon", "timezone_id": "Europe/Madrid"}, "not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00"),
        ("noon", "not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00"),
    ],
)
def test_a_time_that_makes_no_sense_or_lies_in_an_unknown_zone_is_left_out(due_time: object, problem: str) -> None:
    call, unreadable = translate_json(
        SOURCE, make_body("activity", {"type": "call", "due_date": "2026-01-12", "due_time": due_time})
    )

    assert isinstance(call, Observation)
    assert (call.facts["outcome"], "started_at" in call.facts) == ("scheduled", False)
    assert unreadable == UnreadableFact(name="started_at", problem=problem)


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=10, attempts_max=4, window_s=183)
