"""Replacing the secret of a source while the service runs."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.ingest.domain.webhook import Source
from services.ingest.reload_secrets import reload_secrets
from services.ingest.settings import IngestSettings
from shared.observation import SourceName
from shared.service.settings import load_settings

ACME = SourceName("acme")


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "acme"
    path.write_text("first")
    return path


@pytest.fixture
def settings(secret_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IngestSettings:
    """One source whose secret is in the file."""
    configuration = tmp_path / "daymark.toml"
    configuration.write_text(f'[sources.acme]\nkind = "standard"\nsecrets = ["file:{secret_file}"]\n')
    monkeypatch.setenv("DAYMARK_CONFIG", str(configuration))
    return load_settings(IngestSettings)


@pytest.fixture
def sources(settings: IngestSettings) -> dict[SourceName, Source]:
    return settings.read_sources()


def test_a_secret_that_is_replaced_in_its_file_takes_effect(
    settings: IngestSettings, sources: dict[SourceName, Source], secret_file: Path
) -> None:
    secret_file.write_text("second\n")

    with capture_logs() as logs:
        reload_secrets(settings, sources)

    assert sources[ACME].secrets == (b"second",)
    assert [(log["event"], log["sources"]) for log in logs] == [("secrets_reloaded", ["acme"])]


def test_a_secret_that_has_not_changed_is_not_reported(settings: IngestSettings, sources: dict[SourceName, Source]) -> None:
    with capture_logs() as logs:
        reload_secrets(settings, sources)

    assert logs == []


@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "empty"])
def test_a_missing_or_empty_file_changes_nothing_and_is_reported(
    settings: IngestSettings, sources: dict[SourceName, Source], secret_file: Path, is_deleted: bool
) -> None:
    secret_file.unlink() if is_deleted else secret_file.write_text("")

    with capture_logs() as logs:
        reload_secrets(settings, sources)

    assert sources[ACME].secrets == (b"first",)
    assert [log["event"] for log in logs] == ["secret_missing"]
