"""Creates the secrets that do not exist yet, one file each. Runs before everything else.

`python -m deploy.docker.make_secrets FOLDER ingest=UID scoring=UID nudges=UID`: each file belongs to the service that needs
it, and nobody else may read it. The other files belong to whoever runs this, which is root.
"""

import base64
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SERVICE_OF_SECRET: Final = {
    "postgres-admin": "",
    "postgres-scoring": "scoring",
    "postgres-nudges": "nudges",
    "api-token": "scoring",
    "link-secret": "nudges",
    "forget-key-scoring": "scoring",
    "forget-key-nudges": "nudges",
    "contact-secret": "ingest",
    "acme": "ingest",
    "globex": "ingest",
}
_WEBHOOK_SECRETS: Final = ("acme", "globex")
_BYTES: Final = 24


def make_secrets(folder: Path, *, owners: Mapping[str, int]) -> None:
    """One file per secret. Existing files keep their content. `owners` holds the user ids of the services."""
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
        path.chmod(0o400)


if __name__ == "__main__":
    user_ids = dict(argument.split("=") for argument in sys.argv[2:])
    make_secrets(Path(sys.argv[1]), owners={service: int(user_id) for service, user_id in user_ids.items()})
