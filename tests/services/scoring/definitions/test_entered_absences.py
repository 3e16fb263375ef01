"""The days on which something counts, as entered absences ask for them."""

from datetime import timedelta

from services.scoring.definitions.entered_absences import add_entered_days, list_counted_days, list_refuted_days
from shared.events import ManagerId, PersonId
from tests.services.scoring.conftest import ANA, BEN, MONDAY, PLAYBOOK, Scoring, observed

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
GOALS = PLAYBOOK + "goals:\n  - {key: deals, label: Deals, counts: {kinds: [deal_won]}, period: month, step: 1}\n"


async def record_on(scoring: Scoring, *days: int, kind: str = "call", actor: str = "7") -> None:
    for number in days:
        at = f"{MONDAY + timedelta(days=number)}T15:00:00+00:00"
        await scoring.record(observed(f"{kind}{actor}{number}", kind, started_at=at, actor=actor))


async def test_the_days_of_a_rep_on_which_something_counts_are_listed_in_order(scoring: Scoring) -> None:
    await record_on(scoring, 2, 0, -1, 3)
    await record_on(scoring, 1, actor="8")
    await record_on(scoring, 1, kind="note")
    await scoring.ignore_indexes()

    async with scoring.pool.acquire() as connection:
        assert await list_counted_days(connection, ANA, first=MONDAY, last=WEDNESDAY) == [MONDAY, WEDNESDAY]
        assert await list_counted_days(connection, BEN, first=MONDAY, last=WEDNESDAY) == [TUESDAY]


async def test_what_counts_towards_a_goal_alone_counts(scoring: Scoring) -> None:
    await scoring.apply(playbook=GOALS)
    await record_on(scoring, 0, kind="deal_won")

    async with scoring.pool.acquire() as connection:
        await add_entered_days(
            connection, ANA, [MONDAY], manager_id=ManagerId(PersonId("mara")), today=TUESDAY, now=scoring.now
        )
        assert await list_counted_days(connection, ANA, first=MONDAY, last=MONDAY) == [MONDAY]
        assert await list_refuted_days(connection) == [(ANA, MONDAY)]
