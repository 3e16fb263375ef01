"""HubSpot: what events mean, and what they come to."""

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any, Final

import pytest

from services.ingest.domain.crm.hubspot import ADAPTER
from services.ingest.domain.webhook import BodyUnreadable, RefusedItem, Source
from services.scoring.domain.activities.parts import WHOLE
from shared.observation import Observation, SourceName, UnreadableFact, observation_id
from tests.services.ingest.merged_activities import Activity, merge_activity
from tests.services.ingest.senders.hubspot import make_event
from tests.services.ingest.senders.sender import make_source, observe, translate_json

SOURCE: Final = make_source("hubspot")
CONNECTED: Final = "f240bbac-87c9-4f6e-bf70-924b57d47db7"


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC)


def _merge(**changes: Any) -> dict[str, Any]:
    return make_event("0-3", subscriptionType="object.merge", **changes)


def _activity(*events: dict[str, Any], source: Source = SOURCE, part: str = WHOLE) -> Activity:
    """The activity that the events come to, or a part of it."""
    return merge_activity(source.name, translate_json(source, list(events)), part)


CALL: Final = [
    make_event(),
    make_event(name="hubspot_owner_id", value="882761034"),
    make_event(name="hs_timestamp", value="1760000000000"),
    make_event(name="hs_call_duration", value="185000", ms=1760000190000),
    make_event(name="hs_call_disposition", value=CONNECTED, ms=1760000190000),
    make_event(name="hs_call_direction", value="OUTBOUND"),
]


def test_the_events_of_a_call_come_to_one_activity_in_any_order() -> None:
    call = _activity(*CALL)

    assert (call.kind, call.actor, call.duration_s) == ("call", "882761034", 185.0)
    assert (call.outcome, call.direction, call.started_at) == ("connected", "outbound", _at(1760000000000))
    for order in permutations(CALL):
        assert _activity(*order) == call


def test_a_meeting_is_held_at_its_start_and_is_a_demo_by_its_type() -> None:
    meeting = _activity(
        make_event("0-47", "hs_meeting_start_time", "2025-10-09T09:00:00Z"),
        make_event("0-47", "hs_meeting_outcome", "COMPLETED", ms=1760000009000),
        make_event("0-47", "hs_activity_type", "Product demo"),
        make_event("0-47", "hubspot_owner_id", "7", ms=1760000019000),
    )

    assert (meeting.kind, meeting.outcome, meeting.actor) == ("demo", "held", "7")
    assert meeting.started_at == datetime(2025, 10, 9, 9, tzinfo=UTC)


def test_a_won_deal_stays_won_when_its_amount_changes_and_not_when_it_is_reopened() -> None:
    events = [
        make_event("0-3", "dealstage", "closedwon"),
        make_event("0-3", "closedate", "1760000000123"),
        make_event("0-3", "hubspot_owner_id", "7"),
        make_event("0-3", "amount", "1500.00", ms=1760000900000),
    ]
    reopened = make_event("0-3", "dealstage", "contractsent", ms=1760000950000)

    won = _activity(*events, part="won")

    assert (won.kind, won.stage, str(won.amount)) == ("deal_won", "closedwon", "1500.00")
    assert (won.started_at, won.is_deleted) == (_at(1760000000123), False)
    assert _activity(*reversed(events), part="won") == won
    assert _activity(*events, reopened, part="won").is_deleted
    assert _activity(*events, reopened, part="stage-contractsent").started_at == _at(1760000950000)


def test_a_date_of_closing_on_a_later_day_is_a_forecast_and_on_an_earlier_day_it_is_when_the_deal_was_closed() -> None:
    moved = make_event("0-3", "dealstage", "closedwon", ms=1760000000000)
    later, earlier = [make_event("0-3", "closedate", text) for text in ("2025-10-31", "2025-10-08")]

    forecast, entered_late = _activity(moved, later, part="won"), _activity(moved, earlier, part="won")

    assert (forecast.started_at, forecast.started_on) == (_at(1760000000000), None)
    assert (entered_late.started_at, entered_late.started_on) == (None, date(2025, 10, 8))


def test_the_classic_names_of_deal_events_are_understood_too() -> None:
    classic = make_event(None, "dealstage", "closedlost", subscriptionType="deal.propertyChange")

    assert _activity(classic, part="lost").kind == "deal_lost"


def test_an_account_can_add_its_own_dispositions_and_pipelines() -> None:
    own = Source(name=SourceName("hub"), kind="hubspot", secrets=(), outcomes={"my-guid": "connected", "991": "closedwon"})

    assert _activity(make_event(name="hs_call_disposition", value="my-guid"), source=own).outcome == "connected"
    assert _activity(make_event(name="hs_call_disposition", value="unknown-guid"), source=own).outcome == "other"
    assert _activity(make_event("0-3", "dealstage", "991"), source=own, part="won").kind == "deal_won"


def test_a_task_is_done_when_its_status_says_so_and_not_when_it_is_due() -> None:
    events = [
        make_event("0-27", "hs_timestamp", "1770000000000"),
        make_event("0-27", "hs_task_status", "NOT_STARTED", ms=1760000000000),
        make_event("0-27", "hs_task_status", "COMPLETED", ms=1760000500000),
    ]
    reopened = make_event("0-27", "hs_task_status", "WAITING", ms=1760000900000)

    done, again_open = _activity(*events), _activity(*events, reopened)

    assert (done.started_at, done.outcome) == (_at(1760000500000), "completed")
    assert (again_open.started_at, again_open.outcome) == (None, "open")


@pytest.mark.parametrize(("object_type", "is_booking"), [("0-47", True), ("0-48", False), ("0-27", False)])
def test_only_a_meeting_is_booked_by_its_creation(object_type: str, is_booking: bool) -> None:
    facts = observe(SOURCE, [make_event(object_type, ms=1760000000000)]).facts

    assert facts == ({"booked_at": "2025-10-09T08:53:20+00:00"} if is_booking else {})


def test_a_deletion_deletes_and_a_restoration_restores() -> None:
    deleted = make_event(subscriptionType="object.deletion", ms=1760000200000)
    restored = make_event(subscriptionType="object.restore", ms=1760000300000)

    assert _activity(*CALL, deleted).is_deleted
    assert not _activity(*CALL, deleted, restored).is_deleted


@pytest.mark.parametrize("new", [None, 3, 4])
@pytest.mark.parametrize("merged", [[1, 2], ["1", "2"], [1, 2, 3], [1, 2, 3, 4]])
def test_a_merge_ends_the_merged_records_and_never_the_primary_one(new: int | None, merged: list[int]) -> None:
    event = make_event(
        "0-3", subscriptionType="deal.merge", primaryObjectId=3, mergedObjectIds=merged, newObjectId=new, objectId=4
    )

    ended = [(item.activity_id, item.deleted) for item in translate_json(SOURCE, [event]) if isinstance(item, Observation)]

    assert ended[:2] == [("0-3-1", True), ("0-3-2", True)]
    assert ("0-3-3", True) not in ended
    assert (("0-3-4", True) in ended) is (4 in merged and new != 4)


def test_an_event_without_a_portal_belongs_to_the_account_of_the_source() -> None:
    source = make_source("hubspot", account="acme")

    assert observe(source, [make_event(portalId=None)]).account == "acme"


def test_an_event_that_states_no_fact_is_ignored() -> None:
    events = [
        make_event("0-1", "email", "x@example.com"),
        make_event(name="hs_call_title", value="a title"),
        make_event(name="dealstage", value="closedwon"),
        make_event(name="hs_activity_type", value="Product demo"),
        make_event(name="hs_call_duration", value="REDACTED", isSensitive=True),
        make_event(None, subscriptionType="contact.privacyDeletion"),
        make_event(subscriptionType="object.associationChange"),
    ]

    assert translate_json(SOURCE, events) == []


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (7, "not a JSON object"),
        *((make_event(objectId=value), "objectId: is not an id") for value in (None, "", True, 1.5, [1])),
        (_merge(primaryObjectId=3, mergedObjectIds=None), "mergedObjectIds: is not a list of ids"),
        (_merge(primaryObjectId=3, mergedObjectIds=[]), "mergedObjectIds: is not a list of ids"),
        (_merge(primaryObjectId=3, mergedObjectIds="1"), "mergedObjectIds: is not a list of ids"),
        (_merge(primaryObjectId=3, mergedObjectIds=[{}]), "mergedObjectIds: is not an id"),
        (_merge(mergedObjectIds=[1]), "primaryObjectId: is not an id"),
        (make_event(ms="soon"), "observed_at: is not a time, such as 2026-01-12T09:00:00+01:00"),
        (make_event(ms=None), "observed_at: is missing"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_and_the_next_is_read(event: object, problem: str) -> None:
    items = translate_json(SOURCE, [event, CALL[1]])

    assert items[0] == RefusedItem(index=0, problem=problem)
    assert isinstance(items[1], Observation)


@pytest.mark.parametrize(
    ("event", "name", "problem"),
    [
        (
            make_event(name="hs_call_duration", value="long"),
            "duration_s",
            "must be a number of seconds from 0 to 2678400",
        ),
        (make_event("0-3", "amount", "a lot"), "amount", 'must be an exact decimal as text, such as "20000.00"'),
        (
            make_event("0-3", "closedate", "soon"),
            "closed_at",
            "not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00",
        ),
    ],
)
def test_a_value_that_makes_no_sense_is_left_out(event: dict[str, Any], name: str, problem: str) -> None:
    observation, unreadable = translate_json(SOURCE, [event])

    assert isinstance(observation, Observation)
    assert name not in observation.facts
    assert unreadable == UnreadableFact(name=name, problem=problem)


@pytest.mark.parametrize("content", [b"", 7, b"[" * 3_000, [{}] * 1_001])
def test_a_body_that_is_not_a_batch_is_unreadable(content: object) -> None:
    with pytest.raises(BodyUnreadable, match=r"^(must be an array of events|body is not JSON|body holds more than 1000 items)"):
        translate_json(SOURCE, content)


@pytest.mark.parametrize(
    "name", [name for name in make_event(name="amount", value="1") if name not in ("attemptNumber", "sourceId")]
)
def test_an_event_is_another_one_if_anything_but_the_attempt_differs(name: str) -> None:
    event = make_event(name="amount", value="1")

    assert ADAPTER.identify(event | {name: "other"}) != ADAPTER.identify(event)
    assert ADAPTER.identify(event | {"attemptNumber": 3}) == ADAPTER.identify(event)


def test_a_second_attempt_has_the_same_observation() -> None:
    first, second = observe(SOURCE, [CALL[1]]), observe(SOURCE, [CALL[1] | {"attemptNumber": 3}])

    assert observation_id(SOURCE.name, first) == observation_id(SOURCE.name, second)
