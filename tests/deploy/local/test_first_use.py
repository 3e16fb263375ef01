"""First use in a real browser, with the keyboard alone: from an empty data folder to a first score, without a file."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from deploy.demo.time_stepper import TimeStepper
from shared.jetstream.client import disconnect
from tests.browsers.chromium import needs_chromium, running_chromium
from tests.browsers.keyboard import Keyboard
from tests.deploy.local.one_rep import FREE_PORTS
from tests.running_daymark import RunningDaymark, running_daymark

pytestmark = needs_chromium
MONDAY: Final = (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
"""In Madrid: the beginning of Monday, and 10:00."""
MADRID: Final = "Europe/Madrid"
PRESSES_MAX: Final = 12


@dataclass
class Operator:
    """Somebody who has no mouse. What would be clicks is counted."""

    keyboard: Keyboard
    presses: int = 0

    async def press(self, role: str, name: str, *, until: str) -> None:
        """Go to a link or a button, press it, and wait until the page says something."""
        self.presses += 1
        await asyncio.to_thread(self.keyboard.follow, role, name, until)

    async def type(self, texts: Mapping[str, str]) -> None:
        """Into fields by their labels, in the order of Tab. What a field holds is selected when it gets the focus."""
        for label, text in texts.items():
            await asyncio.to_thread(self.keyboard.type, "textbox", label, text)

    async def copy(self, label: str) -> str:
        return await asyncio.to_thread(self.keyboard.copy, "textbox", label)


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
        operator = Operator(Keyboard(chromium=chromium))
        await asyncio.to_thread(chromium.open, link)
        await operator.type({"Your email": "mara@example.com"})
        await operator.press("button", "Begin", until="Set up Daymark")

        await operator.press("link", "Next: Your team", until="Who manages it?")
        await operator.type({"Name of the team": "North", "Name of the manager": "Mara Lind", "Time zone": MADRID})
        await operator.press("button", "Add the team", until="Which CRM do your reps use?")

        await operator.press("link", "Standard Webhooks", until="Name of the source")
        await operator.press("button", "Make the address", until="Copy it now.")
        address, key = await operator.copy("Address"), await operator.copy("Signing key")
        await asyncio.to_thread(operator.keyboard.see, "Waiting for the first webhook")
        await _post_call(address, key)
        await asyncio.to_thread(operator.keyboard.see, "call by user 882761034")
        await daymark.wait_until_scored()

        await operator.press("link", "Who is that?", until="User 882761034 of standard")
        await operator.type({"Name": "Ana Ruiz", "Email": "ana@example.com", "Time zone": MADRID})
        await operator.press("button", "Add as a rep", until="One rep so far")
        await operator.press("link", "Go on to a first playbook", until="Publish from today")
        await operator.press("button", "Publish from today", until="see who was reached and when")
        await operator.press("link", "See your team today", until="1/10")

        assert "Ana Ruiz" in operator.keyboard.text()
        assert operator.presses <= PRESSES_MAX
    refused = await daymark.failing_command("operator", "first")
    assert "There is an operator already" in refused
