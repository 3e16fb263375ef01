"""The settings of the ways to individuals."""

from email.errors import HeaderParseError
from email.headerregistry import Address, UniqueSingleAddressHeader
from email.policy import SMTP
from ipaddress import IPv4Network, IPv6Network
from typing import Final, Self
from urllib.parse import urlsplit

import httpx
from pydantic import Field, field_validator, model_validator

from services.nudges.deliver.personal.mail import Security
from shared.service.settings import SecretReference, Section, SettingsRefused, read_secret, read_strong_secret

TRANSPORT_TIMEOUT_MAX_S: Final = 10.0
"""So that two ways to a person can be tried within one lease."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class WorkflowUrlRefused(SettingsRefused):
    """The address of the Teams workflow cannot be used. Put the https address that Teams shows for the workflow where
    channels.teams.url refers to; docs/channels.md says how to make one."""


class MailSection(Section):
    host: str
    port: int = Field(gt=0, lt=65_536)
    security: Security
    user: str
    password: SecretReference
    sender: str
    timeout_s: float = Field(gt=0, le=TRANSPORT_TIMEOUT_MAX_S)
    give_up_after_h: float = Field(gt=0)

    @field_validator("sender")
    @classmethod
    def _is_address(cls, sender: str) -> str:
        if sender and parse_address(sender) is None:
            raise ValueError("must be one address, such as Daymark <daymark@example.com>")
        return sender

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.host and not self.sender:
            raise ValueError("sender is missing: the address from which mail is sent")
        if self.host and self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError("security none is for a mail server on this machine; write starttls or tls")
        return self


class SlackSection(Section):
    token: SecretReference
    signing_secret: SecretReference
    base_url: str
    timeout_s: float = Field(gt=0, le=TRANSPORT_TIMEOUT_MAX_S)
    give_up_after_h: float = Field(gt=0)

    @field_validator("base_url")
    @classmethod
    def _is_https(cls, base_url: str) -> str:
        parts = urlsplit(base_url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not is_safe or not parts.hostname or set("@?#") & set(base_url):
            raise ValueError("must begin with https:// (or http:// for a stand-in on this machine), without a user or a query")
        return base_url if base_url.endswith("/") else f"{base_url}/"

    @property
    def has_buttons(self) -> bool:
        """Whether messages can be answered in Slack: without the signing secret nobody could know who answers."""
        return bool(self.token and self.signing_secret)

    def read_signing_secret(self) -> str:
        """The secret with which Slack signs its requests, as it is now.

        Raises:
            SecretMissing: it is not where the configuration says it is.
            SecretTooShort: it could be guessed.
        """
        return read_strong_secret(self.signing_secret, key="channels.slack.signing_secret") or ""


class TeamsSection(Section):
    url: SecretReference
    timeout_s: float = Field(gt=0, le=TRANSPORT_TIMEOUT_MAX_S)
    give_up_after_h: float = Field(gt=0)
    allow_networks: tuple[IPv4Network | IPv6Network, ...]

    def read_url(self) -> httpx.URL:
        """The address of the workflow as it is now.

        Raises:
            SecretMissing: it is not where the configuration says it is.
            WorkflowUrlRefused: it is no address to which something can be posted.
        """
        try:
            url = httpx.URL(read_secret(self.url) or "")
            is_safe = url.scheme == "https" or (url.scheme == "http" and url.host in _LOOPBACK)
            if is_safe and url.host and not url.userinfo:
                return url
        except (httpx.InvalidURL, UnicodeError):
            pass
        raise WorkflowUrlRefused


class PersonalWebhooksSection(Section):
    secrets: tuple[SecretReference, ...]
    timeout_s: float = Field(gt=0, le=TRANSPORT_TIMEOUT_MAX_S)
    give_up_after_h: float = Field(gt=0)
    allow_networks: tuple[IPv4Network | IPv6Network, ...]

    @field_validator("secrets")
    @classmethod
    def _have_no_gaps(cls, secrets: tuple[str, ...]) -> tuple[str, ...]:
        if not all(secrets):
            raise ValueError("an empty secret would let anybody sign; write env:NAME or file:PATH")
        return secrets

    def read_secrets(self) -> list[str]:
        """The secrets as they are now.

        Raises:
            SecretMissing: one is not where the configuration says it is.
            SecretTooShort: one could be guessed.
        """
        return [read_strong_secret(reference, key="channels.personal_webhooks.secrets") or "" for reference in self.secrets]


class PersonalKeys(Section):
    mail: MailSection
    slack: SlackSection
    teams: TeamsSection
    personal_webhooks: PersonalWebhooksSection


def parse_address(text: str) -> Address | None:
    """The one address that the text is; None if it is none, or several."""
    if not text.isprintable():
        return None
    try:
        header = SMTP.header_factory("Sender", text)
        assert isinstance(header, UniqueSingleAddressHeader)
        address = header.address
        return address if Address(address.display_name, address.username, address.domain).domain else None
    except (HeaderParseError, ValueError):
        return None
