"""What nudges is configured with; `shared/daymark.default.toml` explains each key."""

from ipaddress import IPv4Network, IPv6Network
from typing import Final

from pydantic import Field, field_validator

from shared.settings import CommonSettings, SecretReference, Section, read_secret

ATTEMPT_MOST_S: Final = 20.0
"""The longest that a channel may be told to wait for an answer: leaves time to record it within the lease."""


class NudgesSection(Section):
    host: str
    port: int
    public_url: str
    link_secret: SecretReference


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
