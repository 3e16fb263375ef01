"""The file in which `daymark up` says where everything listens, for the other commands."""

import json
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.local.nats_credentials import CredentialUnreadable
from deploy.local.settings import LocalSettings
from shared.errors import DaymarkError

RUN_FILE_NAME: Final = "run.json"


class NotRunning(DaymarkError):
    """No Daymark runs on this data folder. Start `daymark up`, or name the right folder with --data or --config."""


class RunFile(BaseModel):
    """The URLs of a running Daymark and the ids of its processes. `pages` is where nudges serves its pages, `monitor` the HTTP
    port of NATS; `probes` has, by service, the URL at which it answers /livez, /readyz and /metrics. `daymark up` prints
    the same as its ready line."""

    model_config = ConfigDict(frozen=True)

    ready: bool = True
    ingest: str
    scoring: str
    pages: str
    nats: str
    monitor: str
    postgres: str
    probes: dict[str, str] = {}
    pids: dict[str, int]

    def line(self) -> str:
        """One line of JSON."""
        return json.dumps(self.model_dump())


def write_run_file(folder: Path, run_file: RunFile) -> None:
    """Replace the file at once, so that nobody reads half of it. Only its owner may read it.

    Raises:
        OSError: it could not be written, and is as it was.
    """
    new = folder / f"{RUN_FILE_NAME}.new"
    new.write_text(run_file.line() + "\n")
    new.chmod(0o600)
    new.replace(folder / RUN_FILE_NAME)


def remove_run_file(folder: Path) -> None:
    """Nothing runs on this folder any more."""
    (folder / RUN_FILE_NAME).unlink(missing_ok=True)


def read_run_file(settings: LocalSettings) -> RunFile:
    """What the running `daymark up` of this data folder wrote when it was ready.

    Raises:
        NotRunning: there is none.
        CredentialUnreadable: somebody else started Daymark on the data folder.
    """
    try:
        return RunFile.model_validate_json((settings.data / RUN_FILE_NAME).read_text())
    except (FileNotFoundError, ValidationError):  # a power cut may have emptied it
        raise NotRunning(str(settings.data)) from None
    except PermissionError:
        raise CredentialUnreadable(str(settings.data / RUN_FILE_NAME)) from None
