"""What scoring is configured with; `shared/daymark.default.toml` explains each key."""

from shared.settings import CommonSettings, Section


class ScoringSection(Section):
    host: str
    port: int
    replicas: int
    batch_max: int


class ScoringSettings(CommonSettings):
    scoring: ScoringSection
