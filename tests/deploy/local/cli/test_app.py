"""What every command pays when it starts."""

import subprocess
import sys

from tests.running_daymark import ROOT

FOR_SERVICES = {"services", "faststream", "starlette", "uvicorn"}


def imported_by(module: str) -> set[str]:
    """The packages that a process has after it has imported the module."""
    program = f"import sys, {module}; print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name.partition(".")[0] for name in imported.split()}


def test_the_command_line_imports_no_service_before_a_command_needs_it_and_nothing_that_services_are_made_of() -> None:
    assert not imported_by("deploy.local.cli.app") & FOR_SERVICES


def test_the_process_that_starts_the_services_imports_neither_them_nor_their_framework() -> None:
    assert not imported_by("deploy.local.servers.up") & {"services", "faststream", "uvicorn"}
