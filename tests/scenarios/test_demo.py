"""The demonstration: four weeks of a team, from signed webhooks to the nudges that they call for."""

from pathlib import Path

import pytest

from deploy.demo.expectations import expected_nudges
from tests.faults.demo_under_kills import play_under_kills


@pytest.mark.timeout(600)
async def test_the_team_gets_exactly_the_expected_nudges(tmp_path: Path) -> None:
    played = await play_under_kills(tmp_path / "d", weeks=4, kills=0, seed=1)

    expected = [tuple(nudge) for nudge in expected_nudges(weeks=4)]
    assert played.nudges == expected
    assert len(played.delivered) == len(set(played.delivered)) == sum(status == "sent" for *_, status in expected)
