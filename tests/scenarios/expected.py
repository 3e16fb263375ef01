"""Write the demonstration's list of nudges from what actually happens: `python -m tests.scenarios.expected`.

Review what `git diff` then shows, habit by habit, before you keep it: the tests trust the list.
"""

import asyncio
import csv
import tempfile
from pathlib import Path
from typing import Final

from tests.faults.demo_under_kills import play_under_kills
from tests.running_daymark import ROOT

_LIST: Final = ROOT / "deploy" / "demo" / "expected_nudges.csv"
_WEEKS: Final = (1, 4)


async def write_list() -> None:
    """Play each number of weeks, and write down the nudges."""
    with _LIST.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for weeks in _WEEKS:
            folder = Path(tempfile.mkdtemp(prefix="daymark-"))
            folder.chmod(0o755)
            played = await play_under_kills(folder / "d", weeks=weeks, kills=0, seed=1)
            writer.writerows([weeks, *nudge] for nudge in played.nudges)


if __name__ == "__main__":
    asyncio.run(write_list())
