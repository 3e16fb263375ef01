"""Nudges as one process: what it describes without servers, and what it does with them."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from starlette.routing import Route

from deploy.local.servers.ports import find_free_ports
from services.nudges.app import NudgesService, describe
from services.nudges.links import Links
from services.nudges.settings import NudgesSettings
from shared.clock import SteppedClock
from shared.event_types import (
    ANNOUNCEMENT_DELIVERED,
    DAY_CHANGED,
    NUDGE_DECIDED,
    NUDGE_DELIVERED,
    NUDGE_REVISED,
    PLAYBOOK_ACKNOWLEDGED,
)
from shared.jetstream.client import LeanClient
from shared.requests import access, erasure, nudges, people
from shared.requests.endpoint import Endpoint
from shared.requests.people import RosteredPerson
from shared.service.settings import load_settings
from tests.service_process import running_service, until_caught_up
from tests.services.nudges.builders.people import ANA, MARA, NORTH
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.scoring_stand_in import answer_for_scoring
from tests.services.nudges.conftest import NOON

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
link_secret = "file:{folder}/link-secret"
[channels.file]
path = "{folder}/nudges.ndjson"
"""
ANSWERED = (
    *vars(nudges).values(),
    *vars(access).values(),
    people.WAY_LIST,
    people.PERSON_TEST,
    people.WEBHOOK_KEYS,
    people.NUDGE_RESEND,
)
REQUESTS = {endpoint.subject for endpoint in ANSWERED if isinstance(endpoint, Endpoint)}
LINK_SECRET = "5f0c0e9d6f1b4a7f9d3c8b2a1e6d4f70"
EVENTS = {
    event.name for event in (NUDGE_DECIDED, NUDGE_DELIVERED, NUDGE_REVISED, ANNOUNCEMENT_DELIVERED, PLAYBOOK_ACKNOWLEDGED)
}


def test_the_application_describes_every_request_and_event_without_a_server() -> None:
    document = json.loads(describe().schema.to_specification().to_json())

    subjects = REQUESTS | EVENTS | {erasure.ERASE_NUDGES.subject, "clock.status.v1.nudges"}
    assert subjects == document["channels"].keys()
    actions = {
        operation["channel"]["$ref"].split("/")[-1]: operation["action"] for operation in document["operations"].values()
    }
    assert {channel for channel, action in actions.items() if action == "send"} == EVENTS


@pytest.mark.parametrize(("signing_secret", "has_address"), [("env:SLACK_SIGNING_SECRET", True), ("", False)])
async def test_slack_has_an_address_to_post_to_if_its_requests_can_be_checked(
    monkeypatch: pytest.MonkeyPatch, signing_secret: str, has_address: bool
) -> None:
    monkeypatch.setenv("DAYMARK_CHANNELS__SLACK__TOKEN", "env:SLACK_TOKEN")
    monkeypatch.setenv("DAYMARK_CHANNELS__SLACK__SIGNING_SECRET", signing_secret)
    service = NudgesService(load_settings(NudgesSettings), {}, SteppedClock(), erasure_key=b"", link_secret=None)

    paths = [route.path for route in service._web().routes if isinstance(route, Route)]

    assert ("/slack/interactivity" in paths) == has_address


@pytest.mark.parametrize(("issuer", "has_address"), [("https://login.example.com", True), ("", False)])
async def test_a_company_has_an_address_to_send_people_back_to_if_it_has_a_sign_in(
    monkeypatch: pytest.MonkeyPatch, issuer: str, has_address: bool
) -> None:
    for key, value in (("ISSUER", issuer), ("CLIENT_ID", "daymark"), ("CLIENT_SECRET", "env:OPENID_SECRET")):
        monkeypatch.setenv(f"DAYMARK_OPENID__{key}", value)
    service = NudgesService(load_settings(NudgesSettings), {}, SteppedClock(), erasure_key=b"", link_secret=None)

    paths = [route.path for route in service._web().routes if isinstance(route, Route)]

    assert ("/sign-in/openid/back" in paths) == has_address


async def test_visitors_and_messages_without_a_language_of_their_own_get_the_configured_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DAYMARK_NUDGES__LANGUAGE", "es")
    service = NudgesService(load_settings(NudgesSettings), {}, SteppedClock(), erasure_key=b"", link_secret=None)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(service._web()), base_url="http://pages") as client:
        missing = await client.get("/nowhere", headers={"Accept-Language": "fr"})

    assert '<html lang="es">' in missing.text
    assert (service._decisions.language, service.directory._language) == ("es", "es")


@pytest.fixture
def ports() -> list[int]:
    """Of the pages and of the probes."""
    return find_free_ports(2)


@pytest.fixture
async def process(
    tmp_path: Path, nats: LeanClient, nats_url: str, monitor_url: str, nudges_database_url: str, ports: list[int]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of nudges on stepped time, ready to work: the streams of the other services are there."""
    assert nats.is_connected
    configuration, (port, probes_port) = tmp_path / "daymark.toml", ports
    (tmp_path / "link-secret").write_text(LINK_SECRET)
    configuration.write_text(
        CONFIGURATION.format(
            nats_url=nats_url,
            monitor_url=monitor_url,
            database_url=nudges_database_url,
            port=port,
            probes_port=probes_port,
            folder=tmp_path,
        )
    )
    async with running_service("nudges", configuration, probes_port=probes_port) as started:
        yield started


@pytest.mark.timeout(120)
async def test_the_process_sends_what_a_report_has_earned_and_ends_cleanly_on_sigterm(
    nats: LeanClient, process: asyncio.subprocess.Process, nudges_database_url: str, tmp_path: Path
) -> None:
    jetstream = nats.jetstream()
    await jetstream.publish("clock.tick", json.dumps(NOON.isoformat()).encode())
    await jetstream.publish(DAY_CHANGED.name, report(score=100, state="open").model_dump_json().encode())
    await until_caught_up(nats, "nudges", now=NOON)

    connection = await asyncpg.connect(nudges_database_url)
    states = await connection.fetch("SELECT channel, state FROM nudges.delivery ORDER BY channel")
    await connection.close()
    delivered = await jetstream.get_last_msg("NUDGES", NUDGE_DELIVERED.name)
    process.send_signal(signal.SIGTERM)
    exit_status = await process.wait()

    (line,) = (tmp_path / "nudges.ndjson").read_text().splitlines()
    assert json.loads(line)["rule"] == "plan_done"
    assert [tuple(row) for row in states] == [("file", "delivered"), ("inbox", "delivered")]
    assert json.loads(delivered.data or b"")["nudge_id"] == json.loads(line)["id"]
    assert exit_status == 0


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("process")
async def test_what_a_manager_writes_on_their_page_goes_out_through_the_channels(
    nats: LeanClient, ports: list[int], tmp_path: Path
) -> None:
    jetstream = nats.jetstream()
    await jetstream.publish("clock.tick", json.dumps(NOON.isoformat()).encode())
    await jetstream.publish(DAY_CHANGED.name, report(state="open").model_dump_json().encode())
    await until_caught_up(nats, "nudges", now=NOON)
    await answer_for_scoring(
        nats,
        RosteredPerson(id=MARA.id, name=MARA.name, manages=(NORTH.id,)),
        RosteredPerson(id=ANA.id, name=ANA.name, team=NORTH.id),
    )
    signed = Links(base_url="", secret=LINK_SECRET).recognise_path(MARA.id, ANA.id, last_day=NOON.date())
    page = f"http://127.0.0.1:{ports[0]}/recognise/{signed}"

    async with httpx.AsyncClient(follow_redirects=True) as client:
        sent = await client.post(f"{page}/send", data={"form": "0123456789", "text": "Great save."})
    await until_caught_up(nats, "nudges", now=NOON)

    assert "Sent today at 12:00 Madrid time." in sent.text
    (line,) = (tmp_path / "nudges.ndjson").read_text().splitlines()
    assert (json.loads(line)["kind"], json.loads(line)["sender"]) == ("thanks", {"id": "mara", "name": "Mara Lind"})
    published = await jetstream.get_last_msg("NUDGES", NUDGE_DECIDED.name)
    assert "Mara Lind wrote to you: “Great save.”" in (published.data or b"").decode()


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
@pytest.mark.usefixtures("process")
async def test_the_port_of_the_pages_answers_no_probe_and_the_port_of_probes_no_page(ports: list[int], path: str) -> None:
    page, probe = (f"http://127.0.0.1:{port}" for port in ports)
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{page}{path}")).status_code == 404
        assert (await client.get(f"{probe}{path}")).status_code == 200
        assert (await client.get(f"{probe}/inbox/mara/token")).text == "Not Found"
