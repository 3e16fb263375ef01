"""What would become of activities and days if webhooks were read again."""

from datetime import datetime, timedelta

import msgspec

from services.scoring.explain.preview_readings import preview_readings
from services.scoring.record.read_event import ObservedEvent
from shared.events import BehaviourKey, RepId
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation
from shared.requests.activities import ActivityEffect, DayEffect, EventToPreview, ReadingPreviewQuery
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, Scoring, observed_event

AN_HOUR = timedelta(hours=1)


def _reading(
    activity_id: str = "a1", kind: str = "call", *, read_at: datetime | None = None, facts: dict[str, FactValue] | None = None
) -> ObservedEvent:
    """What a webhook of Monday noon says, by default about a call of Ana's. Everything of that minute is read again with it."""
    defaults: dict[str, FactValue] = {"actor": "7", "started_at": MONDAY_NOON.isoformat(), "duration_s": 100}
    observation = Observation(
        activity_id=ActivityId(activity_id),
        kind=kind,
        observed_at=MONDAY_NOON,
        facts=defaults if facts is None else defaults | facts if facts else {},
    )
    event = observed_event(observation, received_at=MONDAY_NOON, read_at=read_at)
    return msgspec.structs.replace(event, event_id=f"{event.event_id}@{read_at}")


def _again(activity_id: str = "a1", kind: str = "call", facts: dict[str, FactValue] | None = None) -> ObservedEvent:
    return _reading(activity_id, kind, read_at=MONDAY_NOON + AN_HOUR, facts=facts)


async def _preview(scoring: Scoring, *events: ObservedEvent) -> list[ActivityEffect]:
    bodies = [
        {"source": event.source, "received_at": event.received_at, "read_at": event.read_at}
        | msgspec.to_builtins(event.observation)
        for event in events
    ]
    query = ReadingPreviewQuery(
        events=tuple(
            EventToPreview(id=event.event_id, data=msgspec.json.encode(body).decode())
            for event, body in zip(events, bodies, strict=True)
        )
    )
    return list((await preview_readings(scoring.pool, scoring.cache, query)).activities)


async def _effect(scoring: Scoring, *events: ObservedEvent) -> tuple[str, dict[RepId, dict[BehaviourKey, int]]]:
    """What happens to an activity, and by how much counts change, by rep."""
    (activity,) = await _preview(scoring, *events)
    return activity.effect, {day.rep: day.counts for day in activity.days}


async def test_what_is_read_as_before_is_unchanged(scoring: Scoring) -> None:
    await scoring.record(_reading())

    assert await _effect(scoring, _again()) == ("unchanged", {})


async def test_an_activity_that_nobody_knew_is_new(scoring: Scoring) -> None:
    assert await _effect(scoring, _again()) == ("new", {ANA: {"calls": 1}})


async def test_a_call_that_belongs_to_somebody_else_changes_two_days(scoring: Scoring) -> None:
    await scoring.record(_reading())

    assert await _effect(scoring, _again(facts={"actor": "8"})) == ("changed", {ANA: {"calls": -1}, BEN: {"calls": 1}})


async def test_a_fact_that_counts_for_nothing_changes_the_activity_and_no_day(scoring: Scoring) -> None:
    await scoring.record(_reading())

    assert await _effect(scoring, _again(facts={"subject": "x"})) == ("changed", {})


async def test_an_activity_that_is_not_mentioned_any_more_is_withdrawn_once(scoring: Scoring) -> None:
    await scoring.record(_reading())
    withdrawal = _again(facts={})

    assert await _effect(scoring, withdrawal) == ("withdrawn", {ANA: {"calls": -1}})

    await scoring.record(withdrawal)
    assert await _effect(scoring, withdrawal) == ("unchanged", {})
    assert await _effect(scoring, _again("a9", facts={})) == ("unchanged", {})


async def test_a_deal_that_was_no_deal_loses_its_stages(scoring: Scoring) -> None:
    await scoring.record(_reading("d1", "proposal_sent", facts={"stage": "3"}))
    deal = _reading("d2", "deal_stage_changed", facts={"stage": "3", "stage_kind": "proposal_sent"})
    await scoring.record(deal)

    as_call = _again("d2")

    assert await _effect(scoring, as_call) == ("changed", {ANA: {"calls": 1, "proposals": -1}})
    await scoring.record(as_call)
    assert (await scoring.day(ANA))["counts"] == '{"calls": 1, "proposals": 1}'
    assert await scoring.differences() == ()


async def test_each_activity_has_its_own_effect_and_nothing_is_stored(scoring: Scoring) -> None:
    await scoring.record(_reading("a1"))
    before = await scoring.tables()

    effects = await _preview(scoring, _again("a2"), _again("a1", facts={"duration_s": 5}), _again("a2"))

    assert effects == [
        ActivityEffect(account="", activity_id="a2", effect="new", days=(DayEffect(rep=ANA, day=MONDAY, counts={"calls": 1}),)),
        ActivityEffect(
            account="", activity_id="a1", effect="changed", days=(DayEffect(rep=ANA, day=MONDAY, counts={"calls": -1}),)
        ),
    ]
    assert await scoring.tables() == before


async def test_activities_of_reps_who_left_the_roster_count_nowhere(scoring: Scoring) -> None:
    await scoring.record(_reading())
    await scoring.pool.execute("UPDATE activity SET rep_id = 'gone'")

    assert await _effect(scoring, _again()) == ("changed", {ANA: {"calls": 1}})
