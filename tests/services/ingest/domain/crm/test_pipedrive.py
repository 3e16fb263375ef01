"""Pipedrive: what its types and statuses mean, and when a record counts."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.pipedrive import ADAPTER, DEALS, DONE_OUTCOMES, KINDS, RECORD_READERS
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, RefusedItem, SignatureMismatch, VerifiedWebhook
from shared.observation import Observation
from tests.services.ingest.conftest import to_json
from tests.services.ingest.senders import NOW, SECRET
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
TIMES: Final = {
    "won_time": "2026-01-12 00:00:00",
    "lost_time": "2026-01-12 01:00:00",
    "stage_change_time": "2026-01-12 02:00:00",
    "add_time": "2026-01-12 03:00:00",
}
NO_FIELDS: Final[Mapping[str, object]] = MappingProxyType({})


def _body(entity: str, record: Mapping[str, object] = NO_FIELDS, *, action: str = "change") -> dict[str, object]:
    meta = {"entity": entity, "entity_id": "7", "action": action, "company_id": 1, "timestamp": "2026-01-13T09:00:00Z"}
    return {"meta": meta, "data": {"id": 7, **record}, "previous": None}


def _activity(record: Mapping[str, object]) -> Observation:
    return observe(SOURCE, _body("activity", record))


def _deal(record: Mapping[str, object]) -> Observation:
    return observe(SOURCE, _body("deal", record))


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
        ({"due_date": "2026-01-12", "marked_as_done_time": "2026-01-12 18:00:00"}, "2026-01-12T18:00:00+00:00"),
        ({"due_date": "2026-01-12", "marked_as_done_time": "2026-01-12 18:00:00", "done": False}, "2026-01-12T12:00:00+00:00"),
        ({"due_date": "2026-01-12"}, "2026-01-12T12:00:00+00:00"),
        ({"due_time": "09:30"}, None),
        ({"due_time": "09:30", "marked_as_done_time": "2026-01-12 18:00:00"}, "2026-01-12T18:00:00+00:00"),
        ({}, None),
    ],
)
def test_an_activity_counts_at_its_due_time_or_when_it_was_done_or_on_its_due_date(
    record: dict[str, object], started_at: str | None
) -> None:
    assert _activity({"type": "call", "done": True} | record).facts["started_at"] == started_at


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


@pytest.mark.parametrize(
    ("status", "kind", "started_at"),
    [
        ("won", "deal_won", "2026-01-12T00:00:00+00:00"),
        ("lost", "deal_lost", "2026-01-12T01:00:00+00:00"),
        ("open", "deal_stage_changed", "2026-01-12T02:00:00+00:00"),
    ],
)
def test_a_deal_counts_when_it_was_won_or_lost_or_last_moved(status: str, kind: str, started_at: str) -> None:
    deal = _deal({"status": status, "stage_id": 3} | TIMES)

    assert (deal.kind, deal.facts["started_at"], deal.facts["stage"]) == (kind, started_at, "3")


def test_every_status_is_expected() -> None:
    assert DEALS.keys() == {"won", "lost"}


def test_a_deal_that_never_moved_counts_when_it_was_added() -> None:
    assert _deal({"status": "open", "add_time": TIMES["add_time"]}).facts["started_at"] == "2026-01-12T03:00:00+00:00"


@pytest.mark.parametrize(("status", "kind"), [("open", "proposal_sent"), ("won", "deal_won")])
def test_a_stage_of_an_open_deal_can_have_a_kind_of_its_own(status: str, kind: str) -> None:
    assert _deal({"status": status, "stage_id": 7}).kind == kind


@pytest.mark.parametrize("action", ["delete", "deleted"])
def test_a_deletion_deletes_and_a_merge_too(action: str) -> None:
    merged = _body("deal")
    merged["meta"] = {**_meta(merged), "merged_to_id": 8}

    assert observe(SOURCE, _body("deal", action=action)).deleted
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


@pytest.mark.parametrize(("record", "actor"), [({"owner_id": 1, "user_id": 3}, "1"), ({"user_id": {"id": 3}}, "3")])
def test_a_deal_belongs_to_its_owner_or_else_to_its_user(record: dict[str, object], actor: str) -> None:
    assert _deal(record).facts["actor"] == actor


def test_a_deal_has_an_exact_value_and_its_currency_or_neither() -> None:
    priced, free = _deal({"value": 0, "currency": "EUR"}).facts, _deal({"currency": ""}).facts

    assert (priced["amount"], priced["currency"]) == ("0", "EUR")
    assert (free["amount"], free["currency"], free["stage"]) == (None, None, None)


def test_a_deal_that_never_moved_since_it_was_won_counts_when_it_last_moved() -> None:
    assert _deal({"status": "won", "stage_change_time": TIMES["stage_change_time"]}).facts["started_at"] == (
        "2026-01-12T02:00:00+00:00"
    )


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
    deal = observe(SOURCE, {"v": 1, "meta": V1_META, "current": {"status": "won", "won_time": TIMES["won_time"]}})

    assert (deal.activity_id, deal.account, deal.kind) == ("deal-7", "1", "deal_won")
    assert deal.observed_at.isoformat() == "2026-01-12T09:00:00.123000+00:00"


def test_a_deletion_in_v1_has_only_the_previous_record() -> None:
    deletion = observe(SOURCE, {"meta": V1_META | {"action": "change"}, "previous": {"status": "lost"}})

    assert deletion.kind == "deal_lost"


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
    assert observe(replace(SOURCE, account="acme"), {"meta": meta, "previous": {"status": "lost"}}).kind == "deal_lost"
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
    assert translate_json(SOURCE, _body("person")) == []


def test_a_time_in_an_unknown_zone_is_refused() -> None:
    due_time = {"value": "09:30:00", "timezone_id": "Middle/Earth"}

    refused = translate_json(SOURCE, _body("activity", {"type": "call", "due_date": "2026-01-12", "due_time": due_time}))

    assert refused == [RefusedItem(index=0, problem="due_time: is not a time in a known zone")]


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=10, attempts_max=4, window_s=183)
