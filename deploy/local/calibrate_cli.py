"""`daymark calibrate`."""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console

from deploy.local import questions, show
from deploy.local.options import Config, Data, command_settings
from deploy.local.reach import reach
from shared.requests.nudges import CalibrationList, CalibrationQuery


def calibrate(
    team: Annotated[str | None, typer.Option(help="only this team")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Re-check on each team's own history how often an alert on a drop would be false, and set the limits by it."""
    settings = command_settings(config, data)

    async def work() -> CalibrationList:
        async with reach(settings) as connection:
            return await questions.calibrate(connection, CalibrationQuery(team=team))

    calibrated = asyncio.run(work())
    if as_json:
        show.write_json(calibrated.teams, sys.stdout)
    else:
        show.print_calibrations(calibrated, Console())
