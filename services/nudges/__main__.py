"""Run nudges: `python -m services.nudges`."""

import asyncio

from services.nudges.app import run
from services.nudges.settings import NudgesSettings
from shared.logs import configure_logs
from shared.settings import load_settings


def main() -> None:
    settings = load_settings(NudgesSettings)
    configure_logs("nudges", level=settings.logs.level)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
