"""What every command pays when it starts."""

import subprocess
import sys

from tests.running_daymark import ROOT


def test_the_command_line_imports_no_service_before_a_command_needs_it() -> None:
    program = "import sys, deploy.local.cli.app; print([name for name in sys.modules if name.startswith('services.')])"

    imported = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert imported == "[]\n"
