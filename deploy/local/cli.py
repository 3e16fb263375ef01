"""The `daymark` command."""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.local import questions, show
from deploy.local.calibrate_cli import calibrate
from deploy.local.channels_cli import channels
from deploy.local.contacts import contact_secret_of
from deploy.local.dead_letters_cli import dead_letters
from deploy.local.definitions_cli import playbook, rescore, roster
from deploy.local.doctor import Verdict, examine
from deploy.local.effects_cli import effects, rules
from deploy.local.forget_cli import forget
from deploy.local.import_file import count_lines, import_file, wait_until_scored
from deploy.local.options import Config, Data, command_settings
from deploy.local.reach import reach
from shared.clock import SystemClock
from shared.errors import DaymarkError
from shared.requests.scores import AuditQuery, ScoreQuery, TotalsQuery

_HELP = "Daily scores for salespeople from what their CRM records, and the right word at the right moment."
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=_HELP)
app.add_typer(roster, name="roster")
app.add_typer(playbook, name="playbook")
app.add_typer(dead_letters, name="dead-letters")
app.add_typer(channels, name="channels")
app.add_typer(rules, name="rules")
app.command()(rescore)
app.command()(forget)
app.command()(calibrate)
app.command()(effects)

Day = datetime
Result = TypeVar("Result")
_REFUSALS_SHOWN = 20


def main() -> None:
    """Run the command; an expected error becomes one sentence on standard error and exit status 1."""
    try:
        app()
    except DaymarkError as failed:
        sys.stderr.write(f"daymark: {failed}\n")
        raise SystemExit(1) from None


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


@app.command()
def up(config: Config = None, data: Data = None) -> None:
    """Start everything here and stay. Prints one JSON line when, and only when, all is ready."""
    from deploy.local.up import Running, run_house

    settings = command_settings(config, data, level="INFO")

    def announce(running: Running) -> None:
        sys.stdout.write(running.line() + "\n")
        sys.stdout.flush()

    _run(run_house(settings, on_ready=announce))


@app.command()
def demo(
    data: Data = None,
    seed: Annotated[int, typer.Option(help="seed of the simulated team")] = 1,
    weeks: Annotated[int, typer.Option(help="weeks of working days to play")] = 4,
    leave: Annotated[bool, typer.Option("--exit", help="end when played, instead of keeping the pages open")] = False,
) -> None:
    """Start everything here, play a simulated team through signed webhooks, and show what came of it."""
    from deploy.local.demo import run_demo

    _run(run_demo(data=data, seed=seed, weeks=weeks, leave=leave))


@app.command("import")
def import_command(
    file: Path,
    source: Annotated[str, typer.Option(help="the source that the observations are of")],
    no_wait: Annotated[bool, typer.Option("--no-wait", help="end when all are stored, not when all are scored")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Bring in history: one observation a line (.ndjson, .gz). Safe to repeat; goes on where it was stopped."""
    settings = command_settings(config, data)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())

    async def work() -> int:
        async with reach(settings) as connection:
            with Progress(*columns, console=console) as progress:
                storing = progress.add_task("storing", total=count_lines(file))
                imported = await import_file(
                    connection,
                    file,
                    source=source,
                    contact_secret=contact_secret_of(settings),
                    now=SystemClock().now(),
                    on_progress=lambda done: progress.update(storing, completed=done),
                )
                progress.update(storing, completed=imported.lines)
                if not no_wait:
                    scoring = progress.add_task("scoring", total=None)
                    await wait_until_scored(
                        connection,
                        on_progress=lambda done, total: progress.update(scoring, completed=done, total=total),
                    )
        resumed = f", {imported.resumed_at} of them in an earlier run" if imported.resumed_at else ""
        typer.echo(f"{imported.lines} lines{resumed}, {len(imported.refusals)} refused")
        for refusal in imported.refusals[:_REFUSALS_SHOWN]:
            typer.echo(f"{file}:{refusal.line}: {refusal.problem}", err=True)
        return 1 if imported.refusals else 0

    raise typer.Exit(_run(work()))


@app.command()
def scores(
    day: Annotated[Day | None, typer.Option(formats=["%Y-%m-%d"], help="one day")] = None,
    first: Annotated[Day | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[Day | None, typer.Option("--until", formats=["%Y-%m-%d"], help="included")] = None,
    team: Annotated[str | None, typer.Option()] = None,
    silent: Annotated[bool, typer.Option("--all", help="also days on which nothing counted")] = False,
    as_judged: Annotated[
        Literal["then", "now"], typer.Option(help="by the version in force on each day, or by today's")
    ] = "then",
    as_json: Annotated[bool, typer.Option("--json")] = False,
    as_csv: Annotated[bool, typer.Option("--csv")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Scores by rep and day, sorted by both; today's where no day is given."""
    settings = command_settings(config, data)
    today = SystemClock().now().date()
    start = _date(day or first) or today
    query = ScoreQuery(
        first=start, last=_date(day or last) or max(start, today), team=team, silent_days=silent, as_judged=as_judged
    )

    async def work() -> None:
        async with reach(settings) as connection:
            rows = [row async for row in questions.list_scores(connection, query)]
        if as_csv:
            show.write_scores_csv(rows, sys.stdout)
        elif as_json:
            show.write_json(rows, sys.stdout)
        else:
            show.print_scores(rows, Console())

    _run(work())


def _date(given: datetime | None) -> date | None:
    return given.date() if given else None


@app.command()
def totals(
    first: Annotated[Day | None, typer.Option("--from", formats=["%Y-%m-%d"], help="a day of the first month")] = None,
    last: Annotated[Day | None, typer.Option("--until", formats=["%Y-%m-%d"], help="a day of the last month")] = None,
    team: Annotated[str | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    as_csv: Annotated[bool, typer.Option("--csv")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """What teams did month by month, those included who have left or are forgotten; this month where none is given."""
    settings = command_settings(config, data)
    start = _date(first) or SystemClock().now().date()
    query = TotalsQuery(first=start, last=_date(last) or max(start, SystemClock().now().date()), team=team)

    async def work() -> None:
        async with reach(settings) as connection:
            rows = (await questions.list_totals(connection, query)).rows
        if as_csv:
            show.write_totals_csv(rows, sys.stdout)
        elif as_json:
            show.write_json(rows, sys.stdout)
        else:
            show.print_totals(rows, Console())

    _run(work())


@app.command()
def explain(
    rep: str, day: Annotated[Day, typer.Argument(formats=["%Y-%m-%d"])], config: Config = None, data: Data = None
) -> None:
    """A rep's day: the version in force, the arithmetic, every activity, and why one did not count."""
    settings = command_settings(config, data)

    async def work() -> None:
        async with reach(settings) as connection:
            explained = await questions.explain(connection, rep, day.date())
            contests = await questions.list_contests(connection, rep, day.date())
        show.print_explanation(explained, contests, Console())

    _run(work())


@app.command()
def nudges(
    person: Annotated[str | None, typer.Option(help="only those to this person")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Every nudge, with its reason and what became of it."""
    settings = command_settings(config, data)

    async def work() -> None:
        async with reach(settings) as connection:
            rows = [row async for row in questions.list_nudges(connection, person=person)]
        if as_json:
            show.write_json(rows, sys.stdout)
        else:
            show.print_nudges(rows, Console())

    _run(work())


@app.command()
def inbox(manager: str, config: Config = None, data: Data = None) -> None:
    """The address of a manager's page. Whoever has it can read that page: hand it to that manager only."""
    settings = command_settings(config, data)

    async def work() -> None:
        async with reach(settings) as connection:
            typer.echo((await questions.inbox_link(connection, manager)).url)

    _run(work())


@app.command()
def you(rep: str, config: Config = None, data: Data = None) -> None:
    """The address of a rep's own page. Whoever has it can read that page: hand it to that rep only."""
    settings = command_settings(config, data)

    async def work() -> None:
        async with reach(settings) as connection:
            typer.echo((await questions.own_link(connection, rep)).url)

    _run(work())


@app.command()
def audit(
    rep: Annotated[str | None, typer.Option(help="only this rep's days")] = None,
    first: Annotated[Day | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[Day | None, typer.Option("--until", formats=["%Y-%m-%d"], help="included")] = None,
    config: Config = None,
    data: Data = None,
) -> None:
    """Recount everything, or a span, from the facts; exit status 1 and the differences, if there are any."""
    settings = command_settings(config, data)
    query = AuditQuery(rep=rep, first=_date(first), last=_date(last))

    async def work() -> int:
        async with reach(settings) as connection:
            report = await questions.audit(connection, query)
        for difference in report.differences:
            typer.echo(difference)
        if report.waiting:
            typer.echo(f"{report.waiting} reps are being scored anew and were left out", err=True)
        typer.echo(f"{report.activities} activities, {report.days} days, {len(report.differences)} differences")
        return 1 if report.differences else 0

    raise typer.Exit(_run(work()))


@app.command()
def doctor(config: Config = None, data: Data = None) -> None:
    """What is configured, reachable, behind, failing and expiring; exit status 1 if something is wrong."""
    settings = command_settings(config, data)

    async def work() -> int:
        wrong = 0
        async with reach(settings) as connection:
            async for finding in examine(settings, connection, now=SystemClock().now()):
                typer.echo(f"{finding.verdict:<6}{finding.what}: {finding.found}")
                wrong += finding.verdict is Verdict.WRONG
        typer.echo("all is well" if not wrong else "1 thing is wrong" if wrong == 1 else f"{wrong} things are wrong")
        return 1 if wrong else 0

    raise typer.Exit(_run(work()))


if __name__ == "__main__":
    main()
