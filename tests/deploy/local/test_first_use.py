"""First use in a real browser: from an empty data folder to a first score, without a file."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from deploy.demo.time_stepper import TimeStepper
from shared.jetstream.client import disconnect
from tests.browsers.chromium import Chromium, needs_chromium, running_chromium
from tests.browsers.keyboard import Keyboard
from tests.deploy.local.one_rep import FREE_PORTS
from tests.running_daymark import RunningDaymark, running_daymark

pytestmark = needs_chromium
MONDAY: Final = (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
"""In Madrid: the beginning of Monday, and 10:00."""
MADRID: Final = "Europe/Madrid"
CLICKS_MAX: Final = 12


@dataclass
class Operator:
    """Somebody at a browser, whose clicks are counted."""

    chromium: Chromium
    clicks: int = 0

    async def click(self, selector: str) -> None:
        self.clicks += 1
        await asyncio.to_thread(self.chromium.click, selector)

    async def enter(self, **texts: str) -> None:
        """Fill in fields by their names."""
        for name, text in texts.items():
            await asyncio.to_thread(self.chromium.enter, f"main form [name={name}]", text)

    async def see(self, text: str) -> None:
        """Return once the text is there."""
        await asyncio.to_thread(Keyboard(chromium=self.chromium).see, text)

    def read(self, selector: str) -> str:
        return str(self.chromium.run("return document.querySelector(arguments[0]).textContent", selector))


@pytest.fixture
async def daymark(tmp_path: Path) -> AsyncIterator[RunningDaymark]:
    """Nothing but free ports and a clock that is stepped to Monday at ten."""
    async with running_daymark(tmp_path / "d", f'{FREE_PORTS}[clock]\nmode = "stepped"\n') as running:
        connection = await running.connect()
        stepper = TimeStepper(connection)
        for moment in MONDAY:
            await stepper.step_to(moment)
        await disconnect(connection)
        yield running


async def _post_call(address: str, key: str) -> None:
    """As the sender signs it."""
    facts = {"actor": "882761034", "started_at": "2026-03-02T08:30:00Z", "outcome": "connected"}
    body = json.dumps({"activity_id": "c1", "kind": "call", "observed_at": "2026-03-02T08:30:00Z", "facts": facts}).encode()
    timestamp = str(int(MONDAY[-1].timestamp()))
    secret = base64.b64decode(key.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(secret, f"m1.{timestamp}.".encode() + body, "sha256")).decode()
    headers = {"webhook-id": "m1", "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}
    async with httpx.AsyncClient() as sender:
        assert (await sender.post(address, content=body, headers=headers)).status_code == 200


async def test_an_empty_start_leads_to_a_first_score_without_a_file(daymark: RunningDaymark) -> None:
    assert "nobody has set it up yet" in daymark.log()
    link = (await daymark.command("operator", "first")).strip()
    with running_chromium() as chromium:
        operator = Operator(chromium)
        await asyncio.to_thread(chromium.open, link)
        await operator.enter(email="mara@example.com")
        await operator.click("main button")
        await operator.see("Set up Daymark")

        await operator.click("a.action")
        await operator.enter(team="North", manager="Mara Lind", timezone=MADRID)
        await operator.click("main button")
        await operator.see("Which CRM do your reps use?")

        await operator.click("a[href='/setup/source/new/standard']")
        await operator.click("main button")
        await operator.see("Copy it now.")
        address, key = operator.read(".paste code"), operator.read("#new-secret")
        await operator.see("Waiting for the first webhook")
        await _post_call(address, key)
        await operator.see("call by user 882761034")
        await daymark.wait_until_scored()

        await operator.click("#received a.action")
        await operator.see("User 882761034 of standard")
        await operator.enter(name="Ana Ruiz", email="ana@example.com", timezone=MADRID)
        await operator.click("main form button")
        await operator.see("One rep so far")
        await operator.click("a[href='/setup/playbook']")
        await operator.see("Publish from today")
        await operator.click("main form button")
        await operator.see("shows who was reached when")
        await operator.click("a[href='/today']")
        await operator.see("1/10")

        assert "Ana Ruiz" in operator.read("main")
        assert operator.clicks <= CLICKS_MAX
    refused = await daymark.failing_command("operator", "first")
    assert "There is an operator already" in refused
