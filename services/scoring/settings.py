"""The settings of scoring; `shared/daymark.default.toml` explains each key."""

from shared.service.settings import CommonSettings, SecretReference, Section


class ScoringSection(Section):
    """`[scoring]` in daymark.toml."""

    host: str
    port: int
    replicas: int
    batch_max: int
    api_token: SecretReference


class ScoringSettings(CommonSettings):
    """The sections of every service, and scoring's own."""

    scoring: ScoringSection
