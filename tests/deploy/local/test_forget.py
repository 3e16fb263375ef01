"""`daymark forget` on a running Daymark: afterwards nothing anywhere names who is forgotten, and nothing of them comes back."""

import base64
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import httpx
import pytest

from deploy.demo.stage import Stage
from deploy.local.contacts import KEPT_IN
from deploy.local.stored import Stored, last_number, read_stored
from shared.jetstream.client import disconnect
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import ACTIVITIES, DEAD, NUDGES, SCORES, STREAMS, WEBHOOKS
from shared.privacy.contact_keys import hashed_contact
from tests.house_of_its_own import LivingHouse, living_house
from tests.services.ingest.senders import BY_NAME, SECRET

NAMING: Final = {
    *(f"scoring.{table}" for table in ("activity", "announcement", "rep_day", "rep_progress", "roster")),
    *(f"nudges.{table}" for table in ("announcement", "day", "look", "nudge")),
}
REP, NAME, EMAIL, USER, CONTACT = "rep-canary", "Canaria Canário", "canary@example.com", "canary-user-4711", "canary-contact-08"
NOW: Final = datetime(2026, 3, 2, 11, tzinfo=UTC)
CANARIES: Final = (REP, NAME, EMAIL, USER, CONTACT)
BEN = '{id: ben, name: Ben Ode, timezone: Europe/Madrid, hours: "00:00-23:59", identities: [{source: acme, user: "8"}]}'
CANARY = (
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


def _observation(activity_id: str, actor: str, at: datetime, **facts: Any) -> dict[str, Any]:
    said = {"actor": actor, "started_at": at.isoformat(), "duration_s": 60, **facts}
    return {"activity_id": activity_id, "kind": "call", "observed_at": at.isoformat(), "facts": said}


def _bodies(now: datetime = NOW) -> list[bytes]:
    """What the CRM sends: of the rep, of somebody else with the contact, and what cannot be understood."""
    long_ago = now - timedelta(days=20)
    observations = [
        _observation("c1", USER, now, contact_key=CONTACT, owner_name=NAME),
        _observation("c2", USER, now),
        _observation("c3", USER, long_ago, contact_key=CONTACT),
        _observation("b1", "8", long_ago, contact_key=CONTACT),
        _observation("b2", "8", long_ago + timedelta(minutes=1), contact_key=CONTACT),
        _observation("b3", "8", long_ago + timedelta(minutes=2), contact_key="somebody-else"),
        _observation("b4", "8", now, contact_key="somebody-else"),
        {"activity_id": "x", "owner": NAME},
    ]
    wrapped = [{"type": "activity.observed", "timestamp": now.isoformat(), "data": data} for data in observations]
    return [*(json.dumps(one).encode() for one in wrapped), f'{{"torn": "by {EMAIL}'.encode(), f"<user>{USER}</user>".encode()]


async def _post(house: LivingHouse, bodies: list[bytes]) -> None:
    async with httpx.AsyncClient() as client:
        for body in bodies:
            webhook = BY_NAME["standard"].post(body, at=NOW)
            answer = await client.post(f"{house.said['ingest']}/webhooks/acme", headers=dict(webhook.headers), content=body)
            assert answer.status_code == 200, answer.text
    await house.settle()


async def _tables(house: LivingHouse) -> dict[str, str]:
    """Every table of both schemas, as text."""
    admin = await asyncpg.connect(house.said["postgres"])
    tables = await admin.fetch("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('scoring', 'nudges')")
    names = [f"{table['schemaname']}.{table['tablename']}" for table in tables]
    found = {name: "\n".join([row[0] for row in await admin.fetch(f"SELECT one::text FROM {name} AS one")]) for name in names}
    await admin.close()
    return found


async def _stored(house: LivingHouse) -> dict[str, list[Stored]]:
    """Every message of every stream."""
    connection = await house.connect()
    found = {}
    for stream in (stream.name for stream in STREAMS):
        last = await last_number(connection, stream)
        found[stream] = [message async for batch in read_stored(connection, stream, last=last) for message in batch]
    await disconnect(connection)
    return found


def _as_text(streams: Mapping[str, Sequence[Stored]]) -> dict[str, str]:
    return {
        stream: "\n".join(f"{message.headers} {message.data!r} {message.data.decode()}" for message in messages)
        for stream, messages in streams.items()
    }


async def _replay(house: LivingHouse, messages: Sequence[Stored]) -> None:
    """Store messages once more, as a broker would that was restored from a backup."""
    connection = await house.connect()
    async with Publisher(connection) as publisher:
        for message in messages:
            headers = {name: value for name, value in message.headers.items() if not name.startswith("Nats-")}
            await publisher.store(Outgoing(subject=message.subject, headers=headers, data=message.data))
    await disconnect(connection)
    await house.settle()


async def _elsewhere(house: LivingHouse) -> dict[str, str]:
    """Logs, metrics, the manager's page, what the commands say, the file of nudges, and the broker's own files."""
    files = [*(house.folder / "nats").rglob("*"), *(house.folder / "postgres").glob("log*")]
    found = {"log": house.log(), "nudges.ndjson": (house.folder / "nudges.ndjson").read_text()}
    async with httpx.AsyncClient() as client:
        for name in ("ingest", "scoring", "pages"):
            found[f"{name}/metrics"] = (await client.get(f"{house.said[name]}/metrics")).text
        found["inbox"] = (await client.get((await house.command("inbox", "mara")).strip())).text
    for words in (("nudges", "--json"), ("scores", "--all", "--from", "2020-01-01"), ("dead-letters", "list")):
        found[" ".join(words)] = await house.command(*words)
    _, found["doctor"] = await house.run("doctor")
    for path in files:
        if path.is_file():
            found[str(path.relative_to(house.folder))] = path.read_bytes().decode("latin-1")
    return found


def _named_in(places: Mapping[str, str]) -> dict[str, list[str]]:
    """The places that name somebody who is a canary, also as JSON may write it."""
    spellings = {canary: (canary, json.dumps(canary)[1:-1], canary.encode().decode("latin-1")) for canary in CANARIES}
    named = {
        place: [canary for canary, ways in spellings.items() if any(way in text for way in ways)]
        for place, text in places.items()
    }
    return {place: canaries for place, canaries in named.items() if canaries}


@pytest.fixture
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LivingHouse]:
    folder = tmp_path_factory.mktemp("forget")
    folder.chmod(0o755)
    (folder / "secret").write_text("whsec_" + base64.b64encode(SECRET.encode()).decode())
    configuration = (
        '[clock]\nmode = "stepped"\n[ingest]\nport = 0\n[scoring]\nport = 0\n[nudges]\nport = 0\n'
        f'[channels.file]\npath = "{folder / "d" / "nudges.ndjson"}"\n'
        f'[sources.acme]\nkind = "standard"\nsecrets = ["file:{folder / "secret"}"]\n'
    )
    (folder / "roster.yaml").write_text(f"{ROSTER}      - {CANARY}\n      - {BEN}\n")
    (folder / "left.yaml").write_text(f"# {NAME} has left\n{ROSTER}      - {BEN}\n")
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    async with living_house(folder / "d", configuration) as living:
        connection = await living.connect()
        await Stage(connection).step_to(NOW)
        await disconnect(connection)
        await living.command("roster", "apply", str(folder / "roster.yaml"))
        await living.command("playbook", "apply", str(folder / "playbook.yaml"))
        yield living


@pytest.mark.timeout(300)
async def test_nothing_names_them_any_more_and_nothing_brings_them_back(house: LivingHouse) -> None:
    await _post(house, _bodies())
    before = await _stored(house)
    assert _named_in(await _tables(house)).keys() >= NAMING
    assert CONTACT not in _as_text(before)[ACTIVITIES]
    assert CONTACT not in "".join((await _tables(house)).values())
    assert _named_in(_as_text(before)).keys() == {WEBHOOKS, ACTIVITIES, SCORES, NUDGES, DEAD}
    assert _named_in(await _elsewhere(house)).keys() >= {"nudges.ndjson", "inbox", "nudges --json"}
    totals = await house.command("totals", "--csv", "--from", "2026-01-01", "--until", "2026-03-01")
    assert totals == "team,month,counts\nnorth,2026-02,calls=3\nnorth,2026-03,calls=3\n"
    bens = [line for line in (await house.command("scores", "--csv", "--from", "2020-01-01")).splitlines() if "ben" in line]

    assert "Take them out first" in await house.complaint("forget", REP, "--yes")
    await house.command("roster", "apply", str(house.folder.parent / "left.yaml"))
    said = await house.command("forget", REP, "--yes") + await house.command("forget", CONTACT, "--yes")

    assert re.search(rf"{REP}, {NAME}\nuser acme/{USER}\n3 activities, \d+ days, 1 rosters that name them", said)
    assert "3 activities, 2 days" in said.partition("erased: ")[2]
    assert f"{CONTACT}, a contact\n2 activities, which stay and no longer say with whom" in said
    assert _named_in(await _tables(house)) == {}
    assert _named_in(_as_text(await _stored(house))) == {}
    assert _named_in(await _elsewhere(house)) == {}

    await _post(house, _bodies(NOW + timedelta(seconds=1)))
    await _replay(house, [*before[WEBHOOKS], *before[ACTIVITIES]])
    await _replay(house, before[SCORES])
    assert _named_in(await _tables(house)) == {}
    assert _named_in({"log": house.log()}) == {}
    after = await house.command("scores", "--csv", "--from", "2020-01-01")
    assert after.splitlines()[1:] == bens
    assert await house.command("totals", "--csv", "--from", "2026-01-01", "--until", "2026-03-01") == totals
    assert "0 differences" in await house.command("audit")
    async with httpx.AsyncClient() as client:
        metrics = (await client.get(f"{house.said['scoring']}/metrics")).text
    (passed_over,) = re.findall(r"daymark_scoring_forgotten_observations_total ([0-9.]+)", metrics)
    assert float(passed_over) in {10, 15}  # the five of a webhook that was replayed are stored once more after two minutes
    await _a_file_does_not_bring_the_contact_back(house)
    await _somebody_else_can_be_named_by_the_hashed_key(house)


async def _a_file_does_not_bring_the_contact_back(house: LivingHouse) -> None:
    file = house.folder.parent / "history.ndjson"
    file.write_text(json.dumps(_observation("b5", "8", NOW, contact_key=CONTACT, owner=NAME)))
    await house.command("import", str(file), "--source", "acme")
    assert _named_in(await _tables(house)) == {}
    aliases = re.findall(r"forgotten:[0-9a-f]+", (await _tables(house))["scoring.activity"])
    assert len(aliases) >= 3


async def _somebody_else_can_be_named_by_the_hashed_key(house: LivingHouse) -> None:
    """The raw webhooks do not hold it; they are found all the same."""
    secret = (house.folder / "secrets" / KEPT_IN).read_bytes().strip()
    hashed = hashed_contact(secret, "somebody-else")
    assert hashed in (await _tables(house))["scoring.activity"]
    assert "somebody-else" in _as_text(await _stored(house))[WEBHOOKS]

    said = await house.command("forget", hashed, "--yes")

    assert "2 activities, which stay and no longer say with whom" in said
    everywhere = {**await _tables(house), **_as_text(await _stored(house))}
    assert [place for place, text in everywhere.items() if hashed in text or "somebody-else" in text] == []
