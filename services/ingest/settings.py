"""The configuration of ingest. `shared/daymark.default.toml` explains each key."""

import re
from typing import Final, Literal, Self, TypeVar

from pydantic import AwareDatetime, Field, field_validator, model_validator

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.field_map import FIELDS, ExpressionRefused, compile_expression
from services.ingest.domain.webhook import TOLERANCE_S, Limits, SignatureFormat, Source
from shared.errors import Refusal
from shared.fact_values import ACTIVITY_KINDS
from shared.languages.messages import gettext
from shared.observation import SourceName
from shared.service.http.limits import DEFAULT_LIMITS, HttpLimits
from shared.service.settings import CommonSettings, SecretReference, Section, read_strong_secret
from shared.suggestions import with_suggestion

DISCARDED_MAX_BYTES: Final = 32 * 1024 * 1024
"""Of a body that is refused: a sender that is cut off while it sends never reads the response."""

_NAME: Final = re.compile(r"\A[a-z0-9][a-z0-9-]{0,62}\Z")


AnyKeys = TypeVar("AnyKeys", bound="SourceKeys")


class UnknownSource(Refusal):
    """There is no source of this name. `daymark sources list` lists all sources."""


class IngestSection(Section):
    host: str
    port: int
    probes_host: str
    probes_port: int
    body_max_bytes: int = Field(gt=0)
    body_timeout_s: float = Field(gt=0)
    store_timeout_s: float = Field(gt=0)
    requests_in_flight_max: int = Field(gt=0)
    retry_after_s: int = Field(gt=0)
    head_timeout_s: float = Field(gt=0)
    head_max_bytes: int = Field(gt=0)
    head_fields_max: int = Field(gt=0)
    connections_per_address_max: int = Field(gt=0)
    disks: dict[str, str]
    public_url: str
    sources_key: SecretReference
    json_depth_max: int = Field(gt=0, le=500)
    json_values_max: int = Field(gt=0)

    @property
    def base_url(self) -> str:
        """Where senders reach the door."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def http_limits(self) -> HttpLimits:
        """What the server allows its clients. The door limits bodies itself and discards the rest of one that is too large, so
        the server stops only what goes on after that."""
        request_timeout_s = max(DEFAULT_LIMITS.request_timeout_s, 3 * self.body_timeout_s + self.store_timeout_s)
        return HttpLimits(
            head_timeout_s=self.head_timeout_s,
            head_bytes_max=self.head_max_bytes,
            head_fields_max=self.head_fields_max,
            body_timeout_s=request_timeout_s,
            body_bytes_max=self.body_max_bytes + 2 * DISCARDED_MAX_BYTES,
            request_timeout_s=request_timeout_s,
            connections_per_address_max=self.connections_per_address_max,
        )

    def body_limits(self) -> Limits:
        """What translation allows a body."""
        return Limits(depth_max=self.json_depth_max, values_max=self.json_values_max)


class SignatureSection(Section):
    header: str = Field(pattern=r"^[!-~]{1,64}$")
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    timestamp: str = ""
    separator: str = "."
    tolerance_s: int = Field(default=TOLERANCE_S, gt=0, le=86_400)

    def to_format(self) -> SignatureFormat:
        """As the adapter knows it."""
        return SignatureFormat(
            header=self.header,
            algorithm=self.algorithm,
            encoding=self.encoding,
            prefix=self.prefix,
            timestamp=self.timestamp,
            separator=self.separator,
            tolerance_s=self.tolerance_s,
        )


class SourceKeys(Section):
    """Everything about a source except its secrets."""

    kind: str
    account: str = ""
    public_url: str = ""
    outcomes: dict[str, str] = Field(default_factory=dict)
    kinds: dict[str, str] = Field(default_factory=dict)
    secret_in: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    signature: SignatureSection | None = None
    expires_at: AwareDatetime | None = None

    @field_validator("kind")
    @classmethod
    def _require_known_kind(cls, kind: str) -> str:
        if kind not in ADAPTERS:
            problem = gettext("no such kind of source; the kinds are {kinds}")
            raise ValueError(problem.format(kinds=", ".join(sorted(ADAPTERS))))
        return kind

    @field_validator("kinds")
    @classmethod
    def _require_our_kinds(cls, kinds: dict[str, str]) -> dict[str, str]:
        for sender_kind, kind in kinds.items():
            if kind not in ACTIVITY_KINDS:
                problem = gettext("{sender_kind} cannot be {kind}; the kinds are {kinds}")
                kinds_of_ours = ", ".join(sorted(ACTIVITY_KINDS))
                raise ValueError(problem.format(sender_kind=repr(sender_kind), kind=repr(kind), kinds=kinds_of_ours))
        return kinds

    @field_validator("fields")
    @classmethod
    def _require_expressions(cls, fields: dict[str, str]) -> dict[str, str]:
        for name, expression in fields.items():
            if name not in FIELDS:
                problem = gettext("{name} is not a field; the fields are {fields}")
                raise ValueError(problem.format(name=repr(name), fields=", ".join(sorted(FIELDS))))
            try:
                compile_expression(expression)
            except ExpressionRefused as refused:
                problem = gettext("{name} is not a JMESPath expression: {reason}")
                raise ValueError(problem.format(name=name, reason=refused)) from None
        return fields

    @model_validator(mode="after")
    def _require_what_the_adapter_needs(self) -> Self:
        if problem := ADAPTERS[self.kind].check_source(self.to_source(SourceName(""), secrets=())):
            raise ValueError(problem)
        return self

    def to_source(self, name: SourceName, *, secrets: tuple[bytes, ...], limits: Limits | None = None) -> Source:
        """The source as the adapters know it."""
        return Source(
            name=name,
            kind=self.kind,
            secrets=secrets,
            account=self.account,
            public_url=self.public_url,
            outcomes=self.outcomes,
            kinds=self.kinds,
            secret_in=self.secret_in,
            fields=self.fields,
            signature=self.signature.to_format() if self.signature is not None else None,
            expires_at=self.expires_at,
            limits=limits or Limits(),
        )


class SourceSection(SourceKeys):
    """`[sources.NAME]` of daymark.toml."""

    secrets: tuple[SecretReference, ...]

    @field_validator("secrets")
    @classmethod
    def _require_secrets(cls, secrets: tuple[str, ...]) -> tuple[str, ...]:
        if not secrets:
            raise ValueError("write at least one; without a secret nothing could be verified")
        if not all(secrets):
            raise ValueError("an empty secret would let anybody in; write env:NAME or file:PATH")
        return secrets


def require_slugs(sources: dict[SourceName, AnyKeys]) -> dict[SourceName, AnyKeys]:
    """The sources, if their names can stand in an address.

    Raises:
        ValueError: one cannot.
    """
    for name in sources:
        if not _NAME.match(name):
            problem = gettext("{name} cannot be the name of a source; use lower-case letters, digits and hyphens")
            raise ValueError(problem.format(name=repr(name)))
    return sources


class IngestSettings(CommonSettings):
    ingest: IngestSection
    sources: dict[SourceName, SourceSection]

    @field_validator("sources")
    @classmethod
    def _require_slugs(cls, sources: dict[SourceName, SourceSection]) -> dict[SourceName, SourceSection]:
        return require_slugs(sources)

    def source_to_read(self, name: str) -> Source:
        """The source without its secrets, to read webhooks that are stored already.

        Raises:
            UnknownSource: no source has this name.
        """
        section = self.sources.get(SourceName(name))
        if section is None:
            raise UnknownSource(with_suggestion(name, self.sources))
        return section.to_source(SourceName(name), secrets=(), limits=self.ingest.body_limits())

    def read_sources(self) -> dict[SourceName, Source]:
        """The sources with their secrets.

        Raises:
            SecretMissing: a secret is not where the configuration says it is.
            SecretTooShort: a secret could be guessed.
        """
        limits = self.ingest.body_limits()
        return {
            name: section.to_source(name, secrets=_read(name, section), limits=limits) for name, section in self.sources.items()
        }


def _read(name: SourceName, section: SourceSection) -> tuple[bytes, ...]:
    references = [read_strong_secret(reference, key=f"sources.{name}") for reference in section.secrets]
    return tuple(secret.encode() for secret in references if secret is not None)
