"""A child process ends with its parent, also if that was gone before the child could ask for it."""

import subprocess
import sys

from tests.running_daymark import ROOT

_PARENT_GONE_FIRST = """
import os, time
from deploy.local.servers.parent_process import terminate_with_parent
parent = os.getpid()
before_the_program = terminate_with_parent()
if os.fork() == 0:
    while os.getppid() == parent:
        time.sleep(0.001)
    before_the_program()
    print("the program runs", flush=True)
os._exit(0)
"""


def test_a_child_whose_parent_is_gone_before_its_program_starts_does_not_start_it() -> None:
    finished = subprocess.run([sys.executable, "-c", _PARENT_GONE_FIRST], cwd=ROOT, capture_output=True, text=True, check=True)

    assert (finished.stdout, finished.stderr) == ("", "")
