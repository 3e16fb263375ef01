"""Prometheus' promtool, if it is installed."""

import shutil
import subprocess


def remarks_of_promtool(metrics: str) -> str:
    """What `promtool check metrics` reports. Empty if there is nothing to report, or no promtool."""
    if shutil.which("promtool") is None:
        return ""
    command = ["promtool", "check", "metrics"]
    checked = subprocess.run(command, input=metrics, capture_output=True, text=True, check=False)
    return checked.stdout + checked.stderr
