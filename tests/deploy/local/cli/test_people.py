"""Mail to each person: what arrives, for whom, and what it counts for."""

import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from services.nudges.deliver.personal.posts.personal_webhook import key_of
from tests.deploy.local.one_rep import MAIL, running_week
from tests.deploy.local.signed_in import signed_in
from tests.mailbox import Mailbox, receiving_mail
from tests.running_daymark import RunningDaymark

WEBHOOKS = """
[channels.personal_webhooks]
secrets = ["file:{secret}"]
"""
SECRET = "sixteen characters"
ROSTER = """\
teams:
  - id: north
    name: North
    managers: [{id: mara, name: Mara Lind, timezone: Europe/Madrid, email: mara@example.com}]
    reps:
      - {id: ana, name: Ana Ruiz, timezone: Europe/Madrid, email: ana@example.com, reach: [mail, {webhook: "https://ana.example.com/d"}]}
      - {id: ben, name: Ben Ode, timezone: Europe/Madrid}
"""
MONDAY = (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC))
"""In Madrid: the beginning of Monday, and a second after work begins."""


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with receiving_mail() as serving:
        yield serving


@pytest.fixture
async def daymark(tmp_path: Path, mailbox: Mailbox) -> AsyncIterator[RunningDaymark]:
    """On Monday morning, with a playbook that was announced."""
    (tmp_path / "secret").write_text(SECRET)
    settings = MAIL.format(port=mailbox.port) + WEBHOOKS.format(secret=tmp_path / "secret")
    async with running_week(tmp_path, settings, roster=ROSTER, until=MONDAY) as running:
        yield running


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content


async def test_a_mail_reaches_its_person_alone_and_the_announcement_counts_as_delivered(
    daymark: RunningDaymark, mailbox: Mailbox
) -> None:
    (mail,) = mailbox.messages
    assert mailbox.recipients == ["ana@example.com"]
    assert str(mail["To"]) == "Ana Ruiz <ana@example.com>"
    assert "Read it and confirm:" in _text(mail)
    own_page = next(line for line in _text(mail).splitlines() if "/you/ana/" in line)
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        assert "<h1>Sign in</h1>" in (await browser.get(own_page)).text

    (version,) = json.loads(await daymark.command("playbook", "list", "--json"))
    assert (version["announced"], version["delivered"]) == (2, 1)


async def test_operators_see_whom_messages_reach_test_a_way_and_send_a_nudge_again(
    daymark: RunningDaymark, mailbox: Mailbox
) -> None:
    mailbox.to_recipients = "550 no such mailbox"
    refused = await daymark.failing_command("people", "test", "mara")
    people = {row["person"]: row for row in json.loads(await daymark.command("people", "list", "--json"))}
    table = await daymark.command("people", "list")
    _, doctor = await daymark.run("doctor")
    mailbox.to_recipients = "250 OK"
    tested = await daymark.command("people", "test", "mara")
    (nudge_id,) = {row["id"] for row in json.loads(await daymark.command("nudges", "--person", "ana", "--json"))}
    await daymark.command("people", "resend", nudge_id)
    await daymark.settle()
    unknown = await daymark.failing_command("people", "test", "nobody")
    key = await daymark.command("people", "webhook-key", "ana")
    no_webhook = await daymark.failing_command("people", "webhook-key", "mara")
    never_sent = await daymark.failing_command("people", "resend", "nothing")

    assert "mail: the mail server refused the address (550)" in refused
    assert {person: row["problem"] for person, row in people.items()} == {
        "ana": "",
        "ben": "no email address or other way to reach them is known",
        "mara": "mail: the mail server refused the address (550)",
    }
    assert people["ana"]["states"][0]["last_delivered_at"].startswith("2026-03-02T08:00:01")
    assert "mara" in table
    assert "note     people: 2 people cannot be reached: ben (no email address or other way to reach them is known)" in doctor
    assert tested.strip() == "mail: the message was accepted"
    assert "The roster does not list this person today" in unknown
    assert "This nudge cannot be sent again" in never_sent
    encoded = base64.b64encode(key_of("https://ana.example.com/d", SECRET)).decode()
    assert key.strip() == f"https://ana.example.com/d: whsec_{encoded}"
    assert "The roster has no webhook of this person today" in no_webhook
    first, test, again = mailbox.messages
    assert mailbox.recipients == ["ana@example.com", "mara@example.com", "ana@example.com"]
    assert "You don't need to do anything." in _text(test)
    assert first["Message-ID"] == again["Message-ID"] != test["Message-ID"]
    assert "example.com" not in daymark.log()


async def test_the_doctor_names_a_rep_without_a_channel_whom_the_playbook_binds_only_once_they_open_their_page(
    daymark: RunningDaymark,
) -> None:
    _, before = await daymark.run("doctor")
    listed = json.loads(await daymark.command("playbook", "announcements", "--json"))
    async with signed_in(daymark, "you", "ben") as (browser, page):
        opened = await browser.get(page)
        await daymark.settle()
        reached = json.loads(await daymark.command("playbook", "announcements", "--json"))
        (form,) = re.findall(r'action="([^"]+/read/[0-9]+)"', opened.text)
        await browser.post(urljoin(page, form), data={"csrf": _csrf_of(opened)})
    await daymark.settle()
    confirmed = json.loads(await daymark.command("playbook", "announcements", "--json"))
    _, after = await daymark.run("doctor")

    assert "the version in force has not reached 1 of 2 reps of north, so nothing is held against them" in before
    assert "1 person cannot be reached: ben (no email address or other way to reach them is known)" in before
    bens = [next(row for row in rows if row["rep"] == "ben") for rows in (listed, reached, confirmed)]
    assert [row["delivered_at"] is not None for row in bens] == [False, True, True]
    assert [row["acknowledged_at"] is not None for row in bens] == [False, False, True]
    assert "ok       playbooks: announced to every rep whom they judge" in after
    assert "1 person cannot be reached: ben" in after


async def test_what_a_person_chooses_from_their_mail_is_respected_and_their_manager_does_not_see_it(
    daymark: RunningDaymark, mailbox: Mailbox
) -> None:
    choices = next(line.rpartition(" ")[2] for line in _text(mailbox.messages[0]).splitlines() if "/mail/ana/" in line)
    async with signed_in(daymark, "inbox", "mara") as (browser, inbox), signed_in(daymark, "you", "ana") as (anas, own_page):
        before = (await browser.get(inbox)).text
        async with httpx.AsyncClient(follow_redirects=True) as reader:
            saved = await reader.post(f"{choices}/save", data={"wanted": ["celebrations"], "paused_until": ""})
        assert "Saved." in saved.text
        assert (await browser.get(inbox)).text == before
        (address,) = re.findall(r'href="([^"]*/recognise/mara/ana/[^"]+)"', before)
        writing = await browser.get(urljoin(inbox, address))
        (action,) = re.findall(r'action="([^"]+/send)"', writing.text)
        (form,) = re.findall(r'name="form" value="([^"]+)"', writing.text)
        fields = {"form": form, "text": "Great call.", "csrf": _csrf_of(writing)}
        written = await browser.post(urljoin(str(writing.url), action), data=fields)
        await daymark.settle()
        read = await anas.get(own_page)

    assert len(mailbox.messages) == 1, "Ana wants no mail about what managers write"
    assert "Great call." in read.text
    assert "want" not in written.text
    (nudge,) = [
        row for row in json.loads(await daymark.command("nudges", "--person", "ana", "--json")) if row["rule"] == "thanks"
    ]
    assert nudge["status"] == "sent"


async def test_somebody_signs_in_with_a_link_in_their_mail_and_an_operator_sees_and_ends_the_session(
    daymark: RunningDaymark, mailbox: Mailbox
) -> None:
    pages = (await daymark.command("you", "ana")).partition("/sign-in/")[0]
    async with httpx.AsyncClient(base_url=pages, follow_redirects=True) as browser:
        link = await _ask_for_link(browser, mailbox, "Ana Ruiz", next_path="/you/ana/-")
        page = await browser.post(link)
        (session,) = json.loads(await daymark.command("people", "sessions", "--json"))
        table = await daymark.command("people", "sessions", "ana")
        of_mara = await daymark.command("people", "sessions", "mara")
        revoked = await daymark.command("people", "revoke", str(session["id"]))
        again = await daymark.failing_command("people", "revoke", str(session["id"]))
        after = await browser.get("/you/ana/-")

    assert mailbox.recipients[-1] == "ana@example.com"
    assert "Sign out Ana Ruiz" in page.text
    assert (session["person"], session["origin"]) == ("ana", "message")
    assert "link in a message" in table
    assert "Nobody is signed in." in of_mara
    assert f"Session {session['id']} has ended." in revoked
    assert "No session has this number" in again
    assert "<h1>Sign in</h1>" in after.text
    log = daymark.log()
    assert link.rpartition("/")[2] not in log
    assert "Ana Ruiz" not in log


async def test_operators_are_added_from_the_roster_or_by_email_and_come_in_until_they_are_removed(
    daymark: RunningDaymark, mailbox: Mailbox
) -> None:
    refused = await daymark.failing_command("operator", "add", "Olga")
    no_slack_user = await daymark.failing_command("operator", "add", "olga@example.org", "--slack", "olga")
    added = [await daymark.command("operator", "add", person) for person in ("Mara Lind", "Olga@example.org")]
    listed = json.loads(await daymark.command("operator", "list", "--json"))
    table = await daymark.command("operator", "list")
    pages = (await daymark.command("inbox", "mara")).partition("/sign-in/")[0]
    async with httpx.AsyncClient(base_url=pages, follow_redirects=True) as browser:
        home = await browser.post(await _ask_for_link(browser, mailbox, "olga@example.org"))
        await daymark.command("operator", "remove", "olga@example.org")
        after = await browser.get("/")
    unknown = await daymark.failing_command("operator", "remove", "olga@example.org")

    assert "it is no email" in refused
    assert "not the id of a Slack user" in no_slack_user
    assert ["for as long as the roster lists them" in line for line in added] == [True, False]
    assert [(row["person"], [contact["transport"] for contact in row["contacts"]]) for row in listed] == [
        ("mara", []),
        ("olga@example.org", ["mail"]),
    ]
    assert "as the roster says" in table
    assert mailbox.recipients[-1] == "olga@example.org"
    assert "<h1>Delivery</h1>" in home.text
    assert "<h1>Sign in</h1>" in after.text
    assert "Nobody with this id is an operator" in unknown


def _csrf_of(page: httpx.Response) -> str:
    (token,) = set(re.findall(r'name="csrf" value="([0-9a-f]+)"', page.text))
    return str(token)


async def _ask_for_link(browser: httpx.AsyncClient, mailbox: Mailbox, typed: str, *, next_path: str = "") -> str:
    """The link that arrives, after the page has been answered."""
    mailbox.arrived.clear()
    await browser.post("/sign-in", data={"typed": typed, "next": next_path})
    await mailbox.arrived.wait()
    (link,) = [line for line in _text(mailbox.messages[-1]).splitlines() if "/sign-in/" in line]
    return link
