"""`daymark forget` on a running Daymark: afterwards nothing names the erased person, and nothing of theirs comes back."""

import base64
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import httpx
import pytest

from deploy.demo.time_stepper import TimeStepper
from deploy.local.contact_keys import CONTACT_HASH_KEY_FILE
from shared.jetstream.client import disconnect
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.stored_messages import StoredMessage, find_last_number, read_messages
from shared.jetstream.streams import ACTIVITIES, DEAD, NUDGES, SCORES, STREAMS, WEBHOOKS
from shared.privacy.contact_keys import hashed_contact
from tests.deploy.local.one_rep import FREE_PORTS
from tests.deploy.local.signed_in import signed_in
from tests.running_daymark import RunningDaymark, running_daymark
from tests.services.ingest.senders import BY_NAME, SECRET

TABLES_WITH_NAMES: Final = {
    *(f"scoring.{table}" for table in ("activity", "announcement", "rep_day", "last_opened_day", "roster")),
    *(f"nudges.{table}" for table in ("announcement", "day", "scheduled_check", "nudge")),
}
REP, NAME, EMAIL = "rep-canary", "Canaria Canário", "canary@example.com"
USER, CONTACT = "canary-user-4711", "canary-contact-08"
NOW: Final = datetime(2026, 3, 2, 11, tzinfo=UTC)
TRACES: Final = (REP, NAME, EMAIL, USER, CONTACT)
BEN = '{id: ben, name: Ben Ode, timezone: Europe/Madrid, hours: "00:00-23:59", identities: [{source: acme, user: "8"}]}'
ERASED_REP = (
    f'{{id: {REP}, name: "{NAME}", email: {EMAIL}, timezone: Europe/Madrid, hours: "00:00-23:59",'
    f" workdays: [mon, tue, wed, thu, fri, sat, sun], identities: [{{source: acme, user: {USER}}}]}}"
)
ROSTER = "teams:\n  - id: north\n    name: North\n    managers: [{id: mara, name: Mara Lind}]\n    reps:\n"
PLAYBOOK = """\
team: north
effective_from: 2020-01-01
behaviours: [{key: calls, label: Calls, counts: {kinds: [call]}, target: 1, weight: 1}]
unverified: {counts: false, same_contact: {more_than: 1}}
"""


def _make_observation(activity_id: str, actor: str, at: datetime, **facts: str | int) -> dict[str, object]:
    all_facts = {"actor": actor, "started_at": at.isoformat(), "duration_s": 60, **facts}
    return {"activity_id": activity_id, "kind": "call", "observed_at": at.isoformat(), "facts": all_facts}


def _make_bodies(now: datetime = NOW) -> list[bytes]:
    """Webhooks about the rep, about another rep with the same contact, and some that cannot be understood."""
    long_ago = now - timedelta(days=20)
    observations = [
        _make_observation("c1", USER, now, contact_key=CONTACT, owner_name=NAME),
        _make_observation("c2", USER, now),
        _make_observation("c3", USER, long_ago, contact_key=CONTACT),
        _make_observation("b1", "8", long_ago, contact_key=CONTACT),
        _make_observation("b2", "8", long_ago + timedelta(minutes=1), contact_key=CONTACT),
        _make_observation("b3", "8", long_ago + timedelta(minutes=2), contact_key="somebody-else"),
        _make_observation("b4", "8", now, contact_key="somebody-else"),
        {"activity_id": "x", "owner": NAME},
    ]
    events = [{"type": "activity.observed", "timestamp": now.isoformat(), "data": data} for data in observations]
    return [
        *(json.dumps(event).encode() for event in events),
        f'{{"torn": "by {EMAIL}'.encode(),
        f"<user>{USER}</user>".encode(),
    ]


async def _post(daymark: RunningDaymark, bodies: list[bytes]) -> None:
    async with httpx.AsyncClient() as client:
        for body in bodies:
            webhook = BY_NAME["standard"].post(body, at=NOW)
            url = f"{daymark.urls.ingest}/webhooks/acme"
            response = await client.post(url, headers=dict(webhook.headers), content=body)
            assert response.status_code == 200, response.text
    await daymark.settle()


async def _read_tables(daymark: RunningDaymark) -> dict[str, str]:
    """Every table of both schemas, as text."""
    admin = await asyncpg.connect(daymark.urls.postgres)
    tables = await admin.fetch("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('scoring', 'nudges')")
    names = [f"{table['schemaname']}.{table['tablename']}" for table in tables]
    texts = {name: "\n".join([row[0] for row in await admin.fetch(f"SELECT line::text FROM {name} AS line")]) for name in names}
    await admin.close()
    return texts


async def _read_streams(daymark: RunningDaymark) -> dict[str, list[StoredMessage]]:
    """Every message of every stream."""
    connection = await daymark.connect()
    messages = {}
    for stream in (stream.name for stream in STREAMS):
        last = await find_last_number(connection, stream)
        messages[stream] = [message async for batch in read_messages(connection, stream, last=last) for message in batch]
    await disconnect(connection)
    return messages


def _as_text(streams: Mapping[str, Sequence[StoredMessage]]) -> dict[str, str]:
    return {
        stream: "\n".join(f"{message.headers} {message.data!r} {message.data.decode()}" for message in messages)
        for stream, messages in streams.items()
    }


async def _replay(daymark: RunningDaymark, messages: Sequence[StoredMessage]) -> None:
    """Store messages again, as after the broker was restored from a backup."""
    connection = await daymark.connect()
    async with Publisher(connection) as publisher:
        for message in messages:
            headers = {name: value for name, value in message.headers.items() if not name.startswith("Nats-")}
            await publisher.store(Outgoing(subject=message.subject, headers=headers, data=message.data))
    await disconnect(connection)
    await daymark.settle()


async def _read_other_places(daymark: RunningDaymark) -> dict[str, str]:
    """Logs, metrics, the manager's page, the output of commands, the file of nudges, and the files of the servers."""
    files = [*(daymark.folder / "nats").rglob("*"), *(daymark.folder / "postgres").glob("log*")]
    texts = {"log": daymark.log(), "nudges.ndjson": (daymark.folder / "nudges.ndjson").read_text()}
    async with httpx.AsyncClient() as client:
        for url in daymark.urls.probes.values():
            texts[f"{url}/metrics"] = (await client.get(f"{url}/metrics")).text
    async with signed_in(daymark, "inbox", "mara") as (browser, inbox):
        texts["inbox"] = (await browser.get(inbox)).text
    for arguments in (("nudges", "--json"), ("scores", "--all", "--from", "2020-01-01"), ("dead-letters", "list")):
        texts[" ".join(arguments)] = await daymark.command(*arguments)
    _, texts["doctor"] = await daymark.run("doctor")
    for path in files:
        if path.is_file():
            texts[str(path.relative_to(daymark.folder))] = path.read_bytes().decode("latin-1")
    return texts


def _find_traces(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """The places that name the person or the contact, in any of the ways in which JSON and files may write it."""
    spellings = {trace: (trace, json.dumps(trace)[1:-1], trace.encode().decode("latin-1")) for trace in TRACES}
    traces_by_place = {
        place: [trace for trace, ways in spellings.items() if any(way in text for way in ways)] for place, text in texts.items()
    }
    return {place: traces for place, traces in traces_by_place.items() if traces}


@pytest.fixture
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    folder = tmp_path_factory.mktemp("forget")
    folder.chmod(0o755)
    (folder / "secret").write_text("whsec_" + base64.b64encode(SECRET.encode()).decode())
    configuration = (
        f'{FREE_PORTS}[clock]\nmode = "stepped"\n'
        f'[channels.file]\npath = "{folder / "d" / "nudges.ndjson"}"\n'
        f'[sources.acme]\nkind = "standard"\nsecrets = ["file:{folder / "secret"}"]\n'
    )
    (folder / "roster.yaml").write_text(f"{ROSTER}      - {ERASED_REP}\n      - {BEN}\n")
    (folder / "without_rep.yaml").write_text(f"# {NAME} has left\n{ROSTER}      - {BEN}\n")
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    async with running_daymark(folder / "d", configuration) as running:
        connection = await running.connect()
        await TimeStepper(connection).step_to(NOW)
        await disconnect(connection)
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        await running.command("playbook", "apply", str(folder / "playbook.yaml"))
        yield running


@pytest.mark.timeout(300)
async def test_nothing_names_an_erased_person_and_nothing_brings_them_back(daymark: RunningDaymark) -> None:
    await _post(daymark, _make_bodies())
    before = await _read_streams(daymark)
    assert _find_traces(await _read_tables(daymark)).keys() >= TABLES_WITH_NAMES
    assert CONTACT not in _as_text(before)[ACTIVITIES]
    assert CONTACT not in "".join((await _read_tables(daymark)).values())
    assert _find_traces(_as_text(before)).keys() == {WEBHOOKS, ACTIVITIES, SCORES, NUDGES, DEAD}
    assert _find_traces(await _read_other_places(daymark)).keys() >= {"nudges.ndjson", "inbox", "nudges --json"}
    totals = await daymark.command("totals", "--csv", "--from", "2026-01-01", "--until", "2026-03-01")
    assert totals == "team,month,counts\nnorth,2026-02,calls=3\nnorth,2026-03,calls=3\n"
    bens_lines = [
        line for line in (await daymark.command("scores", "--csv", "--from", "2020-01-01")).splitlines() if "ben" in line
    ]

    assert "Remove them with `daymark roster apply` first" in await daymark.failing_command("forget", REP, "--yes")
    await daymark.command("roster", "apply", str(daymark.folder.parent / "without_rep.yaml"))
    output = await daymark.command("forget", REP, "--yes") + await daymark.command("forget", CONTACT, "--yes")

    assert re.search(rf"{REP}, {NAME}\nuser acme/{USER}\n3 activities, \d+ days, 1 roster with this person", output)
    assert "3 activities, 2 days" in output.partition("erased: ")[2]
    assert f"{CONTACT}, a contact\n2 activities, which stay without the contact" in output
    assert _find_traces(await _read_tables(daymark)) == {}
    assert _find_traces(_as_text(await _read_streams(daymark))) == {}
    assert _find_traces(await _read_other_places(daymark)) == {}

    await _post(daymark, _make_bodies(NOW + timedelta(seconds=1)))
    await _replay(daymark, [*before[WEBHOOKS], *before[ACTIVITIES]])
    await _replay(daymark, before[SCORES])
    assert _find_traces(await _read_tables(daymark)) == {}
    assert _find_traces({"log": daymark.log()}) == {}
    after = await daymark.command("scores", "--csv", "--from", "2020-01-01")
    assert after.splitlines()[1:] == bens_lines
    assert await daymark.command("totals", "--csv", "--from", "2026-01-01", "--until", "2026-03-01") == totals
    assert "0 differences" in await daymark.command("audit")
    async with httpx.AsyncClient() as client:
        metrics = (await client.get(f"{daymark.urls.scoring}/metrics")).text
    (ignored,) = re.findall(r"daymark_scoring_forgotten_observations_total ([0-9.]+)", metrics)
    assert float(ignored) in {10, 15}  # the five of a replayed webhook are stored again after two minutes
    await _assert_an_import_does_not_bring_the_contact_back(daymark)
    await _assert_a_contact_can_be_erased_by_its_hashed_key(daymark)


async def _assert_an_import_does_not_bring_the_contact_back(daymark: RunningDaymark) -> None:
    file = daymark.folder.parent / "history.ndjson"
    file.write_text(json.dumps(_make_observation("b5", "8", NOW, contact_key=CONTACT, owner=NAME)))
    await daymark.command("import", str(file), "--source", "acme")
    assert _find_traces(await _read_tables(daymark)) == {}
    aliases = re.findall(r"forgotten:[0-9a-f]+", (await _read_tables(daymark))["scoring.activity"])
    assert len(aliases) >= 3


async def _assert_a_contact_can_be_erased_by_its_hashed_key(daymark: RunningDaymark) -> None:
    """Raw webhooks hold only the CRM's key. They are found all the same."""
    secret = (daymark.folder / "secrets" / CONTACT_HASH_KEY_FILE).read_bytes().strip()
    hashed = hashed_contact(secret, "somebody-else")
    assert hashed in (await _read_tables(daymark))["scoring.activity"]
    assert "somebody-else" in _as_text(await _read_streams(daymark))[WEBHOOKS]

    output = await daymark.command("forget", hashed, "--yes")

    assert "2 activities, which stay without the contact" in output
    texts = {**await _read_tables(daymark), **_as_text(await _read_streams(daymark))}
    assert [place for place, text in texts.items() if hashed in text or "somebody-else" in text] == []
