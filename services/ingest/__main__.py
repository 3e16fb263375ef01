"""Run ingest: `python -m services.ingest`."""

import asyncio

from services.ingest.app import run
from services.ingest.settings import IngestSettings
from shared.logs import configure_logs
from shared.settings import load_settings


def main() -> None:
    settings = load_settings(IngestSettings)
    configure_logs("ingest", level=settings.logs.level)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
