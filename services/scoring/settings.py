"""What scoring is configured with; `shared/daymark.default.toml` explains each key."""

from shared.service.settings import CommonSettings, SecretReference, Section


class ScoringSection(Section):
    host: str
    port: int
    replicas: int
    batch_max: int
    api_token: SecretReference


class ScoringSettings(CommonSettings):
    scoring: ScoringSection
