"""A run is green only if everything was tried and went as it must."""

import pytest

from tests.faults.recovery import __main__ as recovery
from tests.faults.recovery.power_cut_runs import RUNS, power_cut_runs


def test_power_cuts_that_a_machine_cannot_do_are_counted_with_the_reason_and_are_not_green(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recovery, "why_no_disks", lambda: "only root may mount a disk")

    status = recovery.main(["power-cuts"])

    output = capsys.readouterr().out
    assert status == 1
    assert f"power cuts: {RUNS} skipped, because only root may mount a disk" in output
    assert f"0 went wrong, {RUNS} skipped" in output


def test_every_power_cut_has_a_name_and_the_controls_come_first() -> None:
    names = list(power_cut_runs(rate=1, seed=1))

    assert len(names) == RUNS
    assert names[:2] == ["control NATS", "control Postgres"]


def test_a_run_that_fails_on_its_way_is_counted_and_the_next_one_follows(capsys: pytest.CaptureFixture[str]) -> None:
    session = recovery.Session(rate=1, seed=1, outage_s=None, only="")

    with session.noting_failure("a power cut"):
        raise TimeoutError
    session.report("another", [])

    assert session.wrong == 1
    assert "a power cut: failed: TimeoutError" in capsys.readouterr().out
