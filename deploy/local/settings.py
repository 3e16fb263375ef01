"""What `daymark` itself has to know: where the services listen, which secrets they have, and where the data folder is."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from shared.service.settings import CONFIG_VARIABLE, CommonSettings, SecretReference, Section, load_settings


class LocalSection(Section):
    data: str
    nats_storage_max_bytes: int = Field(gt=0)


class ListenSection(Section):
    """The keys of a service's section that say where it listens. The others are read by the service alone."""

    model_config = Section.model_config | {"extra": "ignore"}

    host: str
    port: int
    replicas: int = 1


class ScoringSection(ListenSection):
    api_token: SecretReference


class NudgesSection(ListenSection):
    link_secret: SecretReference


class LocalSettings(CommonSettings):
    local: LocalSection
    ingest: ListenSection
    scoring: ScoringSection
    nudges: NudgesSection

    @property
    def data(self) -> Path:
        return Path(self.local.data).resolve()


def load_local_settings(*, config: Path | None, data: Path | None) -> LocalSettings:
    """The settings of one command. Its options `config` and `data` win over the environment.

    Raises:
        SettingsRefused: a key cannot be used; names it.
    """
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())
    elif CONFIG_VARIABLE not in os.environ and Path("daymark.toml").is_file():
        os.environ[CONFIG_VARIABLE] = str(Path("daymark.toml").resolve())
    if data is not None:
        os.environ["DAYMARK_LOCAL__DATA"] = str(data.resolve())
    return load_settings(LocalSettings)


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that this one starts: its own, with `extra` on top."""
    return {**os.environ, **extra}
