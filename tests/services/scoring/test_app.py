"""Scoring as one process: what it describes without servers, and what it does with them."""

import asyncio
import gc
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.servers.ports import find_free_ports
from services.scoring.app import describe
from services.scoring.schema import MIGRATIONS, SCHEMA
from shared.event_types import DAY_CHANGED
from shared.jetstream.client import LeanClient
from shared.jetstream.streams import SCORES_EVENTS
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from shared.requests import absences, activities, definitions, erasure, people, scores
from shared.requests.client import ask
from shared.requests.endpoint import Endpoint
from shared.requests.playbook import drafts
from shared.requests.roster import edits, overview, person
from tests.service_process import running_service, until_caught_up
from tests.services.scoring.conftest import ANA, MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER

CONFIGURATION = """\
[nats]
url = "{nats_url}"
monitor_url = "{monitor_url}"
[postgres]
url = "{database_url}"
[clock]
mode = "stepped"
[scoring]
port = {port}
"""
REQUESTS = {
    endpoint.subject
    for module in (absences, definitions, drafts, edits, overview, person, scores, erasure, activities)
    for endpoint in vars(module).values()
    if isinstance(endpoint, Endpoint) and endpoint is not erasure.ERASE_NUDGES
} | {endpoint.subject for endpoint in (people.PERSON_CONTACTS, people.PERSON_LIST, people.PERSON_TODAY, people.PERSON_FIND)}


def test_the_application_describes_every_request_and_event_without_a_server() -> None:
    app = describe()
    gc.collect()

    document = json.loads(app.schema.to_specification().to_json())

    subjects = REQUESTS | {event.name for event in SCORES_EVENTS}
    assert subjects | {"announcement_outcomes", "clock.status.v1.scoring"} == document["channels"].keys()
    actions = {
        operation["channel"]["$ref"].split("/")[-1]: operation["action"] for operation in document["operations"].values()
    }
    sent = {channel for channel, action in actions.items() if action == "send"}
    assert sent == {event.name for event in SCORES_EVENTS}


def test_the_description_does_not_depend_on_an_event_loop_that_ended() -> None:
    asyncio.run(asyncio.sleep(0))

    assert describe() is not describe()


@pytest.fixture
def port() -> int:
    (port,) = find_free_ports(1)
    return port


@pytest.fixture
async def stored_call(scoring_database_url: str) -> None:
    """A call of nobody's, stored before the process starts."""
    async with make_pool(scoring_database_url, schema=SCHEMA) as pool:
        await migrate(pool, schema=SCHEMA, folder=MIGRATIONS)
        await pool.execute(
            "INSERT INTO activity (source, account, activity_id, kind, stored_on) VALUES ('acme', '', 'a1', 'call', $1)", MONDAY
        )


@pytest.fixture
async def process(
    tmp_path: Path, nats: LeanClient, nats_url: str, monitor_url: str, scoring_database_url: str, port: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of scoring on stepped time, ready to work: the streams of the other services are there."""
    assert nats.is_connected
    configuration = tmp_path / "daymark.toml"
    configuration.write_text(
        CONFIGURATION.format(nats_url=nats_url, monitor_url=monitor_url, database_url=scoring_database_url, port=port)
    )
    async with running_service("scoring", configuration, probes_port=port) as started:
        yield started


@pytest.mark.timeout(120)
async def test_the_process_scores_what_arrives_and_ends_cleanly_on_sigterm(
    nats: LeanClient, process: asyncio.subprocess.Process
) -> None:
    jetstream = nats.jetstream()
    await jetstream.publish("clock.tick", json.dumps(MONDAY_NOON.isoformat()).encode())
    await ask(nats, definitions.ROSTER_APPLY, definitions.DefinitionFile(name="roster.yaml", text=ROSTER))
    await ask(nats, definitions.PLAYBOOK_APPLY, definitions.DefinitionFile(name="playbook.yaml", text=PLAYBOOK))
    await until_caught_up(nats, "scoring", now=MONDAY_NOON)
    call = {
        "source": "acme",
        "activity_id": "a1",
        "kind": "call",
        "observed_at": MONDAY_NOON.isoformat(),
        "facts": {"actor": "7", "started_at": MONDAY_NOON.isoformat(), "duration_s": 100},
    }
    await jetstream.publish("activity.observed.v1.acme", json.dumps(call).encode(), headers={"ce-id": "e1"})
    await until_caught_up(nats, "scoring", now=MONDAY_NOON)

    explanation = await ask(nats, scores.SCORE_EXPLAIN, scores.ExplainQuery(rep=ANA, day=MONDAY))
    report = await jetstream.get_last_msg("SCORES", DAY_CHANGED.name)
    process.send_signal(signal.SIGTERM)
    exit_status = await process.wait()

    assert [activity.counts_for for activity in explanation.activities] == [("calls",)]
    assert json.loads(report.data or b"")["score"] == str(explanation.score)
    assert exit_status == 0


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("stored_call", "process")
async def test_the_process_measures_what_stored_activities_lack(port: int) -> None:
    sample = 'daymark_scoring_incomplete_activities{fact="actor",source="acme"} 1.0'

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client, asyncio.timeout(60):
        while sample not in (await client.get("/metrics")).text.splitlines():
            await asyncio.sleep(0.05)
