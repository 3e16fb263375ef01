"""Dead letters: listed, and replayed once they can be understood."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import NoSuchLetter, dead_letter, find_letter, list_letters, replay_letter
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import TRANSLATE_CONSUMER, WEBHOOKS
from tests.deploy.local.one_rep import FREE_PORTS
from tests.running_daymark import RunningDaymark, running_daymark

SECRET = "canary-secret-b9260244"
SOURCE = """\
[sources.{name}]
kind = "shared-secret"
secrets = ["file:{secret}"]
secret_in = "query:key"
[sources.{name}.fields]
activity_id = "{activity_id}"
kind = "type"
observed_at = "changed"
actor = "rep"
started_at = "at"
duration_s = "seconds"
"""
ROSTER = """\
teams:
  - id: north
    name: North
    reps:
      - {id: ana, name: Ana, timezone: UTC, identities: [{source: repaired, user: "7"}]}
      - {id: bo, name: Bo, timezone: UTC, identities: [{source: correct, user: "7"}]}
"""
PLAYBOOK = """\
team: north
effective_from: 2020-01-01
behaviours: [{key: calls, label: Calls, counts: {kinds: [call], min_duration_s: 60}, target: 4, weight: 1}]
"""


async def _store_dead_letters(nats: LeanClient, *bodies: bytes) -> None:
    """Store webhooks, and what a translator does with those that it cannot understand."""
    async with Publisher(nats) as webhooks, Publisher(nats) as letters:
        for body in bodies:
            headers = {"ce-id": "1", "ce-time": "2026-01-12T09:00:00+00:00", "Http-content-type": "application/json"}
            await webhooks.store(Outgoing(subject="webhook.received.v1.acme", headers=headers, data=body))
        loop = PullLoop(nats, stream=WEBHOOKS, consumer=TRANSLATE_CONSUMER, batch_max=10)
        remaining = len(bodies)
        async for batch in loop:
            for message in batch:
                await letters.store(dead_letter(message, service="ingest", reason="unreadable_body", detail="no JSON\r\nx"))
            await loop.ack(batch)
            remaining -= len(batch)
            if not remaining:
                loop.stop()


async def test_letters_are_listed_with_their_reason_and_origin(nats: LeanClient) -> None:
    await _store_dead_letters(nats, b"one", b"two")

    letters = [letter async for letter in list_letters(nats)]

    assert [(letter.service, letter.reason, letter.origin, letter.body) for letter in letters] == [
        ("ingest", "unreadable_body", "webhook.received.v1.acme", b"one"),
        ("ingest", "unreadable_body", "webhook.received.v1.acme", b"two"),
    ]
    assert letters[0].detail == "no JSON  x"


async def test_a_replayed_letter_is_stored_where_it_came_from_and_is_no_longer_dead(nats: LeanClient) -> None:
    await _store_dead_letters(nats, b"one", b"two")
    first, second = [letter async for letter in list_letters(nats)]

    await replay_letter(nats, first, now=datetime(2026, 2, 1, 9, tzinfo=UTC))

    message = await nats.jetstream().get_msg(WEBHOOKS, 3)
    assert (message.subject, message.data) == ("webhook.received.v1.acme", b"one")
    assert (message.headers or {})["Http-content-type"] == "application/json"
    assert (message.headers or {})["ce-time"] == "2026-01-12T09:00:00+00:00"  # the time of the first reception
    marked = {name: value for name, value in (message.headers or {}).items() if name.startswith("Daymark-")}
    assert marked == {"Daymark-Read-Again": "2026-02-01T09:00:00+00:00"}
    assert [letter.id async for letter in list_letters(nats)] == [second.id]


async def test_a_letter_that_does_not_exist_is_refused(nats: LeanClient) -> None:
    with pytest.raises(NoSuchLetter):
        await find_letter(nats, 99)


def _configuration(folder: Path, *, activity_id: str) -> str:
    secret = folder / "secret"
    repaired = SOURCE.format(name="repaired", secret=secret, activity_id=activity_id)
    correct = SOURCE.format(name="correct", secret=secret, activity_id="id")
    return FREE_PORTS + repaired + correct


async def _post_to_both(daymark: RunningDaymark) -> None:
    call = {
        "id": "1",
        "type": "call",
        "rep": "7",
        "at": "2026-01-12T09:00:00Z",
        "changed": "2026-01-12T09:05:00Z",
        "seconds": 90,
    }
    corrected = call | {"changed": "2026-01-12T09:10:00Z", "seconds": 30}
    async with httpx.AsyncClient(base_url=daymark.urls.ingest, params={"key": SECRET}) as client:
        for source in ("repaired", "correct"):
            for body in (call, call | {"id": "2"}, call, corrected):
                assert (await client.post(f"/webhooks/{source}", json=body)).status_code == 200
    await daymark.wait_until_scored()


async def _list_scores(daymark: RunningDaymark) -> dict[str, str]:
    rows = await daymark.command("scores", "--csv", "--day", "2026-01-12")
    return dict(row.split(",", 1) for row in rows.splitlines()[1:])


async def test_letters_that_are_replayed_after_a_fix_count_as_if_they_had_never_failed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "roster.yaml").write_text(ROSTER)
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK)
    async with running_daymark(tmp_path / "d", _configuration(tmp_path, activity_id="number")) as daymark:
        await daymark.command("roster", "apply", str(tmp_path / "roster.yaml"))
        await daymark.command("playbook", "apply", str(tmp_path / "playbook.yaml"))
        await _post_to_both(daymark)
        before = await _list_scores(daymark)
        listed = await daymark.command("dead-letters", "list")
        shown = await daymark.command("dead-letters", "show", "1")
    async with running_daymark(tmp_path / "d", _configuration(tmp_path, activity_id="id")) as daymark:
        replayed = await daymark.command("dead-letters", "replay", "--all")
        await daymark.wait_until_scored()
        after = await _list_scores(daymark)
        remaining = await daymark.command("dead-letters", "list")
        audit = await daymark.command("audit")

    assert before == {"bo": "2026-01-12,25.00,calls=1"}
    assert ("4 dead letters" in listed, "activity_id: must be text" in listed, '"seconds":90' in shown) == (True, True, True)
    assert (replayed, remaining) == ("4 replayed\n", "0 dead letters\n")
    assert after == {"ana": "2026-01-12,25.00,calls=1", "bo": "2026-01-12,25.00,calls=1"}
    assert "0 differences" in audit
