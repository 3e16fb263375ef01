"""Run scoring: `python -m services.scoring`."""

import asyncio

from services.scoring.app import run
from services.scoring.settings import ScoringSettings
from shared.logs import configure_logs
from shared.settings import load_settings


def main() -> None:
    settings = load_settings(ScoringSettings)
    configure_logs("scoring", level=settings.logs.level)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
