"""The settings of scoring; `shared/daymark.default.toml` explains each key."""

from pydantic import Field

from shared.service.http.limits import HttpLimits
from shared.service.settings import CommonSettings, SecretReference, Section


class ScoringSection(Section):
    """`[scoring]` in daymark.toml."""

    host: str
    port: int
    replicas: int
    batch_max: int
    api_token: SecretReference
    connections_per_address_max: int = Field(gt=0)

    def http_limits(self) -> HttpLimits:
        """What the server allows its clients."""
        return HttpLimits(connections_per_address_max=self.connections_per_address_max)


class ScoringSettings(CommonSettings):
    """The sections of every service, and scoring's own."""

    scoring: ScoringSection
