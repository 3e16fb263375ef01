"""What nudges is configured with; `shared/daymark.default.toml` explains each key."""

import os
from datetime import time
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Final

import certifi
from pydantic import Field, StringConstraints, field_validator

from services.nudges.context.team_context import WORK_ENDS, WORK_STARTS
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.domain.day_plan_subscribers import Wanted
from services.nudges.rules import RULES
from shared.events import NudgeKind
from shared.service.settings import CommonSettings, SecretReference, Section, read_secret

HeldOut = Annotated[float, Field(ge=0, le=0.5)]
"""The probability of being held out: at most a half, since a nudge is there to be sent."""
ATTEMPT_MOST_S: Final = 20.0
"""The longest that a channel may be told to wait for an answer: leaves time to record it within the lease."""


NEVER_CHAT: Final = frozenset(
    {
        *("apprise", "apprises", "form", "forms", "json", "jsons", "xml", "xmls"),
        *("blink1", "dbus", "gio", "glib", "gnome", "growl", "kde", "macosx", "qt", "rsyslog", "syslog", "windows"),
    }
)
"""Schemes of Apprise that post to any address (the signed webhook does so with a signature), or act on this machine."""


def trusted_authorities() -> str:
    """The file of the certificate authorities that mail and chat services are checked against: SSL_CERT_FILE, or certifi's."""
    return os.environ.get("SSL_CERT_FILE") or certifi.where()


class NudgesSection(Section):
    host: str
    port: int
    public_url: str
    link_secret: SecretReference
    digest_at: time
    day_plan_teams: tuple[str, ...]
    day_plan_reps: tuple[str, ...]

    @field_validator("digest_at")
    @classmethod
    def _is_in_working_hours(cls, digest_at: time) -> time:
        if not WORK_STARTS <= digest_at < WORK_ENDS:
            raise ValueError(f"must lie in managers' working hours, from {WORK_STARTS:%H:%M} and before {WORK_ENDS:%H:%M}")
        return digest_at

    def wanted(self) -> Wanted:
        """Who is told the day's plan in the morning."""
        return Wanted(teams=self.day_plan_teams, reps=self.day_plan_reps)


class ExperimentsSection(Section):
    seed: str
    holdout: HeldOut
    holdout_by_rule: dict[str, HeldOut]

    @field_validator("holdout_by_rule")
    @classmethod
    def _are_rules(cls, by_rule: dict[str, float]) -> dict[str, float]:
        if strangers := by_rule.keys() - RULES.keys():
            raise ValueError(f"there is no rule {', '.join(sorted(strangers))}; there are {', '.join(RULES)}")
        return by_rule

    def lottery(self) -> Lottery:
        return Lottery(seed=self.seed, held_out=self.holdout, by_rule=self.holdout_by_rule)


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


class ChatSection(Section):
    url: SecretReference = Field(min_length=1)
    teams: tuple[str, ...] = ()
    kinds: tuple[NudgeKind, ...] = (NudgeKind.CELEBRATION,)
    timeout_s: float = Field(default=15.0, gt=0, le=ATTEMPT_MOST_S)
    give_up_after_h: float = Field(default=24.0, gt=0)
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def read_url(self) -> str:
        """What it is now.

        Raises:
            SecretMissing: it is not there.
        """
        return read_secret(self.url) or ""


ChatName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class ChannelsSection(Section):
    inbox: InboxSection
    file: FileSection
    webhook: WebhookSection
    chat_schemes: tuple[str, ...]
    chat: dict[ChatName, ChatSection]

    @field_validator("chat_schemes")
    @classmethod
    def _are_harmless(cls, schemes: tuple[str, ...]) -> tuple[str, ...]:
        if refused := sorted(NEVER_CHAT.intersection(schemes)):
            raise ValueError(f"{', '.join(refused)}: posts to any address or acts on this machine; use channels.webhook")
        return schemes


class NudgesSettings(CommonSettings):
    nudges: NudgesSection
    experiments: ExperimentsSection
    channels: ChannelsSection
