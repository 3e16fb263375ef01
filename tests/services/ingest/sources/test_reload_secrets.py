"""Replacing the secret of a source while the service runs."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.ingest.domain.webhook import Source
from services.ingest.settings import IngestSettings
from services.ingest.sources.reload_secrets import reload_secrets
from shared.observation import SourceName
from shared.service.settings import SecretTooShort, load_settings

ACME = SourceName("acme")
FIRST, SECOND = "the-first-secret", "the-second-secret"


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "acme"
    path.write_text(FIRST)
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
    secret_file.write_text(f"{SECOND}\n")

    with capture_logs() as logs:
        reload_secrets(settings, sources)

    assert sources[ACME].secrets == (SECOND.encode(),)
    assert [(log["event"], log["sources"]) for log in logs] == [("secrets_reloaded", ["acme"])]


def test_a_secret_that_has_not_changed_is_not_reported(settings: IngestSettings, sources: dict[SourceName, Source]) -> None:
    with capture_logs() as logs:
        reload_secrets(settings, sources)

    assert logs == []


@pytest.mark.parametrize(
    ("text", "event"),
    [(None, "secret_missing"), ("", "secret_missing"), (" \n", "secret_missing"), (SECOND[:15], "secret_too_short")],
    ids=["deleted", "empty", "blank", "short"],
)
def test_a_file_without_a_usable_secret_changes_nothing_and_is_reported(
    settings: IngestSettings, sources: dict[SourceName, Source], secret_file: Path, text: str | None, event: str
) -> None:
    secret_file.unlink() if text is None else secret_file.write_text(text)

    with capture_logs() as logs:
        reload_secrets(settings, sources)

    assert sources[ACME].secrets == (FIRST.encode(),)
    assert [log["event"] for log in logs] == [event]


@pytest.mark.parametrize(("secret", "is_refused"), [("hello", True), ("x" * 15, True), ("x" * 16, False)])
def test_a_secret_that_could_be_guessed_is_refused_at_the_start(
    settings: IngestSettings, secret_file: Path, secret: str, is_refused: bool
) -> None:
    secret_file.write_text(secret)

    with pytest.raises(SecretTooShort, match=rf"sources\.acme: {len(secret)} bytes") if is_refused else nullcontext():
        settings.read_sources()


def test_white_space_around_a_secret_in_the_environment_is_no_part_of_it(
    settings: IngestSettings, secret_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del settings, secret_file
    (tmp_path / "daymark.toml").write_text('[sources.acme]\nkind = "standard"\nsecrets = ["env:ACME_SECRET"]\n')
    monkeypatch.setenv("ACME_SECRET", f" {FIRST}\n")

    assert load_settings(IngestSettings).read_sources()[ACME].secrets == (FIRST.encode(),)
