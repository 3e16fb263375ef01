"""`daymark import`: history from a file is scored, once."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER, observe_call
from tests.running_daymark import RunningDaymark, running_daymark


@pytest.fixture(scope="module")
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    folder = tmp_path_factory.mktemp("import")
    (folder / "roster.yaml").write_text(ROSTER)
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    async with running_daymark(folder / "d", FREE_PORTS) as running:
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        await running.command("playbook", "apply", str(folder / "playbook.yaml"))
        yield running


async def test_an_import_is_scored_and_repeating_it_changes_nothing(daymark: RunningDaymark, tmp_path: Path) -> None:
    file = tmp_path / "history.ndjson.gz"
    lines = [json.dumps(observe_call(f"a{number}", "2026-03-02T09:00:00Z")) for number in range(3)]
    file.write_bytes(gzip.compress("\n".join(lines).encode()))

    first = await daymark.command("import", str(file), "--source", "acme")
    second = await daymark.command("import", str(file), "--source", "acme")

    assert first == "3 lines, 0 refused\n"
    assert second == "3 lines, 3 of them imported before, 0 refused\n"
    csv = await daymark.command("scores", "--csv", "--day", "2026-03-02")
    assert csv == "rep,day,score,counts\nana,2026-03-02,150.00,calls=3\n"
    assert "0 differences" in await daymark.command("audit")
    assert "100 x (1 x min(3/2, 1.5)) / (1) = 150.00" in await daymark.command("explain", "ana", "2026-03-02")


async def test_invalid_lines_are_named_and_the_others_are_imported(daymark: RunningDaymark, tmp_path: Path) -> None:
    file = tmp_path / "mixed.ndjson"
    valid = observe_call("b1", "2026-03-03T09:00:00Z")
    file.write_text(f"{json.dumps(valid)}\n{{not json\n{json.dumps(valid | {'observed_at': 'soon'})}\n")

    output = await daymark.command("import", str(file), "--source", "acme", expect=1)

    assert output == "3 lines, 2 refused\n"
    assert "ana,2026-03-03,50.00,calls=1" in await daymark.command("scores", "--csv", "--day", "2026-03-03")
