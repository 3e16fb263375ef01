"""A rep contests an activity on a running Daymark: it is marked, the manager sees it, and it goes when the rep is forgotten."""

import json
import os
import re
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.deploy.local.test_daymark_up import CONFIGURATION, PLAYBOOK, ROSTER
from tests.house_of_its_own import LivingHouse, living_house

BEN = '{id: ben, name: Ben Ode, timezone: UTC, identities: [{source: acme, user: "8"}]}'


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LivingHouse]:
    """Ana has had one call today."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    call = {"activity_id": "c/1", "kind": "call", "observed_at": now.isoformat()}
    facts = {"actor": "7", "started_at": now.isoformat(), "duration_s": 109, "contact_key": "hush", "owner": "hush"}
    (tmp_path / "call.ndjson").write_text(json.dumps(call | {"facts": facts}))
    (tmp_path / "roster.yaml").write_text(ROSTER.replace("Europe/Madrid", "UTC"))
    (tmp_path / "left.yaml").write_text(ROSTER.partition("    reps:")[0] + f"    reps: [{BEN}]\n")
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK)
    async with living_house(tmp_path / "d", CONFIGURATION) as living:
        await living.command("roster", "apply", str(tmp_path / "roster.yaml"))
        await living.command("playbook", "apply", str(tmp_path / "playbook.yaml"))
        await living.command("import", str(tmp_path / "call.ndjson"), "--source", "acme")
        await living.settle()
        yield living


async def test_it_is_marked_for_everybody_outlives_a_kill_and_goes_with_the_rep(house: LivingHouse, tmp_path: Path) -> None:
    own, inbox = [(await house.command(*words)).strip() for words in (("you", "ana"), ("inbox", "mara"))]
    async with httpx.AsyncClient(follow_redirects=True, timeout=30) as client:
        (day,) = re.findall(r'href="[0-9a-f]+(/day/[0-9-]+)"', (await client.get(own)).text)[:1]
        page = (await client.get(own + day)).text
        assert "1 min 49 s" in page
        assert "hush" not in page
        (activity,) = re.findall(r'formaction="[0-9-]+(/activity/[0-9a-f]+/)not_mine"', page)
        before = await house.command("scores", "--csv", "--from", "2020-01-01")

        marked = await client.post(f"{own}{day}{activity}not_mine")
        assert "it belongs to somebody else" in marked.text
        await house.kill("nudges")
        await _is_ready(house)

        assert "it belongs to somebody else" in (await client.get(own + day)).text
        assert "Ana Ruiz: call" in (await client.get(inbox)).text
        assert re.search(r"counts for calls \(contested [0-9-]+: not mine\)", await house.command("explain", "ana", day[-10:]))
        assert await house.command("scores", "--csv", "--from", "2020-01-01") == before
        await _scoring_that_hangs_is_not_waited_for(client, house, own + day)

        await house.command("roster", "apply", str(tmp_path / "left.yaml"))
        await house.command("forget", "ana", "--yes")
        assert "Ana Ruiz" not in (await client.get(inbox)).text
        assert (await client.get(own + day)).status_code == 404


async def _scoring_that_hangs_is_not_waited_for(client: httpx.AsyncClient, house: LivingHouse, address: str) -> None:
    scoring = house.pids()["scoring"]
    os.kill(scoring, signal.SIGSTOP)
    try:
        answer = await client.get(address)
    finally:
        os.kill(scoring, signal.SIGCONT)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "nothing was noted" in answer.text


async def _is_ready(house: LivingHouse) -> None:
    """Return once the service that was started again answers."""
    connection = httpx.AsyncHTTPTransport(retries=20)
    async with httpx.AsyncClient(transport=connection, timeout=30) as patient:
        while (await patient.get(f"{house.said['pages']}/readyz")).status_code != 200:
            pass
