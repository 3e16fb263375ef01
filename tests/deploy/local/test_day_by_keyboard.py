"""A day of a manager and of a rep at a real browser, with the keyboard alone, while a CRM posts to a real Daymark."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.browsers.chromium import Chromium, needs_chromium, running_chromium
from tests.browsers.keyboard import ENTER, Keyboard
from tests.deploy.local.one_rep import ACME, MAIL, running_week
from tests.mailbox import Mailbox, receiving_mail
from tests.running_daymark import RunningDaymark

pytestmark = needs_chromium
SECRET: Final = "canary-secret-5f2a6d1c"
IN_THE_CRM: Final = "https://crm.example.com/calls/1"
ROSTER: Final = """\
teams:
  - id: north
    name: North
    managers: [{id: mara, name: Mara Lind, timezone: Europe/Madrid, email: mara@example.com}]
    reps: [{id: ana, name: Ana Ruiz, timezone: Europe/Madrid, email: ana@example.com, identities: [{source: acme, user: "7"}]}]
"""
MONDAY: Final = (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
"""In Madrid: the beginning of Monday, and 10:00."""
IS_LIVE: Final = "document.getElementById('live').classList.contains('on')"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with receiving_mail() as serving:
        yield serving


@pytest.fixture
async def daymark(tmp_path: Path, mailbox: Mailbox) -> AsyncIterator[RunningDaymark]:
    """On Monday at ten, with a playbook that was announced."""
    (tmp_path / "secret").write_text(SECRET)
    settings = MAIL.format(port=mailbox.port) + ACME.format(secret=tmp_path / "secret") + 'url = "link"\n'
    async with running_week(tmp_path, settings, roster=ROSTER, until=MONDAY) as running:
        yield running


async def _post_call(daymark: RunningDaymark) -> None:
    call = {"id": "call-1", "type": "call", "rep": "7", "at": "2026-03-02T08:30:00Z", "link": IN_THE_CRM}
    async with httpx.AsyncClient(base_url=daymark.urls.ingest) as sender:
        assert (await sender.post("/webhooks/acme", params={"key": SECRET}, json=call)).status_code == 200


async def _sign_in(keyboard: Keyboard, daymark: RunningDaymark, mailbox: Mailbox, person: str) -> None:
    """By the link that comes by mail."""

    def ask() -> None:
        keyboard.chromium.open(f"{daymark.urls.pages}/sign-in")
        keyboard.type("textbox", "Your email", f"{person}@example.com{ENTER}")
        keyboard.see("on its way")

    def follow(link: str) -> None:
        keyboard.chromium.open(link)
        keyboard.follow("button", "Sign in", until="Sign out")

    mailbox.arrived.clear()
    await asyncio.to_thread(ask)
    while (link := _link_to_sign_in(mailbox, person)) is None:
        await mailbox.arrived.wait()
        mailbox.arrived.clear()
    await asyncio.to_thread(follow, link)


def _link_to_sign_in(mailbox: Mailbox, person: str) -> str | None:
    texts = [str(mail.get_body(("plain",))) for mail in mailbox.messages if f"{person}@example.com" in mail["To"]]
    links = re.findall(r"http://\S+/sign-in/\S+", "\n".join(texts))
    return links[-1] if links else None


async def test_a_manager_sees_a_call_arrive_follows_it_recognises_it_and_changes_a_target_and_the_rep_reads_all_of_it(
    daymark: RunningDaymark, mailbox: Mailbox
) -> None:
    with running_chromium() as chromium, running_chromium() as of_rep:
        manager, rep = Keyboard(chromium=chromium), Keyboard(chromium=of_rep)
        await _sign_in(manager, daymark, mailbox, "mara")
        await asyncio.to_thread(chromium.wait_for, IS_LIVE)
        before = _bar(chromium)
        await asyncio.to_thread(manager.tab_to, "link", "Ana Ruiz")
        chromium.run("window.isSamePage = true")
        await _post_call(daymark)
        await asyncio.to_thread(chromium.wait_for, "document.querySelector('#rep-ana .figure').textContent === '1/2'")

        assert (before, _bar(chromium)) == (["0/2", "0"], ["1/2", "50"])
        assert chromium.run("return [window.isSamePage, document.activeElement.textContent]") == [True, "Ana Ruiz"]
        assert chromium.run("return document.getElementById('live').textContent.startsWith('live, last event')")
        await asyncio.to_thread(_follow_the_call_and_recognise_it, manager)
        await asyncio.to_thread(_ask_for_six_calls, manager)
        await _sign_in(rep, daymark, mailbox, "ana")
        await asyncio.to_thread(_read_dispute_and_pause, rep)
        await asyncio.to_thread(manager.follow, "link", "Inbox", until="Ana Ruiz: it's recorded twice")


def _bar(chromium: Chromium) -> object:
    """The figure of the bar, and how much of it is filled."""
    return chromium.run(
        "const row = document.querySelector('#rep-ana');"
        "return [row.querySelector('.figure').textContent, row.querySelector('.filled')?.getAttribute('width') ?? '0']"
    )


def _follow_the_call_and_recognise_it(manager: Keyboard) -> None:
    manager.chromium.press(ENTER)
    manager.see("Left: 1 call.")
    manager.follow("link", "What was recorded", until="Recorded in: acme, call-1")
    manager.tab_to("link", "open in the CRM")
    assert manager.chromium.run("return document.activeElement.href") == IN_THE_CRM
    manager.follow("link", "Ana Ruiz", until="Write to Ana")
    manager.follow("link", "Write to Ana", until="What would you like to say?")
    manager.type("textbox", "What would you like to say?", "That was a good opening.")
    manager.follow("button", "Send to Ana", until="That was a good opening.")


def _ask_for_six_calls(manager: Keyboard) -> None:
    manager.follow("link", "Playbook", until="2 a day")
    manager.follow("link", "Change the playbook", until="Nothing is changed yet")
    manager.type("textbox", "Fri target of Calls", "6")
    manager.see("fri: 6")
    manager.follow("button", "Publish", until="Published")


def _read_dispute_and_pause(rep: Keyboard) -> None:
    rep.see("Left: 1 call.")
    rep.see("That was a good opening.")
    rep.follow("link", "Monday 2 March", until="Recorded in: acme, call-1")
    rep.follow("DisclosureTriangle", "Something's wrong", until="It's recorded twice")
    rep.follow("button", "It's recorded twice", until="You: it's recorded twice")
    rep.follow("link", "Preferences", until="Pause until")
    rep.type("Date", "Pause until", "03092026")
    rep.follow("button", "Save", until="Saved")
