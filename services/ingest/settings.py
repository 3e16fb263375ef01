"""What ingest is configured with; `shared/daymark.default.toml` explains each key."""

import re
from typing import Final

from pydantic import AwareDatetime, Field, field_validator, model_validator

from services.ingest.domain.crm.shared_secret import PLACES
from services.ingest.domain.field_map import FIELDS, REQUIRED, ExpressionRefused, compiled
from services.ingest.domain.field_map import KINDS as ACTIVITY_KINDS
from services.ingest.domain.webhook import Limits, Source
from shared.service.http_server import HeadLimits
from shared.service.settings import CommonSettings, SecretReference, Section, read_secret

_NAME: Final = re.compile(r"\A[a-z0-9][a-z0-9-]{0,62}\Z")
KINDS: Final = (
    "attio",
    "calendly",
    "close",
    "cloudevents",
    "espocrm",
    "hubspot",
    "outreach",
    "pipedrive",
    "salesforce",
    "salesloft",
    "shared-secret",
    "standard",
    "twenty",
    "zoho",
)
_PLACE: Final = re.compile(r"\A(basic|bearer|(header|query|body):[^\s:]{1,64})\Z")
_ORGANISATION: Final = re.compile(r"\A[0-9A-Za-z]{15}([0-9A-Za-z]{3})?\Z")


class IngestSection(Section):
    host: str
    port: int
    body_max_bytes: int = Field(gt=0)
    body_timeout_s: float = Field(gt=0)
    store_timeout_s: float = Field(gt=0)
    requests_in_flight_max: int = Field(gt=0)
    retry_after_s: int = Field(gt=0)
    head_timeout_s: float = Field(gt=0)
    head_max_bytes: int = Field(gt=0)
    head_fields_max: int = Field(gt=0)
    json_depth_max: int = Field(gt=0, le=500)
    json_values_max: int = Field(gt=0)

    def head_limits(self) -> HeadLimits:
        """What the server allows the head of a request."""
        return HeadLimits(timeout_s=self.head_timeout_s, bytes_max=self.head_max_bytes, fields_max=self.head_fields_max)


class SourceSection(Section):
    kind: str
    secrets: tuple[SecretReference, ...] = Field(min_length=1)
    account: str = ""
    public_url: str = ""
    outcomes: dict[str, str] = Field(default_factory=dict)
    kinds: dict[str, str] = Field(default_factory=dict)
    secret_in: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    expires_at: AwareDatetime | None = None

    @field_validator("kind")
    @classmethod
    def _is_known(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"no such kind of source; known are {', '.join(KINDS)}")
        return kind

    @field_validator("secrets")
    @classmethod
    def _are_there(cls, secrets: tuple[str, ...]) -> tuple[str, ...]:
        if not all(secrets):
            raise ValueError("an empty secret would let anybody in; write env:NAME or file:PATH")
        return secrets

    @field_validator("kinds")
    @classmethod
    def _are_ours(cls, kinds: dict[str, str]) -> dict[str, str]:
        for word, kind in kinds.items():
            if kind not in ACTIVITY_KINDS:
                raise ValueError(f"{word!r} cannot be {kind!r}; known are {', '.join(sorted(ACTIVITY_KINDS))}")
        return kinds

    @field_validator("fields")
    @classmethod
    def _can_be_searched(cls, fields: dict[str, str]) -> dict[str, str]:
        for name, expression in fields.items():
            if name not in FIELDS:
                raise ValueError(f"{name!r} is no field; known are {', '.join(sorted(FIELDS))}")
            try:
                compiled(expression)
            except ExpressionRefused as refused:
                raise ValueError(f"{name} is no JMESPath expression: {refused}") from None
        return fields

    @model_validator(mode="after")
    def _is_whole(self) -> "SourceSection":
        if self.kind == "shared-secret":
            if not _PLACE.match(self.secret_in):
                raise ValueError(f"secret_in must say where the secret travels: {', '.join(PLACES)}")
            if missing := sorted(REQUIRED - self.fields.keys()):
                raise ValueError(f"fields must map {', '.join(missing)}")
        if self.kind == "salesforce" and not _ORGANISATION.match(self.account):
            raise ValueError("account must be the organisation's id, of 15 or 18 letters and digits")
        return self


class IngestSettings(CommonSettings):
    ingest: IngestSection
    sources: dict[str, SourceSection]

    @field_validator("sources")
    @classmethod
    def _are_slugs(cls, sources: dict[str, SourceSection]) -> dict[str, SourceSection]:
        for name in sources:
            if not _NAME.match(name):
                raise ValueError(f"{name!r} is no name for a source; use lower-case letters, digits and hyphens")
        return sources

    def read_sources(self) -> dict[str, Source]:
        """The sources with their secrets.

        Raises:
            SecretMissing: a secret is not where the configuration says.
        """
        return {
            name: Source(
                name=name,
                kind=section.kind,
                secrets=tuple(secret.encode() for one in section.secrets if (secret := read_secret(one))),
                account=section.account,
                public_url=section.public_url,
                outcomes=section.outcomes,
                kinds=section.kinds,
                secret_in=section.secret_in,
                fields=section.fields,
                expires_at=section.expires_at,
                limits=Limits(depth_max=self.ingest.json_depth_max, values_max=self.ingest.json_values_max),
            )
            for name, section in self.sources.items()
        }
