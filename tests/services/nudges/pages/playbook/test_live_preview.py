"""The form previews in a real browser while somebody types, and touches no field."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.browsers.chromium import Chromium, needs_chromium, running_chromium
from tests.services.nudges.pages.doors.visits import Visits
from tests.services.nudges.pages.playbook.forms import EDIT
from tests.services.nudges.pages.playbook.scoring import PlaybookScoring
from tests.serving import served

pytestmark = needs_chromium
_TYPE = """
    const field = document.getElementById(arguments[0]);
    field.focus();
    field.value = arguments[1];
    field.dispatchEvent(new Event("input", { bubbles: true }));
"""
_SHOWN = "['behaviour.0.fri', 'message'].map((id) => document.getElementById(id).value).concat(document.activeElement.id)"


@pytest.fixture
async def address(playbook_visits: Visits) -> AsyncIterator[str]:
    """Where a browser finds the pages."""
    async with served(playbook_visits.app) as port:
        yield f"http://127.0.0.1:{port}"


def _type_and_publish(chromium: Chromium, address: str, session: str) -> list[object]:
    chromium.command("Network.enable", {})
    chromium.command("Network.setCookie", {"name": "daymark-session", "value": session, "url": address})
    chromium.open(address + EDIT)
    chromium.run(_TYPE, "message", "Talk more.")
    chromium.run(_TYPE, "behaviour.0.fri", "many")
    chromium.wait_for("document.getElementById('mistake-behaviour.0.target').textContent !== ''")
    wrong = chromium.run(f"return {_SHOWN}")
    chromium.run(_TYPE, "behaviour.0.fri", "6")
    chromium.wait_for("document.getElementById('remarks').textContent.includes('6 on Friday')")
    right = chromium.run(f"return {_SHOWN}")
    file = chromium.run("return document.querySelector('#file code').textContent")
    chromium.click("button[value=publish]")
    chromium.wait_for("location.pathname === '/playbook/north'")
    return [wrong, right, file]


@pytest.mark.timeout(120)
async def test_what_publishing_would_do_is_shown_while_somebody_types(
    playbook_visits: Visits, playbooks: PlaybookScoring, address: str
) -> None:
    session = (await playbook_visits.sign_in("mara")).cookies["daymark-session"]

    with running_chromium() as chromium:
        wrong, right, file = await asyncio.to_thread(_type_and_publish, chromium, address, session)

    assert wrong == ["many", "Talk more.", "behaviour.0.fri"]
    assert right == ["6", "Talk more.", "behaviour.0.fri"]
    assert f"{file}\n" == (await playbooks.show()).versions[-1].text
