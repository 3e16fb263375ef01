"""The machine that a benchmark runs on."""

import os
import sys


def describe_machine() -> str:
    """One line to print before the figures. A high load average means that others use the cores, too."""
    return f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"
