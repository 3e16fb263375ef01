"""`daymark up` and the other commands, as their user runs them."""

import asyncio
import gzip
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from deploy.local.postgres_server import PostgresServer
from tests.house_of_its_own import LivingHouse, living_house

ROSTER = """\
teams:
  - id: north
    name: North
    managers: [{id: mara, name: Mara Lind}]
    reps: [{id: ana, name: Ana Ruiz, timezone: Europe/Madrid, identities: [{source: acme, user: "7"}]}]
"""
PLAYBOOK = """\
team: north
effective_from: 2020-01-01
behaviours: [{key: calls, label: Calls, counts: {kinds: [call]}, target: 2, weight: 1}]
"""
CONFIGURATION = "[ingest]\nport = 0\n[scoring]\nport = 0\n[nudges]\nport = 0\n"


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LivingHouse]:
    folder = tmp_path_factory.mktemp("up")
    async with living_house(folder / "d", CONFIGURATION) as living:
        (folder / "roster.yaml").write_text(ROSTER)
        (folder / "playbook.yaml").write_text(PLAYBOOK)
        await living.command("roster", "apply", str(folder / "roster.yaml"))
        await living.command("playbook", "apply", str(folder / "playbook.yaml"))
        yield living


async def test_the_ready_line_names_everything_and_everything_answers(house: LivingHouse) -> None:
    assert house.said["ready"] is True
    async with httpx.AsyncClient() as client:
        for name, process in (("ingest", "ingest"), ("scoring", "scoring"), ("pages", "nudges")):
            ready = {"ready": True, "problems": {}, "pid": house.pids()[process]}
            assert (await client.get(f"{house.said[name]}/readyz")).json() == ready
            assert (await client.get(f"{house.said[name]}/livez")).status_code == 200
    assert {"ingest", "scoring", "nudges", "nats", "postgres"} <= house.pids().keys()


async def test_an_import_is_scored_and_repeating_it_changes_nothing(house: LivingHouse, tmp_path: Path) -> None:
    file = tmp_path / "history.ndjson.gz"
    observations = [
        {
            "activity_id": f"a{number}",
            "kind": "call",
            "observed_at": "2026-03-02T09:00:00Z",
            "facts": {"actor": "7", "started_at": "2026-03-02T09:00:00Z"},
        }
        for number in range(3)
    ]
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, observations)).encode()))

    first = await house.command("import", str(file), "--source", "acme")
    again = await house.command("import", str(file), "--source", "acme")

    assert first == "3 lines, 0 refused\n"
    assert again == "3 lines, 3 of them in an earlier run, 0 refused\n"
    csv = await house.command("scores", "--csv", "--day", "2026-03-02")
    assert csv == "rep,day,score,counts\nana,2026-03-02,150.00,calls=3\n"
    assert "0 differences" in await house.command("audit")
    assert "100 x (1 x min(3/2, 1.5)) / (1) = 150.00" in await house.command("explain", "ana", "2026-03-02")


async def test_lines_that_make_no_sense_are_named_and_the_others_are_taken(house: LivingHouse, tmp_path: Path) -> None:
    file = tmp_path / "mixed.ndjson"
    good = {"activity_id": "b1", "kind": "call", "observed_at": "2026-03-03T09:00:00Z", "facts": {}}
    file.write_text(f"{json.dumps(good)}\n{{not json\n{json.dumps(good | {'observed_at': 'soon'})}\n")

    said = await house.command("import", str(file), "--source", "acme", expect=1)

    assert said == "3 lines, 2 refused\n"


async def test_a_broken_roster_is_refused_whole_and_the_old_one_stays(house: LivingHouse, tmp_path: Path) -> None:
    file = tmp_path / "roster.yaml"
    file.write_text(ROSTER.replace("Europe/Madrid", "Europe/Madird"))

    said = await house.complaint("roster", "apply", str(file))

    assert "roster.yaml:5: teams[0].reps[0].timezone: no such time zone; write an IANA name such as Europe/Madrid" in said
    call = {"activity_id": "c1", "kind": "call", "observed_at": "2026-03-04T09:00:00Z"}
    (tmp_path / "one.ndjson").write_text(json.dumps(call | {"facts": {"actor": "7", "started_at": "2026-03-04T09:00:00Z"}}))
    await house.command("import", str(tmp_path / "one.ndjson"), "--source", "acme")
    assert "ana,2026-03-04,50.00,calls=1" in await house.command("scores", "--csv", "--day", "2026-03-04")


async def test_a_managers_page_opens_with_its_link(house: LivingHouse) -> None:
    link = (await house.command("inbox", "mara")).strip()

    async with httpx.AsyncClient() as client:
        assert (await client.get(link)).status_code == 200
        assert (await client.get(link[:-1])).status_code == 404


async def test_a_second_one_on_the_same_folder_is_refused(house: LivingHouse) -> None:
    assert "Another `daymark up` uses this data folder" in await house.complaint("up")


async def test_a_process_that_dies_is_started_again_on_the_same_port(house: LivingHouse) -> None:
    await house.kill("ingest")

    async with asyncio.timeout(30), httpx.AsyncClient() as client:
        while True:
            try:
                answer = await client.get(f"{house.said['ingest']}/readyz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 200:
                return


async def test_without_a_running_house_the_commands_say_so(tmp_path: Path) -> None:
    nobody = LivingHouse(folder=tmp_path, config=tmp_path / "daymark.toml", said={})
    nobody.config.write_text("")

    assert "Start `daymark up`" in await nobody.complaint("scores")


async def test_a_service_that_cannot_start_as_configured_ends_it_at_once_and_says_why(tmp_path: Path) -> None:
    wrong = LivingHouse(folder=tmp_path / "d", config=tmp_path / "daymark.toml", said={})
    wrong.config.write_text(f'{CONFIGURATION}\n[sources.x]\nkind = "standard"\nsecrets = ["env:NOT_THERE"]\n')

    said = await wrong.complaint("up")

    assert "ingest: The service cannot start as it is configured" in said
    assert "env:NOT_THERE: The secret is not there" in said


async def test_a_port_on_which_another_program_listens_ends_it_at_once_and_is_named(house: LivingHouse, tmp_path: Path) -> None:
    port = house.said["ingest"].rpartition(":")[2]
    second = LivingHouse(folder=tmp_path / "d", config=tmp_path / "daymark.toml", said={})
    tmp_path.chmod(0o755)
    second.config.write_text(CONFIGURATION.replace("[ingest]\nport = 0", f"[ingest]\nport = {port}"))

    assert f"127.0.0.1:{port} (Address already in use): Another program listens there" in await second.complaint("up")


async def test_a_postgres_that_may_lose_what_it_commits_makes_a_service_not_ready(tmp_path: Path) -> None:
    import asyncpg

    from shared.postgres.pool import make_pool, unsafe_settings

    server = PostgresServer(tmp_path / "pg")
    tmp_path.chmod(0o755)
    await server.start()
    try:
        admin = await asyncpg.connect(server.url(database="postgres"))
        await admin.execute("ALTER SYSTEM SET synchronous_commit = off")
        await admin.execute("SELECT pg_reload_conf()")
        await admin.close()
        pool = await make_pool(server.url(database="postgres"), schema="public")
        assert await unsafe_settings(pool) == ["synchronous_commit"]
        await pool.close()
    finally:
        await server.stop()


async def test_killed_whole_it_leaves_nothing_running_and_finds_everything_again(tmp_path: Path) -> None:
    file = tmp_path / "history.ndjson"
    fact = {"activity_id": "a", "kind": "call", "observed_at": "2026-03-02T09:00:00Z"}
    file.write_text(json.dumps(fact | {"facts": {"actor": "7", "started_at": "2026-03-02T09:00:00Z"}}))
    (tmp_path / "roster.yaml").write_text(ROSTER)
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK)
    async with living_house(tmp_path / "d", CONFIGURATION) as first:
        await first.command("roster", "apply", str(tmp_path / "roster.yaml"))
        await first.command("playbook", "apply", str(tmp_path / "playbook.yaml"))
        await first.command("import", str(file), "--source", "acme")
        children = [pid for name, pid in first.pids().items() if name not in ("daymark", "postgres")]
        os.kill(first.pids()["daymark"], signal.SIGKILL)
        async with asyncio.timeout(20):
            while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in children):
                await asyncio.sleep(0.05)

    async with living_house(tmp_path / "d", CONFIGURATION) as second:
        assert "calls=1" in await second.command("scores", "--csv", "--day", "2026-03-02")
        assert "0 differences" in await second.command("audit")
