"""How settings are read: from the default file, then the operator's `daymark.toml`, then `DAYMARK_<SECTION>__<KEY>`.

A later source wins, key by key. `shared/daymark.default.toml` explains every key with its unit; it is the manual. An unknown
key is refused by name, so that a misspelt one does not silently leave the default in force; if the configuration says that it
was written for a later version, the key is ignored with a warning. A key that was renamed is still read under its former name,
with a warning.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from shared.errors import DaymarkError
from shared.service.version import RENAMED_KEYS, VERSION, KeyPath, RenamedKey, ignoring, is_newer, without_ignored
from shared.suggestions import find_misspelt_keys

_log = structlog.get_logger()
CONFIG_VARIABLE: Final = "DAYMARK_CONFIG"
DEFAULT_FILE: Final = Path(__file__).parents[1] / "daymark.default.toml"
SECRET_MIN_BYTES: Final = 16
"""A shorter secret can be guessed."""
EXIT_MISCONFIGURED: Final = 78
"""The exit status of a process that cannot start as it is configured; starting it again would not help."""
_PREFIX: Final = "DAYMARK_"
_DELIMITER: Final = "__"
_UPGRADE: Final = f"upgrade this service; it is of version {VERSION}, and the configuration was written for a later one"


class SettingsRefused(DaymarkError):
    """The configuration cannot be used. Correct the key that is named; shared/daymark.default.toml explains every key."""


class ErasureKeyChanged(SettingsRefused):
    """privacy.forget_key is not the key under which people were erased, so they would not be recognised. Restore the earlier
    key."""


class SecretTooShort(SettingsRefused):
    """The secret is too short to be one. Use at least 16 random characters, wherever it is needed."""


class SecretMissing(DaymarkError):
    """The secret is missing. Set the environment variable or write the file that the configuration names."""


def _is_reference(value: str) -> str:
    if value and not value.startswith(("env:", "file:")):
        raise ValueError("a secret is never written into the file; refer to it as env:NAME or file:PATH")
    return value


SecretReference = Annotated[str, AfterValidator(_is_reference)]
"""Where to find a secret: `env:NAME`, `file:PATH`, or empty for none."""


class Section(BaseModel):
    """One `[section]` of daymark.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NatsSection(Section):
    url: str
    monitor_url: str
    user: str
    password: SecretReference


class PostgresSection(Section):
    url: str
    password: SecretReference


class ClockSection(Section):
    mode: Literal["system", "stepped"]


class LogsSection(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class PrivacySection(Section):
    forget_key: SecretReference
    contact_secret: SecretReference

    def read_erasure_key(self) -> bytes:
        """The key under which erased people are recognised; empty if none is configured.

        Raises:
            SecretMissing: the key is not where the configuration says it is.
        """
        return (read_secret(self.forget_key) or "").encode()

    def read_contact_secret(self) -> bytes:
        """The secret under which the keys of contacts are hashed; empty if none is configured.

        Raises:
            SecretMissing: the secret is not where the configuration says it is.
        """
        return (read_secret(self.contact_secret) or "").encode()


class CommonSettings(BaseSettings):
    """The sections that every service reads. A service adds its own section to a subclass."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter=_DELIMITER,
        extra="ignore",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    nats: NatsSection
    postgres: PostgresSection
    clock: ClockSection
    logs: LogsSection
    privacy: PrivacySection

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = [_FileSource(settings_cls, DEFAULT_FILE)]
        if config := os.environ.get(CONFIG_VARIABLE):
            files.insert(0, _FileSource(settings_cls, Path(config)))
        return (init_settings, _EnvironmentSource(settings_cls), *files)


class _EnvironmentSource(EnvSettingsSource):
    """The variables of the environment, with renamed keys under their present names."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self.env_vars = self._rename_keys(self.env_vars)

    def __call__(self) -> dict[str, Any]:
        return without_ignored(super().__call__())

    def _rename_keys(self, variables: Mapping[str, str | None]) -> Mapping[str, str | None]:
        renamed = dict(variables)
        for key in _renamed_keys_of(self.settings_cls):
            old, new = (f"{_PREFIX}{key.section}{_DELIMITER}{name}".lower() for name in (key.old, key.new))
            _rename(renamed, old, new, key, origin="environment")
        return renamed


class _FileSource(PydanticBaseSettingsSource):
    """One TOML file, with renamed keys under their present names."""

    def __init__(self, settings_cls: type[BaseSettings], path: Path) -> None:
        super().__init__(settings_cls)
        self._path = path

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        document = read_toml(self._path)
        for key in _renamed_keys_of(self.settings_cls):
            section = document.get(key.section)
            if isinstance(section, dict):
                _rename(section, key.old, key.new, key, origin=str(self._path))
        return without_ignored(document)


def _renamed_keys_of(settings_cls: type[BaseSettings]) -> list[RenamedKey]:
    """Those of the sections that these settings read."""
    return [key for key in RENAMED_KEYS if key.section in settings_cls.model_fields]


def _rename(values: dict[str, Any], old: str, new: str, key: RenamedKey, *, origin: str) -> None:
    """Move the value of the old name to the new one, and warn.

    Raises:
        SettingsRefused: both names are there.
    """
    if old not in values:
        return
    if new in values:
        raise SettingsRefused(
            f"{origin}: {key.section}.{key.old} and {key.section}.{key.new} are the same key; remove the first"
        )
    values[new] = values.pop(old)
    _log.warning("setting_renamed", hint=key.hint(), origin=origin)


AnySettings = TypeVar("AnySettings", bound=BaseSettings)


def read_toml(path: Path) -> dict[str, Any]:
    """One TOML file as nested dictionaries.

    Raises:
        SettingsRefused: the file is missing or is not TOML; names the place.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsRefused(f"{path}: no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as refused:
        raise SettingsRefused(f"{path}: {refused}") from None


def load_settings(kind: type[AnySettings]) -> AnySettings:
    """The settings of one service.

    Raises:
        SettingsRefused: names each key that cannot be used and the reason, but never its value.
    """
    may_ignore, ignored = _is_of_newer_version(), frozenset[KeyPath]()
    while True:
        try:
            with ignoring(ignored):
                return kind()
        except ValidationError as refused:
            unknown = {tuple(map(str, error["loc"])) for error in refused.errors() if error["type"] == "extra_forbidden"}
            if not may_ignore or not unknown - ignored:
                raise SettingsRefused("; ".join(describe_problems(refused))) from None
            ignored |= unknown
            _log.warning("settings_of_newer_version_ignored", keys=sorted(map(".".join, unknown)), remedy=_UPGRADE)


def _is_of_newer_version() -> bool:
    """Whether the configuration says that it was written for a later version, in its file or in the environment.

    Raises:
        SettingsRefused: what it says is not a version.
    """
    config = os.environ.get(CONFIG_VARIABLE)
    written_for = [os.environ.get(f"{_PREFIX}VERSION"), read_toml(Path(config)).get("version") if config else None]
    try:
        return any(is_newer(str(version)) for version in written_for if version is not None)
    except ValueError as refused:
        raise SettingsRefused(f"version: {refused}") from None


def describe_problems(refused: ValidationError) -> Iterator[str]:
    """Each key with what is wrong. A key that is missing because it is misspelt is one problem, at the misspelt key."""
    errors = refused.errors()
    meant = find_misspelt_keys(
        [error["loc"] for error in errors if error["type"] == "extra_forbidden"],
        [error["loc"] for error in errors if error["type"] == "missing"],
    )
    for error in errors:
        if error["type"] == "missing" and error["loc"] in meant.values():
            continue
        problem = f"no such key; did you mean {meant[error['loc']][-1]}?" if error["loc"] in meant else error["msg"]
        yield f"{'.'.join(str(part) for part in error['loc'])}: {problem}"


def read_secret(reference: str) -> str | None:
    """The secret that a reference points to, without white space around it. None for an empty reference.

    Raises:
        SecretMissing: the variable or file does not exist, or is empty.
    """
    kind, _, name = reference.partition(":")
    if not reference:
        return None
    if kind == "env":
        secret = os.environ.get(name, "").strip()
    else:
        try:
            secret = Path(name).read_text(encoding="utf-8").strip()
        except OSError:
            secret = ""
    if not secret:
        raise SecretMissing(reference)
    return secret


def read_strong_secret(reference: str, *, key: str) -> str | None:
    """As `read_secret`, but it must be too long to be guessed. `key` is the setting that holds the reference.

    Raises:
        SecretMissing: the variable or file does not exist, or is empty.
        SecretTooShort: the secret could be guessed.
    """
    if (secret := read_secret(reference)) is not None:
        refuse_short_secret(secret, key=key)
    return secret


def refuse_short_secret(secret: str, *, key: str) -> None:
    """Raise `SecretTooShort` if the secret could be guessed. `key` is the setting that holds it."""
    if len(secret.encode()) < SECRET_MIN_BYTES:
        raise SecretTooShort(f"{key}: {len(secret.encode())} bytes")
