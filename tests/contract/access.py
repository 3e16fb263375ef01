"""`docs/access.md`: who may do what at NATS and PostgreSQL. `python -m tests.contract.access` writes it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from deploy.access.catalogue import USERS, User
from deploy.access.grants import Grant

ACCESS: Final = Path(__file__).parents[2] / "docs" / "access.md"
_INTRODUCTION: Final = """# Who may do what

NATS lets in nobody without a user and its password. Each user may publish and subscribe to the subjects below and to no
others. Whatever a user tries beyond that is refused, logged by the service as `nats_permission_denied`, and makes it unready;
see [the runbook](runbook.md#natspermissiondenied). Only `operator` can delete streams, messages and durable consumers;
services remove the temporary consumers of CLOCK.

This page is generated from the catalogue in `deploy/access`, of which the server's configuration is made, too:
`python -m tests.contract.access` writes it. A test tries every user with every subject on a real server.

## Where the credentials are

- **`daymark up`**: `nats-USER` in the folder `secrets` of the data folder, made at the first start. Each service gets its own
  password only; a command reads `nats-operator`, so only the user who runs `daymark up` can run commands.
- **docker compose**: `nats-USER` in the volume `secrets`, each file for the user of its container only; NATS reads `users.conf`
  in the volume `nats-access`.
- **A NATS of your own**: set `nats.user` and `nats.password` for each process, in its own environment.
  `python -m deploy.access FOLDER` prints the users for the server's configuration.

To replace a password, remove its file and start Daymark again.

The HTTP port of NATS (`nats.monitor_url`) asks for no password and shows no message. `daymark up` opens it on the loopback
address, docker compose on the network of the containers only. Do not publish it.

## NATS
"""
_POSTGRES: Final = """
## PostgreSQL

`daymark up` opens PostgreSQL on a socket in its data folder, which only the user that runs it may enter; a role still needs its
password (`postgres-ROLE` in `secrets`), and the administrator must be the user of the machine that runs Daymark or PostgreSQL.
docker compose opens it on the network of the containers, where every role needs its password. `daymark up` writes
`pg_hba.conf` and `pg_ident.conf` at each start.

| role | its own schema | the other schemas | else |
| --- | --- | --- | --- |
| `scoring` | everything | nothing | temporary tables; no role, database, schema, program or file of the server |
| `nudges` | everything | nothing | temporary tables; no role, database, schema, program or file of the server |
| `postgres` | | everything | creates the roles and the database; no service has it |

ingest has no role. Every connection of a service turns `synchronous_commit` on, whatever the role or the database is set to.
"""


def access() -> str:
    """The page as it is checked in."""
    return _INTRODUCTION + "".join(_section(user) for user in USERS) + _POSTGRES


def _section(user: User) -> str:
    rows = "".join(f"| {row.purpose} | {_list(row.publish)} | {_list(row.subscribe)} |\n" for row in _joined(user.grants))
    return (
        f"\n### {user.name}\n\nFor {user.holder}.\n\n| to | it may publish to | and subscribe to |\n| --- | --- | --- |\n{rows}"
    )


def _joined(grants: Iterable[Grant]) -> list[Grant]:
    """Those that allow anything."""
    return [grant for grant in grants if grant.publish or grant.subscribe]


def _list(subjects: Iterable[str]) -> str:
    return ", ".join(f"`{subject}`" for subject in subjects)


if __name__ == "__main__":
    ACCESS.write_text(access(), encoding="utf-8")
