"""The sources of the demonstration, and where their secrets are."""

import base64
import os
import secrets
from pathlib import Path
from typing import Final

from shared.service.settings import SecretMissing

SOURCES: Final = {"acme": "standard", "globex": "cloudevents"}
SECRETS_VARIABLE: Final = "DAYMARK_DEMO_SECRETS"
_KEY_BYTES: Final = 24


def make_secrets(folder: Path) -> None:
    """A secret per source in the folder, where there is none yet; readable by the owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for source in SOURCES:
        path = folder / source
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text("whsec_" + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode())


def read_secrets(folder: Path) -> dict[str, str]:
    """The secrets by source.

    Raises:
        SecretMissing: one of them is not there.
    """
    found = {}
    for source in SOURCES:
        path = folder / source
        if not path.is_file():
            raise SecretMissing(str(path))
        found[source] = path.read_text(encoding="utf-8").strip()
    return found


def secrets_folder() -> Path:
    """Where the secrets are, by the environment."""
    return Path(os.environ.get(SECRETS_VARIABLE, "/run/secrets"))


def configuration(folder: Path, *, nudges_file: Path | None = None) -> str:
    """The daymark.toml of the demonstration: stepped time, free ports, its two sources."""
    sources = "\n".join(
        f'[sources.{name}]\nkind = "{kind}"\nsecrets = ["file:{folder / name}"]\n' for name, kind in SOURCES.items()
    )
    ports = "\n".join(f"[{service}]\nport = 0\n" for service in ("ingest", "scoring", "nudges"))
    file = f'[channels.file]\npath = "{nudges_file}"\n' if nudges_file else ""
    return f'[clock]\nmode = "stepped"\n\n{ports}\n{sources}\n{file}'
