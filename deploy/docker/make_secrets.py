"""Creates the secrets that do not exist yet, one file each. Runs before everything else.

`python -m deploy.docker.make_secrets FOLDER ACCESS ingest=UID scoring=UID nudges=UID …`: each file belongs to the service that
needs it, and nobody else may read it, except that the demonstration and the commands read what is in `READ_BY_GROUP`. The
other files belong to whoever runs this, which is root. ACCESS is the folder of users.conf, which NATS includes: its users, with
their passwords.
"""

import base64
import os
import secrets
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.access.catalogue import USERS, credential_name
from deploy.access.server_configuration import users_configuration

SERVICE_OF_SECRET: Final = {
    "postgres-admin": "",
    "postgres-scoring": "scoring",
    "postgres-nudges": "nudges",
    "api-token": "scoring",
    "link-secret": "nudges",
    "forget-key-scoring": "scoring",
    "forget-key-nudges": "nudges",
    "contact-secret": "ingest",
    "sources-key": "ingest",
    "acme": "ingest",
    "globex": "ingest",
    **{credential_name(user.name): user.name for user in USERS},
}
USERS_FILE: Final = "users.conf"
READ_BY_GROUP: Final = frozenset({"contact-secret", "acme", "globex"})
"""What the group of ingest may read: the demonstration signs with it, and commands check it and hash with it."""
_WEBHOOK_SECRETS: Final = ("acme", "globex")
_BYTES: Final = 24


def make_secrets(folder: Path, *, access: Path, owners: Mapping[str, int]) -> None:
    """One file per secret. Existing files keep their content. `owners` holds the user ids of the services. The file of users is
    always written again: another version may have other permissions."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    for name, service in SERVICE_OF_SECRET.items():
        path = folder / name
        if not path.exists():
            path.touch(mode=0o600)
            key = secrets.token_bytes(_BYTES)
            path.write_text("whsec_" + base64.b64encode(key).decode() if name in _WEBHOOK_SECRETS else key.hex())
        owner = owners.get(service, os.getuid())
        os.chown(path, owner, owner)
        path.chmod(0o440 if name in READ_BY_GROUP else 0o400)
    for path in folder.iterdir():
        if path.name not in SERVICE_OF_SECRET and path.stat().st_uid == owners.get("ingest"):
            path.chmod(path.stat().st_mode | stat.S_IRGRP)  # an operator's own secret of a source, which commands check
    _write_users(access, {user.name: (folder / credential_name(user.name)).read_text(encoding="utf-8") for user in USERS})


def _write_users(access: Path, passwords: Mapping[str, str]) -> None:
    """At once: the server may read the file meanwhile."""
    access.mkdir(parents=True, exist_ok=True)
    access.chmod(0o700)
    new = access / f"{USERS_FILE}.new"
    new.touch(mode=0o600)
    new.write_text(users_configuration(passwords))
    new.replace(access / USERS_FILE)


if __name__ == "__main__":
    user_ids = dict(argument.split("=") for argument in sys.argv[3:])
    owners = {service: int(user_id) for service, user_id in user_ids.items()}
    make_secrets(Path(sys.argv[1]), access=Path(sys.argv[2]), owners=owners)
