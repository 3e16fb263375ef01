"""Days that are scored again because somebody asks for it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.scoring.rescore.rescore_on_request import NoSuchReps, rescore_on_request
from shared.events import TeamId
from shared.requests.definitions import RescoreQuery
from tests.services.scoring.conftest import ANA, BEN, MONDAY, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import rep_id_of


async def test_a_rescore_can_be_requested_for_a_team_a_rep_and_a_span(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("b1", actor="8"))
    await scoring.pool.execute("UPDATE rep_day SET score = 1")

    state = await rescore_on_request(scoring.pool, scoring.cache, RescoreQuery(rep=ANA, first=MONDAY), now=scoring.now)
    await scoring.rescore()

    ana, ben = await scoring.day(ANA), await scoring.day(BEN)
    assert (state.reps, ana["score"], ben["score"]) == (1, Decimal("30.00"), Decimal(1))


async def test_only_days_within_the_span_are_scored_again(scoring: Scoring) -> None:
    sunday, tuesday = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
    await scoring.record(*[observed(f"a{day}", started_at=f"{day}T12:00:00+00:00") for day in (sunday, MONDAY, tuesday)])
    await scoring.pool.execute("UPDATE rep_day SET score = 1, counts = '{}'")

    await rescore_on_request(scoring.pool, scoring.cache, RescoreQuery(rep=ANA, first=MONDAY, last=MONDAY), now=scoring.now)
    # The activities are assigned again as well, which touches every day that has one.
    await scoring.pool.execute("UPDATE pending_rescore SET needs_reassignment = false")
    await scoring.rescore()

    scores = [(await scoring.day(ANA, day))["score"] for day in (sunday, MONDAY, tuesday)]
    assert scores == [Decimal(1), Decimal("30.00"), Decimal(1)]


@pytest.mark.parametrize(
    "query",
    [
        RescoreQuery(team=TeamId("nowhere")),
        RescoreQuery(rep=rep_id_of("nobody")),
        RescoreQuery(team=TeamId("south"), rep=ANA),
    ],
)
async def test_a_request_that_matches_no_rep_is_refused(scoring: Scoring, query: RescoreQuery) -> None:
    await scoring.apply(roster=ROSTER + "  - {id: south, name: South}\n")

    with pytest.raises(NoSuchReps):
        await rescore_on_request(scoring.pool, scoring.cache, query, now=scoring.now)
