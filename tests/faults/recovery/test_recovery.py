"""A slice of `make faults`: one outage."""

import math
from pathlib import Path

import pytest

from tests.faults.recovery.outage_run import OutageRun
from tests.faults.recovery.outages import OUTAGES
from tests.faults.recovery.power_cuts import first_minute_moments


@pytest.mark.timeout(600)
async def test_postgres_stops_for_a_moment_and_daymark_says_so_loses_nothing_and_works_again(tmp_path: Path) -> None:
    outage = next(outage for outage in OUTAGES if outage.name == "Postgres stopped")

    run = OutageRun(
        home=tmp_path, outage=outage, outage_s=8, rate=20, seed=1, with_alerts=False, back_max_s=math.inf
    )  # how soon it is back is measured by `make faults`; tests share a busy machine

    outcome = await run.run()

    assert outcome.wrong == ()
    assert outcome.accepted > 0


def test_most_power_cuts_of_the_first_minute_are_in_its_first_seconds_and_the_seed_repeats_them() -> None:
    moments = first_minute_moments(20, seed=1)

    assert moments == first_minute_moments(20, seed=1)
    assert moments != first_minute_moments(20, seed=2)
    assert len([moment_s for moment_s in moments if moment_s < 12]) == 14
    assert 0 < moments[0] < moments[-1] < 60
