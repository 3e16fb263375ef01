"""CRM users whom no rep has as an identity."""

from datetime import timedelta

from services.scoring.explain.list_unmatched_users import list_unmatched_users
from tests.services.scoring.conftest import ANA, MONDAY_NOON, ROSTER, Scoring, observed


async def test_unmatched_users_are_listed_until_a_rep_has_the_identity(scoring: Scoring) -> None:
    earlier = MONDAY_NOON - timedelta(minutes=1)
    await scoring.record(
        observed("a1", actor="99"),
        observed("a2", actor="99", started_at=earlier.isoformat()),
        observed("a3", actor="98"),
        observed("a4", actor=None),
    )
    (first, second) = (await list_unmatched_users(scoring.pool, scoring.cache)).users

    await scoring.apply(roster=ROSTER.replace('user: "7"}', 'user: "7"}, {source: acme, user: "99"}'))

    assert [(user.user, user.activities, user.newest_at, user.oldest_at) for user in (first, second)] == [
        ("98", 1, MONDAY_NOON, MONDAY_NOON),
        ("99", 2, MONDAY_NOON, earlier),
    ]
    assert [user.user for user in (await list_unmatched_users(scoring.pool, scoring.cache)).users] == ["98"]
    assert (await scoring.day(ANA))["counts"] == '{"calls": 2}'


async def test_deleted_activities_are_not_counted(scoring: Scoring) -> None:
    later = MONDAY_NOON + timedelta(minutes=1)
    await scoring.record(observed("a1", actor="98"), observed("a2", actor="99"), observed("a3", actor="99"))

    await scoring.record(observed("a1", actor="98", at=later, deleted=True))
    await scoring.record(observed("a2", actor="99", at=later, deleted=True))

    assert [(user.user, user.activities) for user in (await list_unmatched_users(scoring.pool, scoring.cache)).users] == [
        ("99", 1)
    ]


async def test_the_hundred_users_with_the_newest_activities_are_listed(scoring: Scoring) -> None:
    starts = [(MONDAY_NOON - timedelta(minutes=number)).isoformat() for number in range(101)]
    await scoring.record(*[observed(f"a{number}", actor=f"u{number}", started_at=at) for number, at in enumerate(starts)])
    await scoring.record(observed("undated", actor="undated", started_at=None))

    users = (await list_unmatched_users(scoring.pool, scoring.cache)).users

    assert [user.user for user in users] == [f"u{number}" for number in range(100)]


async def test_of_users_with_equally_new_activities_the_first_by_source_account_and_name_comes_first(scoring: Scoring) -> None:
    in_order = [("acme", "", "99"), ("acme", "one", "97"), ("acme", "one", "98"), ("other", "", "1")]
    await scoring.pool.executemany(
        "INSERT INTO activity (source, account, activity_id, actor, started_at, kind) VALUES ($1, $2, $3, $3, $4, 'call')",
        [(*user, MONDAY_NOON) for user in reversed(in_order)],
    )

    users = (await list_unmatched_users(scoring.pool, scoring.cache)).users

    assert [(user.source, user.account, user.user) for user in users] == in_order


async def test_a_user_of_a_rep_is_not_listed_for_what_has_no_day_and_a_deal_counts_once(scoring: Scoring) -> None:
    await scoring.record(observed("a1", started_at=None))
    await scoring.record(
        observed("deal-1", "deal_stage_changed", actor="99", stage="1"), observed("deal-2", "deal_won", actor="99")
    )

    (user,) = (await list_unmatched_users(scoring.pool, scoring.cache)).users

    assert (user.user, user.activities) == ("99", 2)
