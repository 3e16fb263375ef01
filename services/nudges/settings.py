"""What nudges is configured with; `shared/daymark.default.toml` explains each key."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Final

from pydantic import Field, field_validator

from services.nudges.domain.lot import Lottery
from services.nudges.domain.rules import RULES
from shared.settings import CommonSettings, SecretReference, Section, read_secret

HeldOut = Annotated[float, Field(ge=0, le=0.5)]
"""The probability of being held out: at most a half, since a nudge is there to be sent."""
ATTEMPT_MOST_S: Final = 20.0
"""The longest that a channel may be told to wait for an answer: leaves time to record it within the lease."""


class NudgesSection(Section):
    host: str
    port: int
    public_url: str
    link_secret: SecretReference


class ExperimentsSection(Section):
    seed: str
    held_out: HeldOut
    held_out_by_rule: dict[str, HeldOut]

    @field_validator("held_out_by_rule")
    @classmethod
    def _are_rules(cls, by_rule: dict[str, float]) -> dict[str, float]:
        if strangers := by_rule.keys() - RULES.keys():
            raise ValueError(f"there is no rule {', '.join(sorted(strangers))}; there are {', '.join(RULES)}")
        return by_rule

    def lottery(self) -> Lottery:
        return Lottery(seed=self.seed, held_out=self.held_out, by_rule=self.held_out_by_rule)


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
    experiments: ExperimentsSection
    channels: ChannelsSection
