"""What the doctor says about backups."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.local.inspect.backup_findings import examine_backups
from deploy.local.inspect.findings import Verdict
from deploy.local.servers.data_folder import note_backup
from deploy.local.settings import LocalSettings, load_local_settings

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


def _settings(folder: Path, *lines: str) -> LocalSettings:
    config = folder / "daymark.toml"
    config.write_text("\n".join(lines))
    return load_local_settings(config=config, data=folder)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYMARK_CONFIG", raising=False)
    monkeypatch.delenv("DAYMARK_LOCAL__DATA", raising=False)


def test_a_data_folder_that_was_never_backed_up_is_a_note(tmp_path: Path) -> None:
    (finding,) = examine_backups(_settings(tmp_path), now=NOW)

    assert finding.verdict == Verdict.NOTE
    assert "`daymark backup` makes one" in finding.text


@pytest.mark.parametrize(("age", "verdict"), [(timedelta(days=7), Verdict.OK), (timedelta(days=7, seconds=1), Verdict.NOTE)])
def test_a_backup_is_old_after_a_week(tmp_path: Path, age: timedelta, verdict: Verdict) -> None:
    note_backup(tmp_path, now=NOW - age)

    (finding,) = examine_backups(_settings(tmp_path), now=NOW)

    assert finding.verdict == verdict
    assert "the last one was made on 2026-03-02 at " in finding.text


@pytest.mark.parametrize("key", ["nats", "postgres"])
def test_of_servers_of_ones_own_nothing_is_known(tmp_path: Path, key: str) -> None:
    assert list(examine_backups(_settings(tmp_path, f"[{key}]", f'url = "{key}://127.0.0.1:1"'), now=NOW)) == []


def test_a_note_that_a_power_cut_has_emptied_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "last-backup").write_text("")

    (finding,) = examine_backups(_settings(tmp_path), now=NOW)

    assert finding.verdict == Verdict.NOTE
