"""What nudges is configured with; `shared/daymark.default.toml` explains each key."""

from pydantic import Field, field_validator

from shared.settings import CommonSettings, SecretReference, Section


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
    secret: SecretReference
    timeout_s: float = Field(gt=0)
    attempts_max: int = Field(gt=0)

    @field_validator("url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// (or http:// for a receiver on the same machine)")
        return url


class ChannelsSection(Section):
    inbox: InboxSection
    file: FileSection
    webhook: WebhookSection


class NudgesSettings(CommonSettings):
    nudges: NudgesSection
    channels: ChannelsSection
