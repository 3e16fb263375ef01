"""promtool, where it is installed."""

import shutil
import subprocess


def remarks_of_promtool(metrics: str) -> str:
    """What `promtool check metrics` has to say; nothing when all is well, or when there is no promtool here."""
    if shutil.which("promtool") is None:
        return ""
    command = ["promtool", "check", "metrics"]
    checked = subprocess.run(command, input=metrics, capture_output=True, text=True, check=False)
    return checked.stdout + checked.stderr
