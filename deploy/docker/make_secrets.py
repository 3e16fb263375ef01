"""Makes the secrets that are not there yet, one file each, in the folder given. Run once before everything else.

`python -m deploy.docker.make_secrets FOLDER UID`: the files belong to UID, and only it may read them. Postgres' own
containers read theirs as root before they drop their rights.
"""

import base64
import os
import secrets
import sys
from pathlib import Path
from typing import Final

_PASSWORDS: Final = ("postgres-admin", "postgres-scoring", "postgres-nudges", "link-secret", "api-token")
_WEBHOOK_KEYS: Final = ("acme", "globex")
_BYTES: Final = 24


def make_secrets(folder: Path, *, owner: int) -> None:
    """One file per secret; what exists stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    for name in (*_PASSWORDS, *_WEBHOOK_KEYS):
        path = folder / name
        if path.exists():
            continue
        path.touch(mode=0o400)
        key = secrets.token_bytes(_BYTES)
        path.write_text("whsec_" + base64.b64encode(key).decode() if name in _WEBHOOK_KEYS else key.hex())
        os.chown(path, owner, owner)
        path.chmod(0o400)


if __name__ == "__main__":
    make_secrets(Path(sys.argv[1]), owner=int(sys.argv[2]))
