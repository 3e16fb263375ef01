"""Run ingest: `python -m services.ingest`."""

from services.ingest.app import run
from services.ingest.settings import IngestSettings
from shared.service.process import run_service


def main() -> None:
    run_service("ingest", IngestSettings, run)


if __name__ == "__main__":
    main()
