"""Nothing is lost, counted twice or sent twice, whichever process is killed."""

import asyncio
from pathlib import Path

import pytest

from deploy.demo.expectations import expected_nudges
from tests.faults import whole_trace
from tests.faults.demo_under_kills import play_under_kills
from tests.faults.nudges import messages_under_kills, nudges_under_kills


@pytest.mark.skipif(not whole_trace.has_trace(), reason="needs the real trace; DAYMARK_TRACE names its folder")
@pytest.mark.timeout(600)
async def test_a_slice_of_the_real_trace_survives_three_kills_of_every_process(tmp_path: Path) -> None:
    outcome = await whole_trace.run(tmp_path / "d", until="2011-10-08", kills_each=3, seed=1, servers_too=False)

    assert outcome.csv == outcome.expected
    assert "0 differences" in outcome.audit
    assert min(outcome.kills.values()) == 3
    assert outcome.crashes == []
    assert len(outcome.nudges) == len(set(outcome.nudges))


@pytest.mark.timeout(600)
async def test_the_team_gets_the_expected_nudges_once_each_while_services_and_servers_are_killed(tmp_path: Path) -> None:
    played = await play_under_kills(tmp_path / "d", weeks=1, kills=6, seed=1)

    expected = [tuple(nudge) for nudge in expected_nudges(weeks=1)]
    assert played.nudges == expected
    assert sorted(played.delivered) == sorted(set(played.delivered))
    assert len(played.delivered) == sum(status == "sent" for *_, status in expected)
    assert sum(played.kills.values()) == 6


@pytest.mark.timeout(600)
async def test_no_message_is_lost_or_comes_again_as_another_while_nudges_is_killed(tmp_path: Path) -> None:
    """Both runs wait for leases of killed senders to end, so they wait together."""
    folders = tmp_path / "replicas", tmp_path / "messages"
    for folder in folders:
        folder.mkdir()
    replicas, messages = await asyncio.gather(
        nudges_under_kills.run(folders[0], kills=4, seed=2, reports_per_s=20),
        messages_under_kills.run(folders[1], kills=3, seed=3, reports_per_s=10),
    )

    assert (replicas.kills, messages.kills) == (4, 3)
    assert replicas.received == replicas.statuses["sent"] > 100
    assert replicas.statuses.keys() >= {"sent", "withheld", "suppressed"}
    assert messages.received == messages.statuses["sent"]
    assert messages.repeated_s, "no kill fell between the acceptance of a message and its record"
    for outcome in (replicas, messages):
        assert outcome.lost == outcome.decided_twice == outcome.changed == []
        assert outcome.unexplained == 0
