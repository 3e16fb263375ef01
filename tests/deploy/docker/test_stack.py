"""The image is built and the compose file started, as the first page of the manual says. Needs Docker, and the ports that the
compose file publishes."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

import pytest

from tests.running_daymark import ROOT

pytestmark = pytest.mark.skipif(os.environ.get("TEST_BACKEND") != "containers", reason="needs Docker")

PROJECT: Final = "daymark-test"
PROBE_PORTS: Final = {"ingest": "8091", "scoring": "8082", "nudges": "8090"}
_READY_WITHIN: Final = "120s"
_UNTIL_READY: Final = "until python3 -m deploy.docker.ready {port}; do sleep 1; done"
_TRY_TO_ENTER: Final = """
import asyncio, asyncpg, nats
async def main():
    for user in ({}, {"user": "ingest", "password": "guessed"}):
        try:
            await nats.connect("nats://nats:4222", allow_reconnect=False, **user)
            print("let in by NATS")
        except nats.errors.Error:
            print("refused")
    for user in ("postgres", "scoring"):
        try:
            await asyncpg.connect(f"postgresql://{user}@postgres/daymark")
            print("let in by Postgres")
        except asyncpg.InvalidPasswordError:
            print("refused")
asyncio.run(main())
"""


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


def _compose(*arguments: str) -> str:
    program = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    return _run(*program, "--project-name", PROJECT, *arguments)


@pytest.fixture(scope="module", autouse=True)
def stack() -> Iterator[None]:
    _compose("build", "secrets")
    try:
        _compose("up", "--detach")
        for service, port in PROBE_PORTS.items():
            _compose("exec", "-T", service, "timeout", _READY_WITHIN, "sh", "-c", _UNTIL_READY.format(port=port))
        yield
    finally:
        _compose("down", "--volumes")


def test_the_doctor_finds_no_problem() -> None:
    assert "0 problems" in _compose("run", "--rm", "daymark", "doctor")


def test_a_container_without_credentials_is_let_in_by_no_server() -> None:
    answers = _run("docker", "run", "--rm", "--network", f"{PROJECT}_default", "daymark:local", "python3", "-c", _TRY_TO_ENTER)

    assert answers.split() == ["refused"] * 4
