"""How settings are read: the default file, then the operator's `daymark.toml`, then `DAYMARK_<SECTION>__<KEY>`.

The later wins, key by key. `shared/daymark.default.toml` explains every key and its unit and is the manual. An unknown key is
refused by name, so that a typing error does not silently become the default.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from shared.errors import DaymarkError

CONFIG_VARIABLE: Final = "DAYMARK_CONFIG"
DEFAULT_FILE: Final = Path(__file__).parents[1] / "daymark.default.toml"


class SettingsRefused(DaymarkError):
    """The configuration cannot be used. Correct the key that is named; shared/daymark.default.toml explains each."""


class ErasureKeyChanged(SettingsRefused):
    """privacy.forget_key is not the key under which people were erased, so they would not be recognised. Restore the former
    key."""


class SecretMissing(DaymarkError):
    """The secret is missing. Set the environment variable or write the file that the configuration names."""


def _is_reference(value: str) -> str:
    if value and not value.startswith(("env:", "file:")):
        raise ValueError("a secret is never a value in the file; write env:NAME or file:PATH")
    return value


SecretReference = Annotated[str, AfterValidator(_is_reference)]
"""Where a secret is kept: `env:NAME`, `file:PATH`, or empty for none."""


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
            SecretMissing: it is not where the configuration says it is.
        """
        return (read_secret(self.forget_key) or "").encode()

    def read_contact_secret(self) -> bytes:
        """The secret under which the keys of contacts are hashed; empty if none is configured.

        Raises:
            SecretMissing: it is not where the configuration says it is.
        """
        return (read_secret(self.contact_secret) or "").encode()


class CommonSettings(BaseSettings):
    """The sections that every service reads. A service adds its own section to a subclass."""

    model_config = SettingsConfigDict(
        env_prefix="DAYMARK_",
        env_nested_delimiter="__",
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
        if named := os.environ.get(CONFIG_VARIABLE):
            files.insert(0, _FileSource(settings_cls, Path(named)))
        return (init_settings, EnvSettingsSource(settings_cls), *files)


class _FileSource(PydanticBaseSettingsSource):
    def __init__(self, settings_cls: type[BaseSettings], path: Path) -> None:
        super().__init__(settings_cls)
        self._path = path

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        return read_toml(self._path)


AnySettings = TypeVar("AnySettings", bound=BaseSettings)


def read_toml(path: Path) -> dict[str, Any]:
    """One TOML file as nested dictionaries.

    Raises:
        SettingsRefused: the file is missing or is not TOML; says where.
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
        SettingsRefused: names each key that cannot be used and why, but never its value.
    """
    try:
        return kind()
    except ValidationError as refused:
        problems = "; ".join(f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in refused.errors())
        raise SettingsRefused(problems) from None


def read_secret(reference: str) -> str | None:
    """The secret that a reference points to; None for an empty reference. White space around it is removed.

    Raises:
        SecretMissing: the variable or file does not exist, or is empty.
    """
    kind, _, name = reference.partition(":")
    if not reference:
        return None
    if kind == "env":
        secret = os.environ.get(name, "")
    else:
        try:
            secret = Path(name).read_text(encoding="utf-8").strip()
        except OSError:
            secret = ""
    if not secret:
        raise SecretMissing(reference)
    return secret
