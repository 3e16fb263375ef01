"""What a manager sees in a real browser, while a CRM posts to a real Daymark."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from deploy.demo.time_stepper import TimeStepper
from shared.jetstream.client import disconnect
from tests.browsers.chromium import Chromium, has_chromium, running_chromium
from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER
from tests.running_daymark import RunningDaymark, running_daymark

pytestmark = pytest.mark.skipif(not has_chromium(), reason="needs Chromium: apt-get install chromium chromium-driver")
SECRET = "canary-secret-5f2a6d1c"
SETTINGS = """
[clock]
mode = "stepped"
[sources.acme]
kind = "shared-secret"
secrets = ["file:{secret}"]
secret_in = "query:key"
[sources.acme.fields]
activity_id = "id"
kind = "type"
observed_at = "at"
actor = "rep"
started_at = "at"
"""
SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONDAY = (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
"""In Madrid: the beginning of Monday, and 10:00."""
IS_LIVE = "document.getElementById('live').classList.contains('on')"


@pytest.fixture
async def daymark(tmp_path: Path) -> AsyncIterator[RunningDaymark]:
    """On Monday at ten, with a playbook that was announced."""
    (tmp_path / "roster.yaml").write_text(ROSTER)
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK)
    (tmp_path / "secret").write_text(SECRET)
    async with running_daymark(tmp_path / "d", FREE_PORTS + SETTINGS.format(secret=tmp_path / "secret")) as running:
        connection = await running.connect()
        stepper = TimeStepper(connection)
        await stepper.step_to(SUNDAY)
        await running.command("roster", "apply", str(tmp_path / "roster.yaml"))
        await running.command("playbook", "apply", str(tmp_path / "playbook.yaml"))
        for moment in MONDAY:
            await stepper.step_to(moment)
        await disconnect(connection)
        yield running


def _bar(chromium: Chromium) -> object:
    """The figure of the bar, and how much of it is filled."""
    return chromium.run(
        "const row = document.querySelector('#rep-ana');"
        "return [row.querySelector('.figure').textContent, row.querySelector('.filled')?.getAttribute('width') ?? '0']"
    )


async def _post_call(daymark: RunningDaymark) -> None:
    call = {"id": "call-1", "type": "call", "rep": "7", "at": "2026-03-02T08:30:00Z"}
    async with httpx.AsyncClient(base_url=daymark.urls.ingest) as sender:
        assert (await sender.post("/webhooks/acme", params={"key": SECRET}, json=call)).status_code == 200


async def test_a_call_that_a_crm_posts_moves_its_bar_on_a_page_that_is_open(daymark: RunningDaymark) -> None:
    link = (await daymark.command("inbox", "mara")).strip()
    with running_chromium() as chromium:
        await asyncio.to_thread(chromium.open, link)
        await asyncio.to_thread(chromium.click, "main button")
        await asyncio.to_thread(chromium.click, "nav a[href='/today']")
        await asyncio.to_thread(chromium.wait_for, IS_LIVE)
        before = _bar(chromium)
        chromium.run("window.isSamePage = true; document.querySelector('#rep-ana a').focus()")

        await _post_call(daymark)
        await asyncio.to_thread(chromium.wait_for, "document.querySelector('#rep-ana .figure').textContent === '1/2'")

        assert (before, _bar(chromium)) == (["0/2", "0"], ["1/2", "50"])
        assert chromium.run("return [window.isSamePage, document.activeElement.textContent]") == [True, "Ana Ruiz"]
        assert chromium.run("return document.getElementById('live').textContent.startsWith('live, last event')")
