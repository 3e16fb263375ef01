"""The file in which `daymark up` says where everything listens."""

import json
import stat
from pathlib import Path

import pytest

from deploy.local.run_file import RUN_FILE_NAME, NotRunning, RunFile, read_run_file, remove_run_file, write_run_file
from deploy.local.settings import load_local_settings

RUN_FILE = RunFile(
    ingest="http://127.0.0.1:1",
    scoring="http://127.0.0.1:2",
    pages="http://127.0.0.1:3",
    nats="nats://127.0.0.1:4",
    monitor="http://127.0.0.1:5",
    postgres="postgresql://postgres@/daymark",
    pids={"ingest": 7},
)


def test_what_is_written_is_read_by_the_commands_of_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYMARK_LOCAL__DATA", str(tmp_path))
    settings = load_local_settings(config=None, data=None)
    write_run_file(tmp_path, RUN_FILE)

    assert read_run_file(settings) == RUN_FILE
    assert stat.S_IMODE((tmp_path / RUN_FILE_NAME).stat().st_mode) == 0o600

    remove_run_file(tmp_path)
    with pytest.raises(NotRunning):
        read_run_file(settings)


def test_the_ready_line_is_one_line_of_json() -> None:
    document = json.loads(RUN_FILE.line())

    assert "\n" not in RUN_FILE.line()
    assert document["ready"] is True
    assert document.keys() == {"ready", "ingest", "scoring", "pages", "nats", "monitor", "postgres", "probes", "pids"}


@pytest.mark.parametrize("text", ["", '{"ready": true'])
def test_a_run_file_that_a_power_cut_has_cut_short_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("DAYMARK_LOCAL__DATA", str(tmp_path))
    (tmp_path / RUN_FILE_NAME).write_text(text)

    with pytest.raises(NotRunning):
        read_run_file(load_local_settings(config=None, data=None))
