"""The plan of a new reading: what scoring says about it, chunk by chunk."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from services.ingest.reprocess import plan as planning
from services.ingest.reprocess.new_reading import ActivityName, NewReading
from services.ingest.reprocess.plan import make_plan
from shared.events import BehaviourKey, PersonId, RepId
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Outgoing
from shared.observation import ActivityId
from shared.requests.activities import READING_PREVIEW, ActivityEffect, DayEffect, ReadingPreview, ReadingPreviewQuery
from shared.requests.router import RequestRouter
from shared.service.broker import ServiceBroker
from shared.service.settings import NatsSection

ANA, MONDAY, CALLS = RepId(PersonId("ana")), date(2026, 3, 2), BehaviourKey("calls")


@pytest.fixture
async def sizes(nats_url: str) -> AsyncIterator[list[int]]:
    """How many events each request had. Of two activities, one gains a call of Ana's and one loses it; others stay."""
    sizes: list[int] = []
    router = RequestRouter(queue="scoring")

    @router.handles(READING_PREVIEW)
    async def preview(query: ReadingPreviewQuery) -> ReadingPreview:
        sizes.append(len(query.events))
        return ReadingPreview(activities=tuple(_effect(event.data) for event in query.events))

    broker = ServiceBroker(LeanClient(), NatsSection(url=nats_url, monitor_url="", user="", password=""), name="test")
    broker.include_router(router.router)
    await broker.start()
    yield sizes
    await broker.stop()


def _effect(activity_id: str) -> ActivityEffect:
    difference = {"gains": 1, "loses": -1, "gains too": 1, "gains later": 1}.get(activity_id)
    day = MONDAY + timedelta(days=activity_id.endswith("later"))
    days = (DayEffect(rep=ANA, day=day, counts={CALLS: difference}),) if difference else ()
    return ActivityEffect(
        account="", activity_id=ActivityId(activity_id), effect="changed" if difference else "unchanged", days=days
    )


def _reading(*activity_ids: str) -> NewReading:
    events = {
        ActivityName("", ActivityId(name)): [Outgoing(subject="", headers={"ce-id": "1"}, data=name.encode())]
        for name in activity_ids
    }
    return NewReading(events=events, webhooks=len(events), problems=())


async def test_only_activities_that_change_have_events_and_days_are_summed(nats: LeanClient, sizes: list[int]) -> None:
    reading = _reading("stays", "gains", "loses", "gains too")

    plan = await make_plan(nats, reading, on_progress=lambda *_: None)

    assert plan.effects == {"changed": 3, "unchanged": 1}
    assert plan.changed_days() == {(ANA, MONDAY): {CALLS: 1}}
    assert [event.data for event in plan.events] == [b"gains", b"loses", b"gains too"]
    assert sizes == [4]


async def test_events_about_the_same_day_stand_together(nats: LeanClient, sizes: list[int]) -> None:
    plan = await make_plan(nats, _reading("gains later", "gains", "loses"), on_progress=lambda *_: None)

    assert [event.data for event in plan.events] == [b"gains", b"loses", b"gains later"]


async def test_a_day_on_which_as_much_counts_as_before_does_not_change(nats: LeanClient, sizes: list[int]) -> None:
    plan = await make_plan(nats, _reading("gains", "loses"), on_progress=lambda *_: None)

    assert plan.days == {(ANA, MONDAY): Counter({CALLS: 0})}
    assert plan.changed_days() == {}


@pytest.mark.parametrize(("limit", "value"), [("_ACTIVITIES_MAX", 2), ("_BYTES_MAX", 11)])
async def test_a_request_holds_no_more_than_fits(
    nats: LeanClient, sizes: list[int], monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(planning, limit, value)
    done: list[tuple[int, int]] = []

    await make_plan(nats, _reading("stay1", "stay2", "stay3"), on_progress=lambda _, now, total: done.append((now, total)))

    assert sizes == [2, 1]
    assert done == [(2, 3), (3, 3)]
