"""Run scoring: `python -m services.scoring`."""

from services.scoring.app import run
from services.scoring.settings import ScoringSettings
from shared.service.process import run_service


def main() -> None:
    run_service("scoring", ScoringSettings, run)


if __name__ == "__main__":
    main()
