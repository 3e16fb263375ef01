"""In a container, which has no servers of its own, the commands still say why they do nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_daymark import ROOT

_WITHOUT_LOCAL_PACKAGES = """\
import sys
sys.modules["psutil"] = None
from deploy.local.cli.app import main
main()
"""


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_the_packages_of_local_servers_the_refusal_is_a_sentence(tmp_path: Path, command: str) -> None:
    config = tmp_path / "daymark.toml"
    config.write_text('[nats]\nurl = "nats://nats:4222"\n')
    arguments = [command, str(tmp_path / "b"), "--config", str(config), "--data", str(tmp_path / "d")]

    ended = subprocess.run(
        [sys.executable, "-c", _WITHOUT_LOCAL_PACKAGES, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("daymark: nats.url: Only the servers that `daymark up` starts itself")
