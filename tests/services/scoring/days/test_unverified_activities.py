"""Which activities of a day the query excludes as unverified: by the rules of its version, and of two the later one."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.scoring.days.recount_days import recount_days
from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.playbook.unverified_rules import Bursts, Overlaps, SameContact, UnverifiedRules
from services.scoring.record.activities import insert_activities
from shared.observation import ActivityId, SourceName
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, Scoring
from tests.services.scoring.domain.builders import ACME, activity, behaviour, playbook

BURSTS = UnverifiedRules(counts=False, bursts=Bursts(more_than=1, within_s=60))
OVERLAPS = UnverifiedRules(counts=False, overlaps=Overlaps(more_than_s=10))
SAME_CONTACT = UnverifiedRules(counts=False, same_contact=SameContact(more_than=1))
CALLS = frozenset({"call"})
OF_CALLS = UnverifiedRules(
    counts=False,
    bursts=Bursts(more_than=1, within_s=60, kinds=CALLS),
    overlaps=Overlaps(more_than_s=10, kinds=CALLS),
    same_contact=SameContact(more_than=1, kinds=CALLS),
)
ANAS_MONDAY, BENS_MONDAY = RepDay(ANA, MONDAY), RepDay(BEN, MONDAY)


def _judged_by(rules: UnverifiedRules, *, number: int = 1) -> Playbook:
    """A playbook that counts calls and demos."""
    behaviours = (behaviour(kind, counts={"kinds": frozenset({kind})}) for kind in ("call", "demo"))
    return replace(playbook(*behaviours, number=number), unverified=rules)


def _key(activity_id: str, *, source: SourceName = ACME, account: str = "") -> ActivityKey:
    return (source, account, ActivityId(activity_id))


async def _add(
    scoring: Scoring, key: ActivityKey, rep_day: RepDay = ANAS_MONDAY, *, kind: str = "call", started_at: datetime = MONDAY_NOON
) -> None:
    """An activity of a hundred seconds with one contact."""
    stated = activity({"kind": kind, "started_at": started_at, "duration_s": 100.0, "contact_key": "ada"})
    async with scoring.pool.acquire() as connection:
        await insert_activities(
            connection, [ActivityRecord(key=key, states={}, activity=stated, rep_day=rep_day)], now=MONDAY_NOON
        )


async def _counts(scoring: Scoring, versions: dict[RepDay, Playbook]) -> dict[RepDay, dict[str, int]]:
    async with scoring.pool.acquire() as connection:
        tallies = await recount_days(connection, dict(versions))
    return {rep_day: {str(key): count for key, count in tally.counts.items()} for rep_day, tally in tallies.items()}


@pytest.mark.parametrize("rules", [BURSTS, OVERLAPS, SAME_CONTACT], ids=["bursts", "overlaps", "same contact"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_key("a2", source=ACME, account="z"), _key("a1", source=SourceName("other"), account="b")),
        (_key("a2", account="one"), _key("a1", account="two")),
        (_key("a1"), _key("a2")),
    ],
    ids=["source", "account", "id"],
)
async def test_of_two_that_begin_at_once_the_one_with_the_smaller_key_counts(
    scoring: Scoring, rules: UnverifiedRules, first: ActivityKey, second: ActivityKey
) -> None:
    await _add(scoring, second, kind="demo")
    await _add(scoring, first, kind="call")

    assert await _counts(scoring, {ANAS_MONDAY: _judged_by(rules)}) == {ANAS_MONDAY: {"call": 1}}


@pytest.mark.parametrize("rules", [BURSTS, OVERLAPS, SAME_CONTACT], ids=["bursts", "overlaps", "same contact"])
async def test_the_later_of_two_does_not_count_wherever_it_is_stored(scoring: Scoring, rules: UnverifiedRules) -> None:
    await _add(scoring, _key("a1"), kind="demo", started_at=MONDAY_NOON + timedelta(seconds=1))
    await _add(scoring, _key("a2"), kind="call")

    assert await _counts(scoring, {ANAS_MONDAY: _judged_by(rules)}) == {ANAS_MONDAY: {"call": 1}}


@pytest.mark.parametrize(
    "rules",
    [
        replace(OF_CALLS, bursts=BURSTS.bursts),
        replace(OF_CALLS, overlaps=OVERLAPS.overlaps),
        replace(OF_CALLS, same_contact=SAME_CONTACT.same_contact),
    ],
    ids=["bursts", "overlaps", "same contact"],
)
async def test_the_earlier_of_two_counts_even_if_other_rules_are_only_about_it(
    scoring: Scoring, rules: UnverifiedRules
) -> None:
    await _add(scoring, _key("a1"), kind="call")
    await _add(scoring, _key("a2"), kind="demo", started_at=MONDAY_NOON + timedelta(seconds=1))

    assert await _counts(scoring, {ANAS_MONDAY: _judged_by(rules)}) == {ANAS_MONDAY: {"call": 1}}


@pytest.mark.parametrize("rules", [BURSTS, OVERLAPS, SAME_CONTACT], ids=["bursts", "overlaps", "same contact"])
@pytest.mark.parametrize("of_another", [BENS_MONDAY, RepDay(ANA, MONDAY - timedelta(days=1))], ids=["rep", "day"])
async def test_activities_of_another_rep_or_day_mark_none(scoring: Scoring, rules: UnverifiedRules, of_another: RepDay) -> None:
    await _add(scoring, _key("a1"), of_another)
    await _add(scoring, _key("a2"))
    judged = _judged_by(rules)

    counts = await _counts(scoring, {ANAS_MONDAY: judged, of_another: judged})

    assert counts == {ANAS_MONDAY: {"call": 1}, of_another: {"call": 1}}


async def test_each_day_is_judged_by_the_rules_of_its_own_version(scoring: Scoring) -> None:
    for rep_day in (ANAS_MONDAY, BENS_MONDAY):
        for number in range(2):
            await _add(scoring, _key(f"{rep_day.rep_id}-{number}"), rep_day)
    lenient = UnverifiedRules(counts=False, bursts=Bursts(more_than=9, within_s=60))

    counts = await _counts(scoring, {ANAS_MONDAY: _judged_by(BURSTS), BENS_MONDAY: _judged_by(lenient, number=2)})

    assert counts == {ANAS_MONDAY: {"call": 1}, BENS_MONDAY: {"call": 2}}
