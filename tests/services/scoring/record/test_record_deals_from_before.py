"""Deals that were stored as one activity each, before their stages were activities of their own."""

import json
from collections.abc import Mapping
from datetime import date, datetime

import pytest

from services.scoring.record.read_event import ObservedEvent
from shared.fact_values import FactValue, utc_text
from shared.observation import ActivityId, Observation
from tests.services.scoring.conftest import ANA, MONDAY, MONDAY_NOON, Scoring, observed_event
from tests.services.scoring.record.test_record_deals import DEALS, FRIDAY, ONE_DAY, THURSDAY, TUESDAY, WEDNESDAY, at, counts


@pytest.fixture(autouse=True)
async def deals(scoring: Scoring) -> None:
    await scoring.apply(playbook=DEALS)
    scoring.now = MONDAY_NOON + 30 * ONE_DAY


async def store(
    scoring: Scoring,
    since: datetime,
    observed_kind: str,
    facts: Mapping[str, FactValue],
    *,
    edited_at: datetime | None = None,
) -> None:
    """A deal of Ana's as it was stored: what was stated at that time, of a whole deal. It counts if its start is known."""
    states: dict[str, list[FactValue]] = {
        name: [value, utc_text(since, comparable=True), "0" * 32]
        for name, value in {"_kind": observed_kind, "actor": "7", **facts}.items()
    }
    states["_kind"][1] = utc_text(edited_at or since, comparable=True)
    start = since if facts.keys() - {"kind", "stage"} else None
    await scoring.pool.execute(
        "INSERT INTO activity (source, account, activity_id, states, kind, actor, stage, started_at, rep_id, day)"
        " VALUES ('acme', '', 'deal-1', $1, $2, '7', $3, $4, $5, $6)",
        json.dumps(states),
        facts.get("kind") or observed_kind,
        facts.get("stage"),
        start,
        ANA if start else None,
        start and start.date(),
    )
    await scoring.pool.execute("INSERT INTO rep_day (rep_id, day, state) VALUES ('ana', $1, 'closed')", since.date())
    await scoring.apply(playbook=DEALS.replace("label: Wins", "label: Deals won"))  # and the day is counted
    assert await scoring.differences() == ()


def stated(since: datetime, observed_kind: str = "deal_stage_changed", **facts: FactValue) -> ObservedEvent:
    """What is true of Ana's deal since then."""
    activity_id, all_facts = ActivityId("deal-1"), {"actor": "7", **facts}
    return observed_event(Observation(activity_id=activity_id, kind=observed_kind, observed_at=since, facts=all_facts))


async def expect(scoring: Scoring, expected: dict[str, dict[str, int]]) -> None:
    assert await counts(scoring) == expected
    assert await scoring.differences() == ()


def noon(day: date) -> str:
    return at(day).isoformat()


async def test_a_deal_without_a_stage_counts_once_on_its_day(scoring: Scoring) -> None:
    await store(scoring, at(TUESDAY), "deal_stage_changed", {"started_at": noon(TUESDAY)})

    await scoring.record(stated(at(THURSDAY), amount="5"))
    await expect(scoring, {"Tue": {"moves": 1}})

    await scoring.record(stated(at(FRIDAY), stage="4", started_at=noon(FRIDAY)))
    await expect(scoring, {"Tue": {"moves": 1}, "Fri": {"moves": 1}})


async def test_the_stage_that_counted_keeps_its_day_and_earlier_ones_do_not_count(scoring: Scoring) -> None:
    first_seen = {"heard_at:2": noon(MONDAY), "heard_at:3": noon(TUESDAY)}
    kind = "deal_stage_changed"
    await store(scoring, at(TUESDAY), kind, {"kind": kind, "stage": "3", "started_at": None, **first_seen})

    await scoring.record(stated(at(WEDNESDAY), stage="3", started_at=noon(MONDAY)))
    await scoring.record(stated(at(THURSDAY), stage="1", started_on=MONDAY.isoformat()))

    await expect(scoring, {"Tue": {"moves": 1}})


async def test_a_deal_without_a_stage_stays_of_its_kind(scoring: Scoring) -> None:
    await store(scoring, at(TUESDAY), "deal_stage_changed", {"kind": "proposal_sent", "started_at": noon(TUESDAY)})

    await scoring.record(stated(at(THURSDAY), amount="5"))

    await expect(scoring, {"Tue": {"proposals": 1}})


async def test_a_stage_that_was_entered_before_the_deal_was_edited_is_new_if_it_arrives_later(scoring: Scoring) -> None:
    facts = {"stage": "3", "started_at": noon(TUESDAY)}
    await store(scoring, at(TUESDAY), "deal_stage_changed", facts, edited_at=at(THURSDAY))

    await scoring.record(stated(at(WEDNESDAY), stage="4", started_at=noon(WEDNESDAY)))

    await expect(scoring, {"Tue": {"moves": 1}, "Wed": {"moves": 1}})


async def test_a_stage_that_was_entered_at_the_same_time_or_on_the_same_date_is_new(scoring: Scoring) -> None:
    await store(scoring, at(TUESDAY), "deal_stage_changed", {"stage": "3", "started_at": noon(TUESDAY)})

    await scoring.record(stated(at(WEDNESDAY), stage="4", started_at=noon(TUESDAY)))
    await scoring.record(stated(at(THURSDAY), stage="5", started_on=TUESDAY.isoformat()))

    await expect(scoring, {"Tue": {"moves": 3}})


async def test_a_win_keeps_its_day_whatever_close_date_was_typed_and_the_stage_before_it_does_not_count(
    scoring: Scoring,
) -> None:
    await store(scoring, at(THURSDAY), "deal_won", {"stage": "3", "started_at": noon(THURSDAY)})

    await scoring.record(
        stated(
            at(FRIDAY),
            "deal_won",
            stage="3",
            started_at=noon(WEDNESDAY),
            closed_on=MONDAY.isoformat(),
            stage_entered_at=noon(TUESDAY),
            stage_kind="proposal_sent",
        )
    )

    await expect(scoring, {"Thu": {"wins": 1}})


async def test_a_win_that_is_opened_again_is_withdrawn_and_counts_where_it_is_won_again(scoring: Scoring) -> None:
    await store(scoring, at(TUESDAY), "deal_won", {"stage": "3", "started_at": noon(TUESDAY)})

    await scoring.record(stated(at(WEDNESDAY), stage="3", started_at=noon(MONDAY)))
    await expect(scoring, {})

    await scoring.record(stated(at(FRIDAY), "deal_won", stage="3", started_at=noon(FRIDAY)))
    await expect(scoring, {"Fri": {"wins": 1}})


async def test_a_win_whose_time_was_not_known_counts_when_it_becomes_known(scoring: Scoring) -> None:
    await store(scoring, at(TUESDAY), "deal_won", {"kind": "deal_won", "stage": "3"})

    await scoring.record(stated(at(FRIDAY), "deal_won", stage="3", started_at=noon(THURSDAY)))

    await expect(scoring, {"Thu": {"wins": 1}})
