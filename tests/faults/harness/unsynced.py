"""Servers that do not sync what they confirm, for controls that must lose something."""

import sys
from pathlib import Path
from typing import Final

from tests.faults.harness.installation import Installation

_SERVER: Final = """\
#!/bin/sh
sed 's/sync_interval: always/sync_interval: 2m/' "$2" > "$2.unsynced"
grep -q 'sync_interval: 2m' "$2.unsynced" || exit 1
exec {real} -c "$2.unsynced"
"""


def python_with_unsynced_nats(folder: Path) -> str:
    """Make an environment like this one, in which nats-server runs with its default of syncing every two minutes. Returns its
    interpreter."""
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    (folder / "lib").symlink_to(Path(sys.prefix).resolve() / "lib")
    (folder / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    server = folder / "bin" / "nats-server"
    server.write_text(_SERVER.format(real=Path(sys.executable).with_name("nats-server")))
    server.chmod(0o755)
    return str(folder / "bin" / "python")


async def sync_nothing_in_postgres(daymark: Installation) -> None:
    """From now on Postgres confirms up to ten seconds before it syncs."""
    connection = await daymark.connect_to_postgres()
    try:
        for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
            await connection.execute(f"ALTER SYSTEM SET {setting}")
        await connection.execute("SELECT pg_reload_conf()")
        while await connection.fetchval("SELECT current_setting('synchronous_commit')") != "off":
            continue
    finally:
        await connection.close()


def sync_again_in_postgres(daymark: Installation) -> None:
    """Take that back, while Postgres is down. No service is ready with such a Postgres."""
    (daymark.data / "postgres" / "postgresql.auto.conf").write_text("")
