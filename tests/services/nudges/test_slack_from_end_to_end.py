"""Nudges as one process: from a day report to a message in Slack, and from its button to the stored answer."""

import json
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.local.servers.ports import find_free_ports
from shared.event_types import DAY_CHANGED
from shared.jetstream.client import LeanClient
from shared.reach import ContactPoint
from shared.requests.people import RosteredPerson
from tests.service_process import running_service, until_caught_up
from tests.services.nudges.builders.people import ANA, NORTH
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.scoring_stand_in import answer_for_scoring
from tests.services.nudges.conftest import NOON
from tests.services.nudges.pages.slack.requests import ANAS_SLACK, SECRET, body_of, press, signed_headers
from tests.slack import TOKEN, slack_stand_in

CONFIGURATION = """\
[nats]
url = "{nats_url}"
monitor_url = "{monitor_url}"
[postgres]
url = "{database_url}"
[clock]
mode = "stepped"
[experiments]
holdout = 0.0
[nudges]
port = {port}
probes_port = {probes_port}
[channels.slack]
token = "env:SLACK_TOKEN"
signing_secret = "env:SLACK_SIGNING"
base_url = "{base_url}"
"""


@pytest.mark.timeout(120)
async def test_a_message_arrives_in_slack_and_its_button_is_answered(
    nats: LeanClient,
    nats_url: str,
    monitor_url: str,
    nudges_database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    monkeypatch.setenv("SLACK_SIGNING", SECRET)
    port, probes_port = find_free_ports(2)
    configuration = tmp_path / "daymark.toml"
    ana = RosteredPerson(id=ANA.id, name=ANA.name, team=NORTH.id)
    await answer_for_scoring(nats, ana, contacts=[ContactPoint(transport="slack", address=ANAS_SLACK)])
    async with slack_stand_in() as slack:
        configuration.write_text(
            CONFIGURATION.format(
                nats_url=nats_url,
                monitor_url=monitor_url,
                database_url=nudges_database_url,
                port=port,
                probes_port=probes_port,
                base_url=slack.base_url,
            )
        )
        async with running_service("nudges", configuration, probes_port=probes_port), httpx.AsyncClient() as client:
            await nats.jetstream().publish("clock.tick", json.dumps(NOON.isoformat()).encode())
            await nats.jetstream().publish(DAY_CHANGED.name, report(score=100, state="open").model_dump_json().encode())
            await until_caught_up(nats, "nudges", now=NOON)
            (message,) = slack.posted
            (actions,) = [block for block in message["blocks"] if block["type"] == "actions"]
            body = body_of(press("not_useful", nudge_id=actions["block_id"], response_url=slack.response_url))
            url = f"http://127.0.0.1:{port}/slack/interactivity"
            unsigned = await client.post(url, content=body)
            signed = await client.post(url, content=body, headers=signed_headers(body, now=NOON))
            await slack.replied.wait()

        connection = await asyncpg.connect(nudges_database_url)
        stored = await connection.fetchrow("SELECT nudge_id, person_id, answer FROM nudges.answer")
        await connection.close()

    assert (unsigned.status_code, signed.status_code) == (401, 200)
    assert stored is not None
    assert tuple(stored) == (actions["block_id"], "ana", "not_useful")
    assert "You answered: not useful" in json.dumps(slack.replies)
