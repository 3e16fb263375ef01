"""The `daymark` command, with all of its subcommands."""

import typer

from deploy.local.cli.channels import channels
from deploy.local.cli.definitions import playbook, rescore, roster
from deploy.local.cli.experiments import calibrate, effects, rules
from deploy.local.cli.history import import_history
from deploy.local.cli.nudges import inbox, nudges, you
from deploy.local.cli.operation.backup import backup, restore
from deploy.local.cli.operation.erase import forget
from deploy.local.cli.operation.inspect import dead_letters, doctor
from deploy.local.cli.operation.sources import sources
from deploy.local.cli.operation.webhooks import mapping, webhooks
from deploy.local.cli.operators import operator
from deploy.local.cli.people import people
from deploy.local.cli.scores import audit, explain, scores, totals
from deploy.local.cli.start import demo, up
from deploy.output import echo_block
from shared.errors import DaymarkError


def main() -> None:
    """Run the command. An expected error is one sentence on standard error, and exit status 1."""
    try:
        make_app()()
    except DaymarkError as failed:
        echo_block(f"daymark: {failed}", err=True)
        raise SystemExit(1) from None


def make_app() -> typer.Typer:
    """The command line. Commands are listed in the order in which they are needed."""
    summary = "Daily scores for salespeople from what their CRM records, and the right message at the right moment."
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=summary)
    answers = (scores, totals, explain, nudges, inbox, you, audit, doctor)
    for command in (up, demo, *answers, backup, restore, rescore, forget, calibrate, effects):
        app.command()(command)
    app.command("import")(import_history)
    for group, name in (
        (roster, "roster"),
        (playbook, "playbook"),
        (sources, "sources"),
        (webhooks, "webhooks"),
        (mapping, "mapping"),
        (dead_letters, "dead-letters"),
        (channels, "channels"),
        (people, "people"),
        (operator, "operator"),
        (rules, "rules"),
    ):
        app.add_typer(group, name=name)
    return app
