"""Run nudges: `python -m services.nudges`."""

from services.nudges.app import run
from services.nudges.settings import NudgesSettings
from shared.service.process import run_service


def main() -> None:
    run_service("nudges", NudgesSettings, run)


if __name__ == "__main__":
    main()
