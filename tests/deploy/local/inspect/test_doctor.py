"""Five CRMs that send to a running Daymark: their activities are explained, their problems found, and their data in no log."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import pytest

from services.ingest.domain.webhook import RawWebhook
from shared.clock import SystemClock
from tests.deploy.local.one_rep import FREE_PORTS
from tests.running_daymark import RunningDaymark, running_daymark
from tests.services.ingest.senders import BY_NAME, ROTATED, SECRET, URL, Sender

ACTORS: Final = {
    "hubspot": "882761034",
    "salesforce": "005000000000007AAA",
    "pipedrive": "12415231",
    "close": "user_1",
    "zoho": "554023000000235011",
}
CRMS: Final = tuple(BY_NAME[name] for name in ACTORS)
SETTINGS: Final = {
    "hubspot": f'public_url = "{URL}"',
    "salesforce": 'account = "00D000000000001AAA"',
    "zoho": 'account = "acme"\nexpires_at = {expires_at}',
}
PRIVATE_TEXTS: Final = (
    SECRET,
    "Intro with Ada",
    "ada@example.com",
    "Ana Ruiz",
    "Call with friends",
    "AQEAQFcanary",
    "01b8f8e2-canary",
)
PLAYBOOK: Final = """\
team: north
effective_from: 2020-01-01
behaviours:
  - {key: calls, label: Calls, counts: {kinds: [call], outcomes: [connected], min_duration_s: 120}, target: 2, weight: 1}
  - {key: meetings, label: Meetings, counts: {kinds: [meeting], min_duration_s: 0}, target: 2, weight: 1}
  - {key: wins, label: Wins, counts: {kinds: [deal_won], min_amount: "1250"}, target: 2, weight: 1}
"""


def _configuration(secret_file: str) -> str:
    text = FREE_PORTS
    expires_at = (SystemClock().now() + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for sender in CRMS:
        settings = SETTINGS.get(sender.name, "").replace("{expires_at}", expires_at)
        text += f'[sources.{sender.name}]\nkind = "{sender.source.kind}"\nsecrets = ["file:{secret_file}"]\n{settings}\n'
    current, previous = f"{secret_file}-current", f"{secret_file}-previous"
    return f'{text}[sources.standard]\nkind = "standard"\nsecrets = ["file:{current}", "file:{previous}"]\n'


async def _post(client: httpx.AsyncClient, url: str, sender: Sender, webhook: RawWebhook) -> httpx.Response:
    """Post a webhook with one more header that must not show up anywhere."""
    headers = dict(webhook.headers) | {"x-request-id": "01b8f8e2-canary"}
    url_of_source = f"{url}/webhooks/{sender.name}"
    return await client.post(url_of_source, params=dict(webhook.query), content=webhook.body, headers=headers)


@pytest.fixture(scope="module")
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    folder = tmp_path_factory.mktemp("crms")
    (folder / "secret").write_text(SECRET)
    (folder / "secret-current").write_text(SECRET)
    (folder / "secret-previous").write_text("not-used-by-anybody-yet")
    reps = "".join(
        f'      - {{id: {name}-rep, name: R, timezone: Europe/Madrid, identities: [{{source: {name}, user: "{actor}"}}]}}\n'
        for name, actor in ACTORS.items()
    )
    (folder / "roster.yaml").write_text(f"teams:\n  - id: north\n    name: North\n    reps:\n{reps}")
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    async with running_daymark(folder / "d", _configuration(str(folder / "secret"))) as running, httpx.AsyncClient() as client:
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        await running.command("playbook", "apply", str(folder / "playbook.yaml"))
        for sender in CRMS:
            for story in ("call", "meeting", "deal"):
                for body in sender.stories()[story]:
                    webhook = sender.post(body, at=SystemClock().now())
                    response = await _post(client, running.urls.ingest, sender, webhook)
                    assert response.status_code == 200, (sender.name, story, response.text)
        await running.wait_until_scored()
        yield running


@pytest.mark.parametrize("sender", CRMS, ids=lambda sender: sender.name)
async def test_a_call_a_meeting_and_a_won_deal_count_once_each(daymark: RunningDaymark, sender: Sender) -> None:
    rows = await daymark.command("scores", "--csv", "--from", "2026-01-12", "--until", "2026-01-13")
    monday = await daymark.command("explain", f"{sender.name}-rep", "2026-01-12")
    tuesday = await daymark.command("explain", f"{sender.name}-rep", "2026-01-13")

    own_rows = [row.split(",") for row in rows.splitlines() if row.startswith(f"{sender.name}-rep")]
    has_meeting_durations = sender.name != "hubspot"
    meetings = [["2026-01-13", "meetings=1"]] if has_meeting_durations else []
    assert [[day, counts] for _, day, _, counts in own_rows] == [["2026-01-12", "calls=1 wins=1"], *meetings]
    assert (monday.count("counts for calls"), monday.count("counts for wins")) == (1, 1), monday
    assert ("1 activity" in tuesday, tuesday.count("  meeting ")) == (True, 1), tuesday


async def test_the_doctor_reports_what_fails_and_why(daymark: RunningDaymark) -> None:
    code, before = await daymark.run("doctor")
    async with httpx.AsyncClient() as client:
        forged = BY_NAME["close"].post(b"{}", secret="another", at=SystemClock().now())
        assert (await _post(client, daymark.urls.ingest, BY_NAME["close"], forged)).status_code == 401
        unreadable = BY_NAME["pipedrive"].post(b"{oops", at=SystemClock().now())
        assert (await _post(client, daymark.urls.ingest, BY_NAME["pipedrive"], unreadable)).status_code == 200
        assert (await client.post(f"{daymark.urls.ingest}/webhooks/hubsopt", content=b"[]")).status_code == 404
    await daymark.wait_until_scored()

    _, after = await daymark.run("doctor")

    assert "ok       hubspot (hubspot): last webhook" in before
    assert "problem  zoho (zoho): the sender stops sending at" in before
    assert (code, before.splitlines()[-1].endswith("found")) == (1, True)
    assert re.search(
        r"problem  close \(close\): \d+ webhooks? refused since ingest started, the last one \d seconds ago: not signed", after
    )
    assert "The sender retries for 3 days, then the webhook is lost" in after
    assert "; 1 had a wrong signature or secret: compare the secret on both sides. The sender retries for 3 days" in after
    named = "1 to /webhooks/hubsopt (did you mean /webhooks/hubspot"
    assert f"note     sources: 1 post to paths that no source has, since ingest started: {named}" in after
    assert re.search(r"dead letters: \d+ unreadable_body; the newest: body is not JSON \(DecodeError\)", after)


async def test_the_doctor_notes_that_no_channel_reaches_a_rep(daymark: RunningDaymark) -> None:
    _, findings = await daymark.run("doctor")

    assert "note     channels: the manager's inbox is the only one, so no nudge and no announcement reaches a rep" in findings


async def test_no_log_metric_or_response_holds_a_body_a_secret_or_a_signature(daymark: RunningDaymark) -> None:
    signatures: list[str] = []
    responses: list[str] = []
    async with httpx.AsyncClient() as client:
        for sender in CRMS:
            for secret, body in (
                (SECRET, sender.payload("call-1")),
                ("another", sender.payload("call-1")),
                (SECRET, b"<{Intro with Ada"),
            ):
                webhook = sender.post(body, secret=secret, at=datetime.now(UTC))
                signatures += [value for value in webhook.headers.values() if len(value) > 20 and not value.isdigit()]
                responses.append((await _post(client, daymark.urls.ingest, sender, webhook)).text)
        await daymark.wait_until_scored()
        metrics = [(await client.get(f"{url}/metrics")).text for url in daymark.urls.probes.values()]
    _, doctor = await daymark.run("doctor")
    letters = await daymark.command("dead-letters", "list")

    everything = "\n".join([daymark.log(), *metrics, *responses, doctor, letters])
    assert "dead_letter" in everything
    assert signatures
    for private in (*PRIVATE_TEXTS, *signatures):
        assert private not in everything


async def test_a_secret_is_replaced_under_load_without_a_refused_webhook(daymark: RunningDaymark) -> None:
    sender, folder, statuses = BY_NAME["standard"], daymark.folder.parent, []
    url, stop, secret = daymark.urls.ingest, asyncio.Event(), [SECRET]

    async with httpx.AsyncClient() as client:

        async def post(with_secret: str) -> int:
            webhook = sender.post(sender.payload("call-1"), secret=with_secret, at=SystemClock().now())
            return (await _post(client, url, sender, webhook)).status_code

        async def load() -> None:
            while not stop.is_set():
                statuses.append(await post(secret[0]))

        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(load())
            (folder / "secret-previous").write_text(SECRET)
            (folder / "secret-current").write_text(ROTATED)
            while await post(ROTATED) != 200:
                pass
            secret[0] = ROTATED
            while len(statuses) < 200:
                await asyncio.sleep(0)
            (folder / "secret-previous").write_text("not-used-any-more")
            while await post(SECRET) != 401:
                pass
            stop.set()

    assert set(statuses) == {200}
