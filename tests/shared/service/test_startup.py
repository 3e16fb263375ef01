"""A service waits for its servers, in whatever order they are started."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import nats.errors
import pytest
from nats.js.api import StreamConfig
from structlog.testing import capture_logs
from structlog.typing import EventDict

from deploy.local.servers.nats_server import NatsServer
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER, STREAMS
from shared.postgres.migrations import MigrationChanged
from shared.postgres.pool import make_pool
from shared.requests.client import NO_QUERY, ask
from shared.requests.endpoint import Endpoint, NoQuery
from shared.requests.router import RequestRouter
from shared.service.broker import ServiceBroker
from shared.service.settings import PostgresSection
from shared.service.startup import close_pool, has_finished, pool_of, reach_broker, reach_database
from tests.backends import Servers
from tests.shared.conftest import broker_at

CREATE = "CREATE TABLE day (rep_id text);\n"
TIMEOUT_S = 20.0


@pytest.fixture(autouse=True)
def _retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.transient_errors._RETRY_S", 0.01)


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    (tmp_path / "0001_days.sql").write_text(CREATE)
    return tmp_path


async def _wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():
            await asyncio.sleep(0.01)


async def _finish(reaching: Awaitable[object]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        await reaching


def _problems(logs: list[EventDict]) -> list[str]:
    """What the service has logged while it waited."""
    return [str(log["problem"]) for log in logs if log["event"] == "waiting_for_server"]


async def test_a_service_waits_for_nats(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    broker = broker_at(server.url)
    with capture_logs() as logs:
        reaching = asyncio.create_task(reach_broker(broker))
        await _wait_for(lambda: any(log["event"] == "nats_error" for log in logs))
    assert not reaching.done()

    await server.start()
    await _finish(reaching)

    connection = await connect(server.url, name="test")
    for stream in (stream for stream in STREAMS if stream.owner == "ingest"):
        await connection.jetstream().stream_info(stream.name)
    await connection.close()
    await broker.stop()
    await server.kill()


async def test_a_service_waits_until_jetstream_has_its_streams(nats_url: str, broker: ServiceBroker) -> None:
    operator = await connect(nats_url, name="operator")
    await operator.jetstream().add_stream(StreamConfig(name="ANOTHER", subjects=["activity.observed.v1.acme"]))
    with capture_logs() as logs:
        reaching = asyncio.create_task(reach_broker(broker))
        await _wait_for(lambda: bool(_problems(logs)))
        assert not reaching.done()

        await operator.jetstream().delete_stream("ANOTHER")
        await _finish(reaching)

    await operator.close()
    (problem,) = _problems(logs)  # it has tried more than once, and logged it once
    assert problem.startswith("StreamRefused: ACTIVITIES: subjects overlap")


async def test_reaching_nats_subscribes_to_nothing_yet(nats_url: str, broker: ServiceBroker) -> None:
    """A service subscribes once it has reached its database, too."""
    requests = RequestRouter(queue="test")
    endpoint = Endpoint(subject="test.v1", query=NoQuery, reply=NoQuery)

    @requests.handles(endpoint)
    async def reply(query: NoQuery) -> NoQuery:
        return query

    broker.include_router(requests.router)
    connection = await reach_broker(broker)
    await connection.flush()

    with pytest.raises(nats.errors.NoRespondersError):
        await connection.request(endpoint.subject, b"")
    await broker.start()
    assert await ask(connection, endpoint, NO_QUERY) == NoQuery()


async def test_a_service_waits_for_its_database(servers: Servers, migrations: Path) -> None:
    admin = await asyncpg.connect(servers.admin_url)
    pool = make_pool(servers.postgres_url(role="scoring", database="created_later"), schema="scoring")
    with capture_logs() as logs:
        reaching = asyncio.create_task(reach_database(pool, schema="scoring", migrations=migrations))
        await _wait_for(lambda: bool(_problems(logs)))
        assert not reaching.done()

        await admin.execute("CREATE DATABASE created_later")
        await _wait_for(lambda: len(_problems(logs)) > 1)  # there is a database now, and no schema of the service in it
        await admin.execute("ALTER DATABASE created_later OWNER TO scoring")
        owner = await asyncpg.connect(servers.postgres_url(role="scoring", database="created_later"))
        await owner.execute("CREATE SCHEMA scoring")
        await _finish(reaching)

    assert await owner.fetchval("SELECT count(*) FROM scoring.day") == 0
    problems = [problem.partition(":")[0] for problem in _problems(logs)]
    assert problems == ["InvalidCatalogNameError", "InvalidSchemaNameError"]
    await pool.close()
    await owner.close()
    await admin.execute("DROP DATABASE created_later")
    await admin.close()


async def test_a_service_does_not_wait_for_what_will_not_change(pool: asyncpg.Pool, schema: str, migrations: Path) -> None:
    await reach_database(pool, schema=schema, migrations=migrations)
    (migrations / "0001_days.sql").write_text(CREATE + "-- A comment.\n")

    with pytest.raises(MigrationChanged):
        await _finish(reach_database(pool, schema=schema, migrations=migrations))


async def test_a_pool_takes_its_password_from_the_settings(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    passwords: list[str | None] = []

    def record(url: str, *, schema: str, password: str | None) -> None:
        passwords.append(password)

    monkeypatch.setattr("shared.service.startup.make_pool", record)
    monkeypatch.setenv("POSTGRES_PASSWORD", "hunter2")

    pool_of(PostgresSection(url=servers.admin_url, password="env:POSTGRES_PASSWORD"), schema="scoring")
    pool_of(PostgresSection(url=servers.admin_url, password=""), schema="scoring")

    assert passwords == ["hunter2", None]


async def test_a_consumer_has_finished_once_everything_is_acknowledged(nats: LeanClient) -> None:
    assert await has_finished(nats, ACTIVITIES, SCORING_CONSUMER)

    await nats.jetstream().publish("activity.observed.v1.acme", b"{}")
    assert not await has_finished(nats, ACTIVITIES, SCORING_CONSUMER)
    (message,) = await (await nats.jetstream().pull_subscribe_bind(SCORING_CONSUMER, ACTIVITIES)).fetch(1)
    assert not await has_finished(nats, ACTIVITIES, SCORING_CONSUMER)
    await message.ack_sync()

    assert await has_finished(nats, ACTIVITIES, SCORING_CONSUMER)


async def test_a_consumer_has_not_finished_while_the_broker_cannot_say(nats: LeanClient) -> None:
    assert not await has_finished(nats, ACTIVITIES, "a-consumer-that-is-missing")

    await nats.close()

    assert not await has_finished(nats, ACTIVITIES, SCORING_CONSUMER)


async def test_a_pool_that_cannot_be_closed_in_time_is_given_up(
    servers: Servers, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.service.startup._CLOSE_S", 0.01)
    pool = await make_pool(servers.admin_url, schema=schema)
    await pool.acquire()

    await close_pool(pool)

    assert pool.is_closing()
    assert pool.get_size() == 0
