"""Deals, meetings and their owners, from observations to scored days."""

import json
from datetime import date, datetime, timedelta

import pytest

from services.scoring.domain.activities.assignment import RepDay
from services.scoring.explain.explain_day import explain_day
from services.scoring.record.read_event import ObservedEvent
from shared.events import RepId
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, ROSTER, Scoring, observed, observed_event

ONE_DAY = timedelta(days=1)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + number * ONE_DAY for number in range(1, 5))
DEALS = """\
team: north
effective_from: 2026-01-01
behaviours:
  - {key: proposals, label: Proposals, counts: {kinds: [proposal_sent]}, target: 1, weight: 40}
  - {key: moves, label: Stage moves, counts: {kinds: [deal_stage_changed]}, target: 1, weight: 20}
  - {key: wins, label: Wins, counts: {kinds: [deal_won]}, target: 1, weight: 40}
  - {key: losses, label: Losses, counts: {kinds: [deal_lost]}, target: 0, weight: 1}
  - {key: bookings, label: Meetings booked, counts: {kinds: [meeting_booked]}, target: 0, weight: 1}
  - {key: meetings, label: Meetings, counts: {kinds: [meeting], outcomes: [held]}, target: 0, weight: 1}
"""


@pytest.fixture(autouse=True)
async def deals(scoring: Scoring) -> None:
    await scoring.apply(playbook=DEALS)
    scoring.now = MONDAY_NOON + 30 * ONE_DAY


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=MONDAY_NOON.tzinfo)


def deal(day: date, kind: str = "deal_stage_changed", *, hour: int = 12, **facts: FactValue) -> ObservedEvent:
    """What is true of Ana's deal since then; it moved, or was won or lost, at the same time."""
    since = at(day, hour)
    stated: dict[str, FactValue] = {"actor": "7", "started_at": since.isoformat()}
    observation = Observation(activity_id=ActivityId("deal-1"), kind=kind, observed_at=since, facts=stated | facts)
    return observed_event(observation)


async def counts(scoring: Scoring, rep_id: RepId = ANA) -> dict[str, dict[str, int]]:
    """What counts on each day of a rep, by weekday."""
    rows = await scoring.pool.fetch("SELECT day, counts FROM rep_day WHERE rep_id = $1 AND counts <> '{}' ORDER BY day", rep_id)
    return {f"{row['day']:%a}": json.loads(row["counts"]) for row in rows}


async def test_the_next_stage_takes_nothing_from_the_one_before(scoring: Scoring) -> None:
    proposal, next_stage = deal(TUESDAY, stage="3", stage_kind="proposal_sent"), deal(WEDNESDAY, stage="4")

    await scoring.record(proposal)
    await scoring.record(next_stage)

    assert await counts(scoring) == {"Tue": {"proposals": 1}, "Wed": {"moves": 1}}
    assert await scoring.differences() == ()


async def test_the_first_entry_of_a_stage_counts(scoring: Scoring) -> None:
    await scoring.record(deal(TUESDAY, stage="3"), deal(WEDNESDAY, stage="4"), deal(THURSDAY, stage="3"))

    assert await counts(scoring) == {"Tue": {"moves": 1}, "Wed": {"moves": 1}}


async def test_a_win_that_is_reopened_is_withdrawn_until_it_is_won_again(scoring: Scoring) -> None:
    await scoring.record(deal(MONDAY, stage="3"), deal(TUESDAY, "deal_won", stage="3"))
    assert await counts(scoring) == {"Mon": {"moves": 1}, "Tue": {"wins": 1}}

    await scoring.record(deal(THURSDAY, stage="3"))
    assert await counts(scoring) == {"Mon": {"moves": 1}}

    await scoring.record(deal(FRIDAY, "deal_won", stage="3"))
    assert await counts(scoring) == {"Mon": {"moves": 1}, "Fri": {"wins": 1}}
    assert await scoring.differences() == ()


async def test_a_deal_that_was_won_reopened_and_lost_is_a_loss_on_its_day(scoring: Scoring) -> None:
    await scoring.record(deal(TUESDAY, "deal_won"), deal(THURSDAY, stage="3"), deal(FRIDAY, "deal_lost"))

    assert await counts(scoring) == {"Thu": {"moves": 1}, "Fri": {"losses": 1}}


async def test_a_deleted_deal_takes_everything_with_it_and_a_restored_one_brings_it_back(scoring: Scoring) -> None:
    await scoring.record(deal(MONDAY, stage="3"), deal(TUESDAY, "deal_won"))

    await scoring.record(observed("deal-1", "deal_stage_changed", at=at(FRIDAY), deleted=True, actor="7", started_at=None))
    assert await counts(scoring) == {}

    await scoring.record(observed("deal-1", "deal_stage_changed", at=at(FRIDAY, 13), deleted=False, actor="7", started_at=None))
    assert await counts(scoring) == {"Mon": {"moves": 1}, "Tue": {"wins": 1}}


async def test_a_later_owner_gets_nothing_that_was_done_before_and_no_message_about_it(scoring: Scoring) -> None:
    await scoring.record(deal(MONDAY, stage="3"), deal(TUESDAY, "deal_won"))
    await scoring.pool.execute("DELETE FROM outbox")

    await scoring.record(observed("deal-1", "deal_stage_changed", at=at(FRIDAY), actor="8", started_at=None))

    assert await counts(scoring) == {"Mon": {"moves": 1}, "Tue": {"wins": 1}}
    assert await counts(scoring, BEN) == {}
    assert await scoring.reports() == []
    assert await scoring.differences() == ()


async def test_what_a_later_owner_does_is_theirs(scoring: Scoring) -> None:
    await scoring.record(deal(MONDAY, stage="3"), deal(FRIDAY, "deal_won", actor="8"))

    assert await counts(scoring) == {"Mon": {"moves": 1}}
    assert await counts(scoring, BEN) == {"Fri": {"wins": 1}}


async def test_an_owner_who_changes_on_the_day_itself_takes_it_over(scoring: Scoring) -> None:
    await scoring.record(deal(TUESDAY, "deal_won", hour=9))

    await scoring.record(observed("deal-1", "deal_stage_changed", at=at(TUESDAY, 14), actor="8", started_at=None))

    assert await counts(scoring) == {}
    assert await counts(scoring, BEN) == {"Tue": {"wins": 1}}


@pytest.mark.parametrize(
    ("zone_of_ana", "handed_over"),
    [
        pytest.param("Pacific/Honolulu", deal(TUESDAY, hour=4, actor="8"), id="Monday of the former owner had not ended"),
        pytest.param("Asia/Tokyo", deal(MONDAY, hour=20, actor="7"), id="Monday of the later owner had ended"),
    ],
)
async def test_whose_it_is_follows_the_calendars_of_all_owners_also_when_one_leaves_the_roster(
    scoring: Scoring, zone_of_ana: str, handed_over: ObservedEvent
) -> None:
    roster = ROSTER.replace("Europe/Madrid", zone_of_ana)
    await scoring.apply(roster=roster)
    owner = "7" if handed_over.observation.facts["actor"] == "8" else "8"
    await scoring.record(deal(MONDAY, actor=owner, stage="3"), handed_over)
    assert await counts(scoring, BEN) == {"Mon": {"moves": 1}}

    await scoring.apply(roster="".join(line for line in roster.splitlines(keepends=True) if "ana" not in line))

    assert await counts(scoring, BEN) == {}
    assert await scoring.differences() == ()

    await scoring.apply(roster=roster)

    assert await counts(scoring, BEN) == {"Mon": {"moves": 1}}
    assert await scoring.differences() == ()


async def test_a_deleted_win_depends_on_no_calendar(scoring: Scoring) -> None:
    night = f"{MONDAY}T23:30:00+00:00"  # Tuesday in Madrid, and so later than the typed date
    won = observed("deal-1", "deal_won", at=at(TUESDAY), deleted=True, started_at=night, closed_on=f"{MONDAY}")
    await scoring.record(won)

    await scoring.apply(roster=ROSTER.replace('user: "7"', 'user: "9"'))

    assert await counts(scoring) == {}
    assert await scoring.differences() == ()


async def test_the_owner_of_a_call_stays_whoever_made_it(scoring: Scoring) -> None:
    await scoring.apply(playbook=DEALS + "  - {key: calls, label: Calls, counts: {kinds: [call]}, target: 1, weight: 1}\n")
    await scoring.record(observed("a1"))

    await scoring.record(observed("a1", at=at(FRIDAY), actor="8"))

    assert (await counts(scoring), await counts(scoring, BEN)) == ({"Mon": {"calls": 1}}, {})


async def test_a_worth_that_falls_later_takes_no_stage_away_but_corrects_a_win(scoring: Scoring) -> None:
    large = DEALS.replace("kinds: [deal_won]", 'kinds: [deal_won], min_amount: "1000"')
    await scoring.apply(playbook=large.replace("kinds: [proposal_sent]", 'kinds: [proposal_sent], min_amount: "1000"'))
    await scoring.record(deal(MONDAY, stage="3", stage_kind="proposal_sent", amount="1500"), deal(TUESDAY, "deal_won"))
    assert await counts(scoring) == {"Mon": {"proposals": 1}, "Tue": {"wins": 1}}

    await scoring.record(observed("deal-1", "deal_stage_changed", at=at(FRIDAY), amount="10", actor="7", started_at=None))

    assert await counts(scoring) == {"Mon": {"proposals": 1}}


async def test_a_typed_date_of_closing_counts_only_if_it_is_before_the_win(scoring: Scoring) -> None:
    await scoring.record(deal(THURSDAY, "deal_won", closed_on=FRIDAY.isoformat()))
    assert await counts(scoring) == {"Thu": {"wins": 1}}

    await scoring.record(deal(THURSDAY, "deal_won", hour=13, closed_on=MONDAY.isoformat()))
    assert await counts(scoring) == {"Mon": {"wins": 1}}


async def test_a_date_of_closing_from_before_the_deal_was_reopened_is_of_its_earlier_win(scoring: Scoring) -> None:
    await scoring.record(deal(MONDAY, "deal_won", closed_on=MONDAY.isoformat()))
    await scoring.record(deal(TUESDAY, stage="3"))
    await scoring.record(deal(FRIDAY, "deal_lost"))

    assert await counts(scoring) == {"Tue": {"moves": 1}, "Fri": {"losses": 1}}

    await scoring.record(deal(FRIDAY, "deal_lost", hour=13, closed_on=TUESDAY.isoformat()))
    assert await counts(scoring) == {"Tue": {"losses": 1, "moves": 1}}


async def test_a_booking_counts_on_its_day_and_the_meeting_on_its_own(scoring: Scoring) -> None:
    def meeting(since: datetime, outcome: str) -> ObservedEvent:
        booked_at, started_at = at(MONDAY).isoformat(), at(THURSDAY).isoformat()
        return observed("m1", "meeting", at=since, outcome=outcome, booked_at=booked_at, started_at=started_at)

    await scoring.record(meeting(at(MONDAY), "scheduled"))
    assert await counts(scoring) == {"Mon": {"bookings": 1}}

    await scoring.record(meeting(at(THURSDAY, 13), "held"))

    assert await counts(scoring) == {"Mon": {"bookings": 1}, "Thu": {"meetings": 1}}
    assert await scoring.differences() == ()


@pytest.mark.parametrize(("kind", "deleted"), [("call", None), ("task", True)])
async def test_a_meeting_that_becomes_something_else_or_is_deleted_as_such_was_not_booked(
    scoring: Scoring, kind: str, deleted: bool | None
) -> None:
    start, booked = at(THURSDAY).isoformat(), at(MONDAY).isoformat()
    await scoring.record(observed("m-1", "meeting", at=at(MONDAY), started_at=start, booked_at=booked))
    assert await counts(scoring) == {"Mon": {"bookings": 1}}

    await scoring.record(observed("m-1", kind, at=at(TUESDAY), deleted=deleted, started_at=start))

    assert (await counts(scoring), await scoring.differences()) == ({}, ())


async def test_a_meeting_that_is_recorded_afterwards_was_not_booked(scoring: Scoring) -> None:
    logged = observed("m1", "meeting", outcome="held", booked_at=at(TUESDAY).isoformat(), started_at=at(MONDAY).isoformat())

    await scoring.record(logged)

    assert await counts(scoring) == {"Mon": {"meetings": 1}}


async def test_a_date_without_a_time_lies_on_the_reps_own_calendar(scoring: Scoring) -> None:
    for number, user in enumerate(("7", "8")):
        undated = observed(f"m{number}", "meeting", actor=user, started_at=None, started_on=FRIDAY.isoformat(), outcome="held")
        await scoring.record(undated)

    assert (await counts(scoring), await counts(scoring, BEN)) == ({"Fri": {"meetings": 1}}, {"Fri": {"meetings": 1}})


async def test_a_deal_that_was_stored_as_one_activity_keeps_its_day_and_counts_once(scoring: Scoring) -> None:
    await scoring.pool.execute(
        "INSERT INTO activity (source, account, activity_id, states, kind, actor, stage, started_at, rep_id, day)"
        " VALUES ('acme', '', 'deal-1', $1, 'proposal_sent', '7', '3', $2, 'ana', $3)",
        json.dumps(_stored_before_stages(at(TUESDAY))),
        at(TUESDAY),
        TUESDAY,
    )
    await scoring.pool.execute("INSERT INTO rep_day (rep_id, day, state) VALUES ('ana', $1, 'closed')", TUESDAY)
    await scoring.apply(playbook=DEALS.replace("label: Wins", "label: Deals won"))  # and the day is counted
    assert await counts(scoring) == {"Tue": {"proposals": 1}}
    assert await scoring.differences() == ()
    before = await scoring.day(ANA, TUESDAY)

    await scoring.record(deal(WEDNESDAY, stage="4"), deal(FRIDAY, "deal_won"))

    assert await counts(scoring) == {"Tue": {"proposals": 1}, "Wed": {"moves": 1}, "Fri": {"wins": 1}}
    assert (await scoring.day(ANA, TUESDAY))["revision"] == before["revision"]
    assert await scoring.differences() == ()


def _stored_before_stages(since: datetime) -> dict[str, list[str]]:
    stated_at = since.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
    facts = {"_kind": "proposal_sent", "kind": "proposal_sent", "actor": "7", "stage": "3", "started_at": since.isoformat()}
    return {name: [value, stated_at, "0" * 32] for name, value in (facts | {"_kind": "deal_stage_changed"}).items()}


async def test_the_later_of_two_webhooks_about_the_same_second_is_right(scoring: Scoring) -> None:
    for outcome, received in (("scheduled", 50), ("held", 0)):
        event = observed("m1", "meeting", outcome=outcome)
        event = ObservedEvent(
            event_id=event.event_id,
            source=event.source,
            observation=event.observation,
            received_at=MONDAY_NOON + timedelta(milliseconds=received),
        )
        await scoring.record(event)

    assert await scoring.pool.fetchval("SELECT outcome FROM activity") == "scheduled"


async def test_what_is_explained_of_a_stage_is_about_that_stage(scoring: Scoring) -> None:
    await scoring.record(deal(TUESDAY, stage="3", amount="10"), deal(FRIDAY, stage="4", amount="20", actor="8"))

    (activity,) = (await explain_day(scoring.pool, scoring.cache, *RepDay(ANA, TUESDAY))).activities

    assert (activity.activity_id, activity.kind) == ("deal-1:stage-3", "deal_stage_changed")
    assert {"actor": "7", "amount": "10", "stage": "3", "started_at": at(TUESDAY).isoformat()}.items() <= activity.facts.items()
    assert not [name for name in activity.facts if name.startswith("_")]
