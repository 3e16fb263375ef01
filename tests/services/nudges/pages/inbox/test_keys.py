"""What keys do on the inbox, in a real browser in front of the pages."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from services.nudges.access.sessions import Origin, open_session
from shared.events import NudgeId, NudgeKind
from tests.browsers.chromium import Chromium, needs_chromium, running_chromium
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.reports import behaviour, open_report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.doors.visits import Visits
from tests.serving import served

pytestmark = needs_chromium
FOCUSED = "return document.activeElement.id || document.activeElement.textContent.trim()"


@asynccontextmanager
async def _served(visits: Visits) -> AsyncIterator[str]:
    """The address of the pages on this machine."""
    async with served(visits.app) as port:
        yield f"http://127.0.0.1:{port}"


def _press(chromium: Chromium, keys: str) -> object:
    """Press keys one after the other, and say what is focused then."""
    for key in keys:
        chromium.command("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, "text": key})
        chromium.command("Input.dispatchKeyEvent", {"type": "keyUp", "key": key})
    return chromium.run(FOCUSED)


async def _in_inbox(visits: Visits, visit: Callable[[Chromium], None]) -> None:
    """Let Mara, signed in, open her inbox."""
    async with visits.pool.acquire() as connection:
        token = await open_session(connection, MARA.id, Origin.MESSAGE, now=NOON)

    def open_inbox(address: str) -> None:
        with running_chromium() as chromium:
            chromium.command("Network.setCookie", {"name": "daymark-session", "value": token, "url": address})
            chromium.open(f"{address}/inbox/mara/-")
            visit(chromium)

    async with _served(visits) as address:
        await asyncio.to_thread(open_inbox, address)


@pytest.fixture(autouse=True)
async def _two_cards(rows: Rows) -> None:
    """A hint that waits for Mara, and a plan that Ana has done."""
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_day(open_report(MONDAY, behaviours=(behaviour("Calls", 6, 6),)))
    await rows.add_nudge(make_nudge("hint", kind=NudgeKind.COACHING, rule="drop"))
    await rows.add_nudge(make_nudge("done"))


async def test_keys_move_between_cards_and_press_what_they_offer(visits: Visits, rows: Rows) -> None:
    focused: list[object] = []

    def visit(chromium: Chromium) -> None:
        focused.extend(_press(chromium, key) for key in ("j", "j", "j", "k", "w"))
        chromium.run("document.querySelector('select').focus()")
        focused.append(_press(chromium, "j"))
        chromium.run("document.getElementById('nudge-hint').focus()")
        _press(chromium, "h")
        chromium.wait_for("document.querySelector('#nudge-hint [role=status]') !== null")
        focused.append(chromium.run(FOCUSED))
        _press(chromium, "jr")
        chromium.wait_for("document.querySelector('#nudge-done [role=status]') !== null")
        focused.append(chromium.run(FOCUSED))

    await _in_inbox(visits, visit)

    assert focused[:5] == ["nudge-hint", "nudge-done", "nudge-done", "nudge-hint", "It was somebody else's work"]
    assert str(focused[5]).startswith("Everybody")
    assert focused[6:] == ["nudge-hint", "nudge-done"]
    answered = await rows.pool.fetchrow("SELECT nudge_id, answer FROM answer")
    assert answered is not None
    assert (answered["nudge_id"], answered["answer"]) == ("hint", "coached")
    assert await rows.pool.fetchval("SELECT nudge_id FROM recognition") == NudgeId("done")


async def test_the_list_of_keys_opens_with_a_question_mark_and_turns_them_off(visits: Visits) -> None:
    seen: list[object] = []

    def visit(chromium: Chromium) -> None:
        _press(chromium, "?")
        seen.append(chromium.run("return document.getElementById('keys').open"))
        _press(chromium, "j")
        seen.append(chromium.run("return document.activeElement.closest('.card') === null"))
        chromium.click("#keys-toggle")
        chromium.click("#keys form button")
        seen.append(_press(chromium, "j"))
        chromium.click("#keys-open")
        chromium.click("#keys-toggle")
        chromium.click("#keys form button")
        seen.append(_press(chromium, "j"))

    await _in_inbox(visits, visit)

    assert (seen[:2], seen[3]) == ([True, True], "nudge-hint")
    assert seen[2] != "nudge-hint"
