"""A rep disputes an activity on a running Daymark: it is marked, the manager sees it, and it is erased with the rep."""

import json
import os
import re
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER
from tests.deploy.local.signed_in import signed_in
from tests.running_daymark import RunningDaymark, running_daymark

BEN = '{id: ben, name: Ben Ode, timezone: UTC, identities: [{source: acme, user: "8"}]}'


@pytest.fixture
async def daymark(tmp_path: Path) -> AsyncIterator[RunningDaymark]:
    """Ana has had one call today."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    call = {"activity_id": "c/1", "kind": "call", "observed_at": now.isoformat()}
    facts = {"actor": "7", "started_at": now.isoformat(), "duration_s": 109, "contact_key": "hush", "owner": "hush"}
    (tmp_path / "call.ndjson").write_text(json.dumps(call | {"facts": facts}))
    (tmp_path / "roster.yaml").write_text(ROSTER.replace("Europe/Madrid", "UTC"))
    (tmp_path / "without_ana.yaml").write_text(ROSTER.partition("    reps:")[0] + f"    reps: [{BEN}]\n")
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK)
    async with running_daymark(tmp_path / "d", FREE_PORTS) as running:
        await running.command("roster", "apply", str(tmp_path / "roster.yaml"))
        await running.command("playbook", "apply", str(tmp_path / "playbook.yaml"))
        await running.command("import", str(tmp_path / "call.ndjson"), "--source", "acme")
        await running.settle()
        yield running


async def test_a_dispute_is_shown_to_everybody_survives_a_crash_and_is_erased_with_the_rep(
    daymark: RunningDaymark, tmp_path: Path
) -> None:
    async with signed_in(daymark, "you", "ana") as (client, own_page), signed_in(daymark, "inbox", "mara") as (mara, inbox):
        (day,) = re.findall(r'href="-(/day/[0-9-]+)"', (await client.get(own_page)).text)[:1]
        page = (await client.get(own_page + day)).text
        assert "1 min 49 s" in page
        assert "hush" not in page
        (activity,) = re.findall(r'formaction="[0-9-]+(/activity/[0-9a-f]+/)not_mine"', page)
        scores = await daymark.command("scores", "--csv", "--from", "2020-01-01")

        (csrf,) = set(re.findall(r'name="csrf" value="([0-9a-f]+)"', page))
        disputed = await client.post(f"{own_page}{day}{activity}not_mine", data={"csrf": csrf})
        assert "it was somebody else&#39;s work" in disputed.text
        await daymark.kill("nudges")
        await _wait_until_ready(daymark)

        assert "it was somebody else&#39;s work" in (await client.get(own_page + day)).text
        assert "Ana Ruiz: call" in (await mara.get(inbox)).text
        explanation = await daymark.command("explain", "ana", day[-10:])
        assert re.search(r"counts for calls \(disputed [0-9-]+: not mine\)", explanation)
        assert await daymark.command("scores", "--csv", "--from", "2020-01-01") == scores
        await _assert_a_page_does_not_wait_for_scoring(client, daymark, own_page + day)

        await daymark.command("roster", "apply", str(tmp_path / "without_ana.yaml"))
        await daymark.command("forget", "ana", "--yes")
        assert "Ana Ruiz" not in (await mara.get(inbox)).text
        assert "<h1>Sign in</h1>" in (await client.get(own_page + day)).text


async def _assert_a_page_does_not_wait_for_scoring(client: httpx.AsyncClient, daymark: RunningDaymark, url: str) -> None:
    """While scoring hangs, the page asks to come back soon instead of hanging, too."""
    scoring = daymark.pids()["scoring"]
    os.kill(scoring, signal.SIGSTOP)
    try:
        response = await client.get(url)
    finally:
        os.kill(scoring, signal.SIGCONT)
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")


async def _wait_until_ready(daymark: RunningDaymark) -> None:
    """Return once nudges, which was started again, is ready."""
    transport = httpx.AsyncHTTPTransport(retries=20)
    async with httpx.AsyncClient(transport=transport, timeout=30) as client:
        while (await client.get(f"{daymark.urls.probes['nudges']}/readyz")).status_code != 200:
            pass
