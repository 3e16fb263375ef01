"""The recorded installation in a data folder, as `daymark up` of the earlier version left it."""

from collections.abc import Mapping
from pathlib import Path

from deploy.database import ensure_database
from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.postgres_server import PostgresServer
from shared.jetstream.client import connect, disconnect
from tests.folders import open_to_everybody
from tests.upgrade.dumps import restore_schemas, restore_streams
from tests.upgrade.recording import DEMO_SECRETS, Recording, write_secrets


async def restore_installation(folder: Path, recording: Recording, secrets: Mapping[str, str] = DEMO_SECRETS) -> None:
    """Fill the folder with the databases, the streams and the secrets. Nothing runs afterwards."""
    folder.mkdir(parents=True)
    open_to_everybody(folder)
    write_secrets(folder / "secrets", secrets)
    await _restore_postgres(PostgresServer(folder / "postgres"), recording)
    await _restore_nats(NatsServer(folder / "nats"), recording)


async def _restore_postgres(server: PostgresServer, recording: Recording) -> None:
    await server.start()
    try:
        await ensure_database(server.url(database="postgres"))
        await restore_schemas(recording.schemas, url_of_role=lambda role: server.url(role=role))
    finally:
        await server.stop()


async def _restore_nats(server: NatsServer, recording: Recording) -> None:
    await server.start()
    try:
        connection = await connect(server.url, name="test")
        await restore_streams(connection, recording.streams)
        await disconnect(connection)
    finally:
        await server.stop()
