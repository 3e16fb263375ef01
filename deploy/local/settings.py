"""What `daymark` itself needs to know: where the services listen and where the data folder is."""

import os
from collections.abc import Mapping
from pathlib import Path

from shared.service.settings import CONFIG_VARIABLE, CommonSettings, Section, load_settings


class LocalSection(Section):
    data: str


class Listening(Section):
    """The part of a service's section that says where it listens; the rest is the service's own business."""

    model_config = Section.model_config | {"extra": "ignore"}

    host: str
    port: int
    replicas: int = 1


class LocalSettings(CommonSettings):
    local: LocalSection
    ingest: Listening
    scoring: Listening
    nudges: Listening

    @property
    def data(self) -> Path:
        return Path(self.local.data).resolve()


def load_local_settings(*, config: Path | None, data: Path | None) -> LocalSettings:
    """The settings for one command. `config` and `data` are its options; they win over the environment.

    Raises:
        SettingsRefused: a key cannot be used; says which.
    """
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())
    elif CONFIG_VARIABLE not in os.environ and Path("daymark.toml").is_file():
        os.environ[CONFIG_VARIABLE] = str(Path("daymark.toml").resolve())
    if data is not None:
        os.environ["DAYMARK_LOCAL__DATA"] = str(data.resolve())
    return load_settings(LocalSettings)


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process' environment with `extra` on top, for a process that it starts."""
    return {**os.environ, **extra}
