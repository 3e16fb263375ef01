"""The demonstration: four weeks of a team, from signed webhooks to the words that they call for."""

import csv
from datetime import date
from pathlib import Path

import pytest

from deploy.demo.expectations import expected_nudges
from tests.faults.demo_under_kills import play_under_kills

_GOLDEN = Path(__file__).with_name("expected_nudges.csv")


def _golden() -> list[tuple[date, str, str, str]]:
    with _GOLDEN.open() as file:
        return [(date.fromisoformat(day), rep, rule, status) for day, rep, rule, status in csv.reader(file)]


def test_the_habits_call_for_the_nudges_of_the_list() -> None:
    assert [tuple(nudge) for nudge in expected_nudges(weeks=4)] == _golden()


@pytest.mark.timeout(600)
async def test_the_team_hears_exactly_the_nudges_of_the_list(tmp_path: Path) -> None:
    played = await play_under_kills(tmp_path / "d", weeks=4, kills=0, seed=1)

    assert played.nudges == _golden()
    assert len(played.delivered) == len(set(played.delivered)) == len(_golden())
