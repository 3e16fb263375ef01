"""What `daymark` itself has to know: where the services listen, which secrets they have, and where the data folder is."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from pydantic import Field

from shared.service.settings import CONFIG_VARIABLE, CommonSettings, SecretReference, Section, load_settings, read_toml

KeyPath: TypeAlias = tuple[str, ...]
_PREFIX: Final = "DAYMARK_"
_REFERENCE: Final = re.compile(r"\benv:([A-Za-z_][A-Za-z0-9_]*)")


class LocalSection(Section):
    data: str
    nats_storage_max_bytes: int = Field(gt=0)


class ListenSection(Section):
    """The keys of a service's section that say where it listens. The others are read by the service alone. Without a
    `probes_port` of its own, it answers the probes on its `port`."""

    model_config = Section.model_config | {"extra": "ignore"}

    host: str
    port: int
    replicas: int = 1
    probes_host: str = ""
    probes_port: int | None = None

    @property
    def probes_address(self) -> tuple[str, int]:
        """Where /livez, /readyz and /metrics are answered."""
        return (self.host, self.port) if self.probes_port is None else (self.probes_host, self.probes_port)


class IngestSection(ListenSection):
    sources_key: SecretReference


class ScoringSection(ListenSection):
    api_token: SecretReference


class NudgesSection(ListenSection):
    link_secret: SecretReference


class LocalSettings(CommonSettings):
    local: LocalSection
    ingest: IngestSection
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


def child_environment(extra: Mapping[str, str], *, reads: Callable[[KeyPath], bool] = lambda _: True) -> dict[str, str]:
    """The environment of a process that this one starts: its own, with `extra` on top, and without the variables to which only
    settings refer that the process does not read. `reads` says which it reads; a path is a section, and keys within it."""
    environment = {**os.environ, **extra}
    in_file = dict(_texts(read_toml(Path(environment[CONFIG_VARIABLE])))) if environment.get(CONFIG_VARIABLE) else {}
    in_variables = {
        tuple(name.removeprefix(_PREFIX).lower().split("__")): value
        for name, value in environment.items()
        if name.startswith(_PREFIX)
    }
    secrets = _variables_in([*in_file.values(), *in_variables.values()])
    needed = _variables_in([value for path, value in (in_file | in_variables).items() if reads(path)])
    unneeded = secrets - needed
    return {name: value for name, value in environment.items() if name not in unneeded}


def _variables_in(texts: Iterable[str]) -> set[str]:
    """The variables to which these values of settings refer."""
    return {variable for text in texts for variable in _REFERENCE.findall(text)}


def _texts(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """The leaves of a document, each as text."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*path, str(key)))
    else:
        yield path, str(value)
