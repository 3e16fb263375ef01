"""`daymark effects`, `daymark rules` and `daymark calibrate`: what nudges do, and how well drops are detected."""

import sys

import typer

from deploy.local.cli.options import AsJson, Config, Data, OnlyTeam, command_settings
from deploy.local.cli.requests import LONG_S, ask_daymark
from deploy.local.cli.tables.experiments import print_calibrations, print_effects
from deploy.local.cli.tables.formats import write_json
from deploy.output import Output, echo
from shared.requests.client import NO_QUERY
from shared.requests.nudges import DROP_CALIBRATE, EFFECT_LIST, RULE_RESUME, CalibrationQuery, RuleName

rules = typer.Typer(no_args_is_help=True, help="The rules that propose nudges.")


def effects(as_json: AsJson = False, config: Config = None, data: Data = None) -> None:
    """What the nudges of each rule add to the score of the next worked day, with a 95% interval, or why it is not known yet."""
    listed = ask_daymark(command_settings(config, data), EFFECT_LIST, NO_QUERY, timeout_s=LONG_S)
    if as_json:
        write_json(listed.rules, sys.stdout)
    else:
        print_effects(listed, Output())


@rules.command("resume")
def resume_command(rule: str, config: Config = None, data: Data = None) -> None:
    """Resume a rule that was paused because it does harm. Its effect is measured again from now on."""
    ask_daymark(command_settings(config, data), RULE_RESUME, RuleName(rule=rule))
    echo(f"{rule} is active again; its effect is measured from now on")


def calibrate(team: OnlyTeam = None, as_json: AsJson = False, config: Config = None, data: Data = None) -> None:
    """Check on each team's own history how often a drop alert would be false, and set the limits accordingly."""
    query = CalibrationQuery(team=team)
    calibrations = ask_daymark(command_settings(config, data), DROP_CALIBRATE, query, timeout_s=LONG_S)
    if as_json:
        write_json(calibrations.teams, sys.stdout)
    else:
        print_calibrations(calibrations, Output())
