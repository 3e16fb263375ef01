"""Counting days from the activities as they are."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from services.scoring.days import recount_days as recount
from services.scoring.days.recount_days import GoalPeriod, recount_days, sum_goals
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import Tally
from shared.events import GoalKey
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, PLAYBOOK, Scoring, observed
from tests.services.scoring.domain.builders import behaviour, playbook

ONE_EACH = """\
team: north
effective_from: 2026-01-01
behaviours:
  - {key: long, label: Long, counts: {min_duration_s: 60}, target: 1, weight: 1}
  - {key: outbound, label: Outbound, counts: {directions: [outbound]}, target: 1, weight: 1}
  - {key: talks, label: Talks, counts: {outcomes: [connected, meeting_booked]}, target: 1, weight: 1}
  - {key: large, label: Large, counts: {min_amount: "500"}, target: 1, weight: 1}
  - {key: offers, label: Offers, counts: {stages: [offer]}, target: 1, weight: 1}
  - {key: all, label: All, counts: {}, target: 1, weight: 1}
"""
ANY_CALL = """\
team: north
effective_from: 2026-01-01
behaviours:
  - {key: all, label: All, counts: {kinds: [call]}, target: 1, weight: 1}
"""


async def _counts(scoring: Scoring) -> dict[RepDay, Tally]:
    async with scoring.pool.acquire() as connection:
        definitions = await scoring.cache.read(connection)
        playbook = definitions.playbook_of(definitions.roster.reps[ANA], MONDAY)
        return await recount_days(connection, {RepDay(ANA, MONDAY): playbook, RepDay(BEN, MONDAY): playbook})


async def test_many_days_are_counted_as_few_are(scoring: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    await scoring.record(*[observed(f"a{number}") for number in range(3)], observed("p1", kind="proposal_sent"))

    few = await _counts(scoring)
    monkeypatch.setattr(recount, "_MANY_DAYS", 0)
    many = await _counts(scoring)

    assert many == few
    assert many[RepDay(ANA, MONDAY)].counts == {"calls": 3, "proposals": 1}


async def test_the_query_counts_by_every_filter_with_its_threshold_included(scoring: Scoring) -> None:
    await scoring.record(
        observed("a1", duration_s=60, direction="outbound", outcome="connected", amount="500.00", stage="offer"),
        observed("a2", duration_s=59.9, direction="inbound", outcome="busy", amount="499.99", stage="won"),
        observed("a3", duration_s=None, outcome="meeting_booked"),
    )

    await scoring.apply(playbook=ONE_EACH)

    tally = (await _counts(scoring))[RepDay(ANA, MONDAY)]
    assert tally.counts == {"long": 1, "outbound": 1, "talks": 2, "large": 1, "offers": 1, "all": 3}
    assert await scoring.differences() == ()


async def test_each_day_is_counted_by_its_own_version(scoring: Scoring) -> None:
    nine = f"{MONDAY}T09:00:00+00:00"
    for actor in ("7", "8"):
        await scoring.record(
            observed(f"call-of-{actor}", actor=actor), observed(f"email-of-{actor}", "email", actor=actor, started_at=nine)
        )
    calls, emails = (playbook(behaviour(kind, counts={"kinds": frozenset({kind})})) for kind in ("call", "email"))

    async with scoring.pool.acquire() as connection:
        tallies = await recount_days(connection, {RepDay(ANA, MONDAY): calls, RepDay(BEN, MONDAY): emails})

    counted = {rep_day.rep_id: (tally.counts, tally.first_counted_at) for rep_day, tally in tallies.items()}
    assert counted == {ANA: ({"call": 1}, MONDAY_NOON), BEN: ({"email": 1}, MONDAY_NOON - timedelta(hours=3))}


async def test_days_of_versions_that_count_every_activity_are_counted_together(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("b1", actor="8"), observed("b2", "email", actor="8"))
    anas, bens = RepDay(ANA, MONDAY), RepDay(BEN, MONDAY)

    async with scoring.pool.acquire() as connection:
        tallies = await recount_days(connection, {anas: playbook(behaviour("all")), bens: playbook(behaviour("every"))})

    assert {rep_day: tally.counts for rep_day, tally in tallies.items()} == {anas: {"all": 1}, bens: {"every": 2}}


async def test_the_first_activity_that_counts_for_a_behaviour_is_known(scoring: Scoring) -> None:
    noon = (await _counts(scoring))[RepDay(ANA, MONDAY)].first_counted_at
    assert noon is None

    early = f"{MONDAY}T09:00:00+00:00"
    await scoring.record(observed("a1"), observed("a2", started_at=early, duration_s=1))
    assert (await scoring.day(ANA))["first_counted_at"].hour == 12

    await scoring.record(observed("a3", started_at=early, duration_s=60))
    assert (await scoring.day(ANA))["first_counted_at"].hour == 9


@pytest.mark.parametrize("days", [200, 199])
async def test_200_days_that_fill_a_block_are_read_as_one(days: int) -> None:
    rep_days = [RepDay(ANA, MONDAY + timedelta(days=number)) for number in range(days)]

    block = recount._covering_block(rep_days)

    assert (block is not None) == (days == 200)


async def test_days_that_fill_half_of_a_block_or_less_are_read_one_by_one() -> None:
    spread = [RepDay(ANA, MONDAY + timedelta(days=number)) for number in range(0, 400, 2)]

    assert recount._covering_block([*spread[:-1], RepDay(ANA, MONDAY + timedelta(days=399))]) is None
    assert recount._covering_block(spread) is not None


@dataclass(frozen=True, kw_only=True)
class Started:
    """An activity that starts so many seconds after noon."""

    second: int
    duration_s: float | None = 100
    contact_key: str | None = None
    kind: str = "call"


EMAIL = Started(second=0, contact_key="k", kind="email")
"""Of no kind that a rule below is about, and with the contact of the call that follows."""


@pytest.mark.parametrize(
    ("rule", "activities", "counted"),
    [
        ("bursts: {more_than: 2, within_s: 60}", [Started(second=second) for second in (0, 10, 60)], 2),
        ("bursts: {more_than: 2, within_s: 60}", [Started(second=second) for second in (0, 10, 61)], 3),
        ("bursts: {more_than: 1, within_s: 60, kinds: [demo]}", [Started(second=second) for second in (0, 1)], 2),
        ("bursts: {more_than: 1, within_s: 60, kinds: [call]}", [Started(second=second) for second in (0, 1)], 1),
        ("bursts: {more_than: 1, within_s: 60, kinds: [call]}", [EMAIL, Started(second=1)], 1),
        ("overlaps: {more_than_s: 10}", [Started(second=0), Started(second=89)], 1),
        ("overlaps: {more_than_s: 10}", [Started(second=0), Started(second=90)], 2),
        ("overlaps: {more_than_s: 10}", [Started(second=0), Started(second=1, duration_s=0)], 2),
        ("overlaps: {more_than_s: 10}", [Started(second=0), Started(second=1, duration_s=None)], 2),
        ("overlaps: {more_than_s: 10}", [Started(second=0), Started(second=1, duration_s=1)], 1),
        ("overlaps: {more_than_s: 10}", [Started(second=0), Started(second=1, duration_s=5), Started(second=50)], 1),
        ("overlaps: {more_than_s: 10, kinds: [demo]}", [Started(second=0), Started(second=1)], 2),
        ("overlaps: {more_than_s: 10, kinds: [call]}", [Started(second=0), Started(second=1)], 1),
        ("overlaps: {more_than_s: 10, kinds: [call]}", [EMAIL, Started(second=1)], 1),
        ("same_contact: {more_than: 2}", [Started(second=second, contact_key="k") for second in (0, 1)], 2),
        ("same_contact: {more_than: 2}", [Started(second=second, contact_key="k") for second in (0, 1, 2)], 2),
        ("same_contact: {more_than: 2}", [Started(second=second) for second in (0, 1, 2)], 3),
        ("same_contact: {more_than: 1, kinds: [demo]}", [Started(second=second, contact_key="k") for second in (0, 1)], 2),
        ("same_contact: {more_than: 1, kinds: [call]}", [Started(second=second, contact_key="k") for second in (0, 1)], 1),
        ("same_contact: {more_than: 1, kinds: [call]}", [EMAIL, Started(second=1, contact_key="k")], 1),
        ("same_contact: {more_than: 1}", [Started(second=0, contact_key="k"), Started(second=1, contact_key="l")], 2),
    ],
)
async def test_the_query_excludes_unverified_activities_exactly_as_the_rules_mark_them(
    scoring: Scoring, rule: str, activities: list[Started], counted: int
) -> None:
    for number, activity in enumerate(activities):
        await scoring.record(
            observed(
                f"a{number}",
                activity.kind,
                started_at=(MONDAY_NOON + timedelta(seconds=activity.second)).isoformat(),
                duration_s=activity.duration_s,
                contact_key=activity.contact_key,
            )
        )

    await scoring.apply(playbook=f"{ANY_CALL}unverified:\n  counts: false\n  {rule}\n")

    assert (await scoring.day(ANA))["counts"] == f'{{"all": {counted}}}'
    assert await scoring.differences() == ()


async def test_unverified_activities_count_only_if_the_playbook_says_so(scoring: Scoring) -> None:
    starts = [f"{MONDAY}T12:00:0{second}+00:00" for second in range(4)]
    await scoring.record(*[observed(f"a{number}", started_at=at) for number, at in enumerate(starts)])
    rules = "unverified:\n  counts: {}\n  bursts: {{more_than: 2, within_s: 60}}\n"

    counts = []
    for counted in ("true", "false"):
        await scoring.apply(playbook=PLAYBOOK + rules.format(counted))
        counts.append((await scoring.day(ANA))["counts"])

    assert counts == ['{"calls": 4}', '{"calls": 2}']
    assert await scoring.differences() == ()


async def test_what_the_stored_days_of_a_period_hold_for_a_goal_adds_up(scoring: Scoring) -> None:
    sunday, tuesday = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
    stored = [(ANA, sunday, 1), (ANA, MONDAY, 2), (ANA, tuesday, 4), (BEN, MONDAY, 8)]
    await scoring.pool.execute("TRUNCATE rep_day")
    await scoring.pool.executemany(
        "INSERT INTO rep_day (rep_id, day, state, goals) VALUES ($1, $2, 'closed', jsonb_build_object('month', $3::integer))",
        stored,
    )
    month, other = GoalKey("month"), GoalKey("other")
    until_monday, until_tuesday, only_monday, without_counts, without_days = periods = (
        GoalPeriod(month, RepDay(ANA, MONDAY), sunday),
        GoalPeriod(month, RepDay(ANA, tuesday), sunday),
        GoalPeriod(month, RepDay(ANA, MONDAY), MONDAY),
        GoalPeriod(other, RepDay(ANA, tuesday), sunday),
        GoalPeriod(month, RepDay(BEN, tuesday), tuesday),
    )

    async with scoring.pool.acquire() as connection:
        totals = await sum_goals(connection, periods)

    assert totals == {until_monday: 3, until_tuesday: 7, only_monday: 2, without_counts: 0, without_days: 0}
