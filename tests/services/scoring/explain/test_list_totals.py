"""What teams did in a month."""

from datetime import date

from services.scoring.explain.list_totals import list_totals
from shared.events import TeamId
from shared.requests.scores import TotalsQuery
from tests.services.scoring.conftest import ANA, MONDAY, PLAYBOOK, ROSTER, Scoring, observed

MOVING = ROSTER.replace("Europe/Madrid,", "Europe/Madrid, changes: [{from: 2026-03-02, team: south}],")


async def test_each_day_counts_for_the_month_and_for_the_team_of_its_rep(scoring: Scoring) -> None:
    await scoring.apply(
        roster=MOVING + "  - {id: south, name: South}\n",
        playbook=PLAYBOOK + "---\n" + PLAYBOOK.replace("team: north", "team: south"),
    )
    days = ["2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-31", "2026-04-01"]
    await scoring.record(*[observed(day, started_at=f"{day}T12:00:00+00:00") for day in days])

    query = TotalsQuery(first=date(2026, 2, 14), last=date(2026, 3, 14))
    totals = (await list_totals(scoring.pool, scoring.cache, query)).rows
    south = query.model_copy(update={"team": TeamId("south")})

    assert [(total.team, total.month.month, total.counts) for total in totals] == [
        ("north", 2, {"calls": 2}),
        ("north", 3, {"calls": 1}),
        ("south", 3, {"calls": 2}),
    ]
    assert (await list_totals(scoring.pool, scoring.cache, south)).rows == totals[2:]


async def test_what_erased_reps_did_counts_in_its_own_month(scoring: Scoring) -> None:
    await scoring.pool.executemany(
        "INSERT INTO total_of_erased_reps (team, month, behaviour, total) VALUES ('north', $1, 'calls', $2)",
        [(date(2026, month, 1), month) for month in range(1, 5)],
    )

    query = TotalsQuery(first=date(2026, 2, 14), last=date(2026, 3, 14))
    totals = (await list_totals(scoring.pool, scoring.cache, query)).rows

    assert [(total.month.month, total.counts) for total in totals] == [(2, {"calls": 2}), (3, {"calls": 3})]


async def test_a_month_in_which_nothing_counted_has_no_totals(scoring: Scoring) -> None:
    query = TotalsQuery(first=MONDAY, last=MONDAY)

    assert (await scoring.day(ANA))["counts"] == "{}"
    assert (await list_totals(scoring.pool, scoring.cache, query)).rows == ()
