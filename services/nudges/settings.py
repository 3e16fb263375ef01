"""What nudges is configured with; `shared/daymark.default.toml` explains each key."""

from datetime import time
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from pydantic import Field, field_validator

from services.nudges.domain.team import WORK_ENDS, WORK_STARTS
from shared.settings import CommonSettings, SecretReference, Section, read_secret

ATTEMPT_MOST_S: Final = 20.0
"""The longest that a channel may be told to wait for an answer: leaves time to record it within the lease."""


class NudgesSection(Section):
    host: str
    port: int
    public_url: str
    link_secret: SecretReference
    digest_at: time

    @field_validator("digest_at")
    @classmethod
    def _is_in_working_hours(cls, digest_at: time) -> time:
        if not WORK_STARTS <= digest_at < WORK_ENDS:
            raise ValueError(f"must lie in managers' working hours, from {WORK_STARTS:%H:%M} and before {WORK_ENDS:%H:%M}")
        return digest_at


class InboxSection(Section):
    enabled: bool


class FileSection(Section):
    path: str


class WebhookSection(Section):
    url: str
    secrets: tuple[SecretReference, ...]
    timeout_s: float = Field(gt=0, le=ATTEMPT_MOST_S)
    give_up_after_h: float = Field(gt=0)
    at_once_max: int = Field(gt=0)
    allow_networks: tuple[IPv4Network | IPv6Network, ...]

    @field_validator("url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// (or http:// for a receiver on the same machine)")
        return url

    def read_secrets(self) -> list[str]:
        """Those that there are now.

        Raises:
            SecretMissing: one is not there.
        """
        return [read_secret(reference) or "" for reference in self.secrets]


class ChannelsSection(Section):
    inbox: InboxSection
    file: FileSection
    webhook: WebhookSection


class NudgesSettings(CommonSettings):
    nudges: NudgesSection
    channels: ChannelsSection
