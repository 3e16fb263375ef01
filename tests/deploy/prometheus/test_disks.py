"""What is free on the disks that Daymark writes to."""

import os
from pathlib import Path

import pytest

from services.ingest.app import disk_readers
from services.ingest.metrics import IngestMetrics
from services.ingest.settings import IngestSettings
from shared.service.settings import load_settings


async def test_free_is_what_a_service_may_use_and_size_leaves_out_what_it_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = os.statvfs_result((4096, 1024, 1000, 300, 250, 0, 0, 0, 0, 255))
    monkeypatch.setattr(os, "statvfs", {"/mnt/backup": figures}.__getitem__)
    metrics = IngestMetrics({})

    for read in disk_readers({"backup": "/mnt/backup"}, metrics).values():
        await read()

    assert metrics.registry.get_sample_value("daymark_ingest_disk_free_bytes", {"disk": "backup"}) == 250 * 1024
    assert metrics.registry.get_sample_value("daymark_ingest_disk_size_bytes", {"disk": "backup"}) == 950 * 1024


async def test_a_folder_that_is_missing_is_an_error_that_the_measuring_job_logs(tmp_path: Path) -> None:
    metrics = IngestMetrics({})
    readers = disk_readers({"backup": str(tmp_path / "missing")}, metrics)

    with pytest.raises(FileNotFoundError):
        await readers["backup"]()

    assert metrics.registry.get_sample_value("daymark_ingest_disk_free_bytes", {"disk": "backup"}) is None


def test_disks_of_the_environment_are_added_to_those_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "daymark.toml"
    configuration.write_text('[ingest]\ndisks = {backup = "/mnt/backup"}\n')
    monkeypatch.setenv("DAYMARK_CONFIG", str(configuration))
    monkeypatch.setenv("DAYMARK_INGEST__DISKS", '{"nats": "/disks/nats"}')

    assert load_settings(IngestSettings).ingest.disks == {"backup": "/mnt/backup", "nats": "/disks/nats"}
