"""A Daymark with a few calls, and a backup of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER, history
from tests.folders import open_to_everybody
from tests.running_daymark import RunningDaymark, running_daymark

TOKEN = "canary-token-6d1c5f2a"


@pytest.fixture(scope="module")
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    folder = tmp_path_factory.mktemp("backup")
    (folder / "roster.yaml").write_text(ROSTER)
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    (folder / "token").write_text(TOKEN)
    (folder / "history.ndjson").write_text(history(calls=40))
    async with running_daymark(folder / "d", FREE_PORTS) as running:
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        await running.command("playbook", "apply", str(folder / "playbook.yaml"))
        await running.command("sources", "add", "added", "--kind", "cloudevents", "--secret-file", str(folder / "token"))
        await running.command("import", str(folder / "history.ndjson"), "--source", "acme")
        yield running


@pytest.fixture
async def backup(daymark: RunningDaymark, tmp_path: Path) -> Path:
    open_to_everybody(tmp_path)
    (tmp_path / "daymark.toml").write_text(FREE_PORTS)
    await daymark.command("backup", str(tmp_path / "b"))
    return tmp_path / "b"
