"""What ingest is configured with; `shared/daymark.default.toml` explains each key."""

import re
from typing import Final

from pydantic import Field, field_validator

from services.ingest.domain.webhook import Source
from shared.settings import CommonSettings, SecretReference, Section, read_secret

_NAME: Final = re.compile(r"\A[a-z0-9][a-z0-9-]{0,62}\Z")
KINDS: Final = ("close", "cloudevents", "hubspot", "standard")


class IngestSection(Section):
    host: str
    port: int
    body_max_bytes: int = Field(gt=0)
    body_timeout_s: float = Field(gt=0)
    store_timeout_s: float = Field(gt=0)
    requests_in_flight_max: int = Field(gt=0)
    retry_after_s: int = Field(gt=0)


class SourceSection(Section):
    kind: str
    secrets: tuple[SecretReference, ...] = Field(min_length=1)
    account: str = ""
    public_url: str = ""
    outcomes: dict[str, str] = Field(default_factory=dict)

    @field_validator("kind")
    @classmethod
    def _is_known(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"no such kind of source; known are {', '.join(KINDS)}")
        return kind


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
                secrets=tuple((read_secret(reference) or "").encode() for reference in section.secrets),
                account=section.account,
                public_url=section.public_url,
                outcomes=section.outcomes,
            )
            for name, section in self.sources.items()
        }
