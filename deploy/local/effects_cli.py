"""`daymark effects` and `daymark rules`."""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from deploy.local import questions, show
from deploy.local.options import Config, Data, command_settings
from deploy.local.reach import reach
from shared.requests.nudges import EffectList, EffectRow

rules = typer.Typer(no_args_is_help=True, help="The rules that call for nudges.")


def effects(
    as_json: Annotated[bool, typer.Option("--json")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """What sending adds to the score of the next worked day, rule by rule, with its 95% interval; or *not known yet*."""
    settings = command_settings(config, data)

    async def work() -> EffectList:
        async with reach(settings) as connection:
            return await questions.list_effects(connection)

    listed = asyncio.run(work())
    if as_json:
        show.write_json(listed.rules, sys.stdout)
    else:
        print_effects(listed, Console())


@rules.command("resume")
def resume_command(rule: str, config: Config = None, data: Data = None) -> None:
    """Let a rule speak again that was paused as it does harm; its effect is measured anew from now on."""
    settings = command_settings(config, data)

    async def work() -> None:
        async with reach(settings) as connection:
            await questions.resume_rule(connection, rule)

    asyncio.run(work())
    typer.echo(f"{rule} speaks again; its effect is measured anew from now on")


def print_effects(listed: EffectList, console: Console) -> None:
    """A line per rule; a standard deviation is that of a person's score from day to day."""
    figures = [Column(name, justify="right") for name in ("people", "days", "held out", "points", "95% interval", "in SD")]
    table = Table("rule", *figures, "", box=None, pad_edge=False)
    for row in listed.rules:
        basis = str(row.people), str(row.days), str(row.days_held_out)
        table.add_row(row.rule, *basis, *_measured(row.effect), _remark(row))
    console.print(table)


def _measured(effect: EffectEstimate | None) -> tuple[str, str, str]:
    if effect is None:
        return "", "", ""
    return f"{effect.points:+.1f}", f"{effect.low:+.1f} to {effect.high:+.1f}", f"{effect.points / effect.sd_points:+.2f}"


def _remark(row: EffectRow) -> str:
    said = [] if row.effect is not None else [f"not known yet: {row.not_known_because}"]
    if row.paused_at is not None:
        said.append(f"paused since {row.paused_at:%Y-%m-%d}: it lowers the score (`daymark rules resume {row.rule}`)")
    if row.counts_from is not None:
        said.append(f"resumed, measured since {row.counts_from:%Y-%m-%d}")
    if row.held_out == 0:
        said.append("never held out")
    return "; ".join(said)
