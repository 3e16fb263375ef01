"""The sources of the demonstration, and where their secrets are kept."""

import base64
import os
import secrets
from pathlib import Path
from typing import Final

from deploy.access.catalogue import DEMO, credential_name
from shared.service.settings import SecretMissing

SOURCES: Final = {"acme": "standard", "globex": "cloudevents"}
SECRETS_VARIABLE: Final = "DAYMARK_DEMO_SECRETS"
_KEY_BYTES: Final = 24


def make_secrets(folder: Path) -> None:
    """Create the secret of each source that has none in the folder. Only the owner may read them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for source in SOURCES:
        path = folder / source
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text("whsec_" + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode())


def read_secrets(folder: Path) -> dict[str, str]:
    """The secrets by source.

    Raises:
        SecretMissing: the folder lacks one.
    """
    secret_of_source = {}
    for source in SOURCES:
        path = folder / source
        if not path.is_file():
            raise SecretMissing(str(path))
        secret_of_source[source] = path.read_text(encoding="utf-8").strip()
    return secret_of_source


def read_nats_password(folder: Path) -> str | None:
    """The password of the demonstration at NATS. None if the folder holds none: such a server lets everybody in."""
    file = folder / credential_name(DEMO)
    return file.read_text(encoding="utf-8").strip() if file.is_file() else None


def secrets_folder() -> Path:
    """The folder that the environment names."""
    return Path(os.environ.get(SECRETS_VARIABLE, "/run/secrets"))


def configuration(folder: Path, *, nudges_file: Path | None = None) -> str:
    """The daymark.toml of the demonstration: stepped time, free ports, and its two sources with their secrets in `folder`."""
    sources = "\n".join(
        f'[sources.{name}]\nkind = "{kind}"\nsecrets = ["file:{folder / name}"]\n' for name, kind in SOURCES.items()
    )
    ports = "[ingest]\nport = 0\nprobes_port = 0\n\n[scoring]\nport = 0\n\n[nudges]\nport = 0\nprobes_port = 0\n"
    file = f'[channels.file]\npath = "{nudges_file}"\n' if nudges_file else ""
    return f'[clock]\nmode = "stepped"\n\n{ports}\n{sources}\n{file}'
