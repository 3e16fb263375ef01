"""Five CRMs at the door of a running Daymark, as their users see it: explained, examined, and in no log."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import pytest

from services.ingest.domain.webhook import RawWebhook
from shared.clock import SystemClock
from tests.house_of_its_own import LivingHouse, living_house
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
CANARIES: Final = (
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
    text = "[ingest]\nport = 0\n[scoring]\nport = 0\n[nudges]\nport = 0\n"
    expires_at = (SystemClock().now() + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for sender in CRMS:
        more = SETTINGS.get(sender.name, "").replace("{expires_at}", expires_at)
        text += f'[sources.{sender.name}]\nkind = "{sender.source.kind}"\nsecrets = ["file:{secret_file}"]\n{more}\n'
    current, previous = f"{secret_file}-current", f"{secret_file}-previous"
    return f'{text}[sources.standard]\nkind = "standard"\nsecrets = ["file:{current}", "file:{previous}"]\n'


async def _post(client: httpx.AsyncClient, url: str, sender: Sender, webhook: RawWebhook) -> httpx.Response:
    headers = dict(webhook.headers) | {"x-request-id": "01b8f8e2-canary"}
    address = f"{url}/webhooks/{sender.name}"
    return await client.post(address, params=dict(webhook.query), content=webhook.body, headers=headers)


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LivingHouse]:
    folder = tmp_path_factory.mktemp("crms")
    (folder / "secret").write_text(SECRET)
    (folder / "secret-current").write_text(SECRET)
    (folder / "secret-previous").write_text("not-yet-used")
    reps = "".join(
        f'      - {{id: {name}-rep, name: R, timezone: Europe/Madrid, identities: [{{source: {name}, user: "{actor}"}}]}}\n'
        for name, actor in ACTORS.items()
    )
    (folder / "roster.yaml").write_text(f"teams:\n  - id: north\n    name: North\n    reps:\n{reps}")
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    async with living_house(folder / "d", _configuration(str(folder / "secret"))) as living, httpx.AsyncClient() as client:
        await living.command("roster", "apply", str(folder / "roster.yaml"))
        await living.command("playbook", "apply", str(folder / "playbook.yaml"))
        for sender in CRMS:
            for story in ("call", "meeting", "deal"):
                for piece in sender.stories()[story]:
                    answer = await _post(client, living.said["ingest"], sender, sender.post(piece, at=SystemClock().now()))
                    assert answer.status_code == 200, (sender.name, story, answer.text)
        await living.settled()
        yield living


@pytest.mark.parametrize("sender", CRMS, ids=lambda sender: sender.name)
async def test_a_call_a_meeting_and_a_won_deal_count_as_one_right_activity_each(house: LivingHouse, sender: Sender) -> None:
    rows = await house.command("scores", "--csv", "--from", "2026-01-12", "--until", "2026-01-13")
    monday = await house.command("explain", f"{sender.name}-rep", "2026-01-12")
    tuesday = await house.command("explain", f"{sender.name}-rep", "2026-01-13")

    mine = [row.split(",") for row in rows.splitlines() if row.startswith(f"{sender.name}-rep")]
    tells_how_long_a_meeting_took = sender.name != "hubspot"
    meetings = [["2026-01-13", "meetings=1"]] if tells_how_long_a_meeting_took else []
    assert [[day, counts] for _, day, _, counts in mine] == [["2026-01-12", "calls=1 wins=1"], *meetings]
    assert ("2 activities" in monday, monday.count("counts for calls"), monday.count("counts for wins")) == (True, 1, 1), monday
    assert ("1 activities" in tuesday, tuesday.count("  meeting ")) == (True, 1), tuesday


async def test_the_doctor_says_what_fails_and_why(house: LivingHouse) -> None:
    code, before = await house.run("doctor")
    async with httpx.AsyncClient() as client:
        wrong = BY_NAME["close"].post(b"{}", secret="another", at=SystemClock().now())
        assert (await _post(client, house.said["ingest"], BY_NAME["close"], wrong)).status_code == 401
        unread = BY_NAME["pipedrive"].post(b"{oops", at=SystemClock().now())
        assert (await _post(client, house.said["ingest"], BY_NAME["pipedrive"], unread)).status_code == 200
        assert (await client.post(f"{house.said['ingest']}/webhooks/hubsopt", content=b"[]")).status_code == 404
    await house.settled()

    _, after = await house.run("doctor")

    assert "ok    hubspot (hubspot): last sent" in before
    assert "wrong zoho (zoho): its channel ends" in before
    assert (code, before.splitlines()[-1].endswith("wrong")) == (1, True)
    assert re.search(
        r"wrong close \(close\): \d+ refused since the start, the last \d seconds ago: not signed by the source", after
    )
    assert "Its sender tries for 3 days, then it is lost" in after
    assert re.search(r"note  sources: \d+ posts since the start named none: compare the address at each sender", after)
    assert re.search(r"dead letters: \d+ unreadable_body; the last: body is no JSON \(DecodeError\)", after)


async def test_nothing_of_a_body_a_secret_or_a_signature_is_in_a_log_a_metric_or_an_answer(house: LivingHouse) -> None:
    signatures: list[str] = []
    answers: list[str] = []
    async with httpx.AsyncClient() as client:
        for sender in CRMS:
            for secret, body in (
                (SECRET, sender.payload("call-1")),
                ("another", sender.payload("call-1")),
                (SECRET, b"<{Intro with Ada"),
            ):
                webhook = sender.post(body, secret=secret, at=datetime.now(UTC))
                signatures += [value for value in webhook.headers.values() if len(value) > 20 and not value.isdigit()]
                answers.append((await _post(client, house.said["ingest"], sender, webhook)).text)
        await house.settled()
        pages = [(await client.get(f"{house.said[name]}/metrics")).text for name in ("ingest", "scoring", "pages")]
    _, doctor = await house.run("doctor")
    letters = await house.command("dead-letters", "list")

    everything = "\n".join([house.log(), *pages, *answers, doctor, letters])
    assert "webhook_set_aside" in everything
    assert signatures
    for canary in (*CANARIES, *signatures):
        assert canary not in everything


async def test_a_secret_is_replaced_under_load_and_no_webhook_is_refused(house: LivingHouse) -> None:
    sender, folder, statuses = BY_NAME["standard"], house.folder.parent, []
    url, stop, secret = house.said["ingest"], asyncio.Event(), [SECRET]

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
            (folder / "secret-previous").write_text("no-more")
            while await post(SECRET) != 401:
                pass
            stop.set()

    assert set(statuses) == {200}
