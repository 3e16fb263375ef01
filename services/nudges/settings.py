"""What nudges is configured with; `shared/daymark.default.toml` explains each key."""

import os
from datetime import time
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

import certifi
from pydantic import Field, field_validator, model_validator

from services.nudges.decide.policy.holdout import Holdout
from services.nudges.deliver.channels import ChannelsSection
from services.nudges.domain.day_plan_subscribers import DayPlanSubscribers
from services.nudges.domain.working_time import MANAGERS_END, MANAGERS_START
from services.nudges.rules.catalogue import REP_RULES
from shared.events import RepId, TeamId
from shared.languages.catalogue import LANGUAGES
from shared.service.http.limits import HttpLimits
from shared.service.settings import CommonSettings, SecretReference, Section

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
HoldoutShare = Annotated[float, Field(ge=0, le=0.5)]
"""The probability of being withheld: at most a half, since a nudge is there to be sent."""


def trusted_authorities() -> str:
    """The file of certificate authorities that mail and chat servers are checked against: SSL_CERT_FILE, or certifi's."""
    return os.environ.get("SSL_CERT_FILE") or certifi.where()


class NudgesSection(Section):
    host: str
    port: int
    probes_host: str
    probes_port: int
    public_url: str
    link_secret: SecretReference
    digest_at: time
    day_plan_teams: tuple[TeamId, ...]
    day_plan_reps: tuple[RepId, ...]
    connections_per_address_max: int = Field(gt=0)
    sign_in_links_per_address_max: int = Field(gt=0)
    language: str

    @field_validator("language")
    @classmethod
    def _is_known(cls, language: str) -> str:
        if language not in LANGUAGES:
            raise ValueError(f"there is no such language; the languages are {', '.join(LANGUAGES)}")
        return language

    @field_validator("digest_at")
    @classmethod
    def _is_in_working_hours(cls, digest_at: time) -> time:
        if not MANAGERS_START <= digest_at < MANAGERS_END:
            hours = f"from {MANAGERS_START:%H:%M} and before {MANAGERS_END:%H:%M}"
            raise ValueError(f"must be within managers' working hours, {hours}")
        return digest_at

    def http_limits(self) -> HttpLimits:
        """What the server allows its clients."""
        return HttpLimits(connections_per_address_max=self.connections_per_address_max)

    @property
    def base_url(self) -> str:
        """Where people reach the pages."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def is_secure(self) -> bool:
        """Whether people reach the pages by HTTPS."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def day_plan_subscribers(self) -> DayPlanSubscribers:
        """Who gets the day's plan in the morning."""
        return DayPlanSubscribers(teams=self.day_plan_teams, reps=self.day_plan_reps)


class OpenIdSection(Section):
    issuer: str
    client_id: str
    client_secret: SecretReference
    name: str = Field(min_length=1, max_length=60)

    @field_validator("issuer")
    @classmethod
    def _is_https(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if issuer and (not is_safe or not parts.hostname or set("@?#") & set(issuer)):
            raise ValueError("must begin with https:// (or http:// for a stand-in on this machine), without a user or a query")
        return issuer

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.issuer and not (self.client_id and self.client_secret):
            raise ValueError(
                "client_id and client_secret are missing: the issuer gives them to you when you register Daymark there"
            )
        return self


class ExperimentsSection(Section):
    seed: str
    holdout: HoldoutShare
    holdout_by_rule: dict[str, HoldoutShare]

    @field_validator("holdout_by_rule")
    @classmethod
    def _are_rules(cls, by_rule: dict[str, float]) -> dict[str, float]:
        if unknown := by_rule.keys() - REP_RULES.keys():
            raise ValueError(f"no such rule: {', '.join(sorted(unknown))}; the rules are {', '.join(REP_RULES)}")
        return by_rule

    @property
    def policy(self) -> Holdout:
        """How nudges are assigned to the experiment."""
        return Holdout(seed=self.seed, share=self.holdout, by_rule=self.holdout_by_rule)


class NudgesSettings(CommonSettings):
    nudges: NudgesSection
    openid: OpenIdSection
    experiments: ExperimentsSection
    channels: ChannelsSection
