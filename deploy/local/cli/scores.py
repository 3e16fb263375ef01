"""`daymark scores`, `totals`, `explain` and `audit`."""

import sys
from typing import Annotated, Literal

import typer
from nats.aio.client import Client

from deploy.local.cli.options import (
    AsCsv,
    AsJson,
    Config,
    Data,
    DayArgument,
    DayOption,
    From,
    OnlyRep,
    OnlyTeam,
    Until,
    as_date,
    command_settings,
    rep_id,
)
from deploy.local.cli.requests import LONG_S, ask_daymark, list_from_daymark, run_connected
from deploy.local.cli.tables.explanation import print_explanation
from deploy.local.cli.tables.formats import write_json
from deploy.local.cli.tables.scores import print_scores, print_totals, write_scores_csv, write_totals_csv
from deploy.output import Output, echo
from shared.clock import SystemClock
from shared.plurals import count_nouns
from shared.requests.client import NoResponder, ask
from shared.requests.nudges import DISPUTE_LIST, DisputeList, DisputeQuery
from shared.requests.scores import (
    SCORE_AUDIT,
    SCORE_EXPLAIN,
    SCORE_LIST,
    SCORE_TOTALS,
    AuditQuery,
    ExplainQuery,
    Explanation,
    ScoreQuery,
    TotalsQuery,
)

_DISPUTES_TIMEOUT_S = 5.0


def scores(
    day: DayOption = None,
    first: From = None,
    last: Until = None,
    team: OnlyTeam = None,
    silent: Annotated[bool, typer.Option("--all", help="also days on which nothing counted")] = False,
    as_judged: Annotated[
        Literal["then", "now"], typer.Option(help="by the version in force on each day, or by today's")
    ] = "then",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Scores by rep and day, sorted by both. Without a day: today's."""
    settings = command_settings(config, data)
    today = SystemClock().now().date()
    start = as_date(day or first) or today
    query = ScoreQuery(
        first=start,
        last=as_date(day or last) or max(start, today),
        team=team,
        silent_days=silent,
        as_judged=as_judged,
    )
    rows = list_from_daymark(settings, SCORE_LIST, query)
    if as_csv:
        write_scores_csv(rows, sys.stdout)
    elif as_json:
        write_json(rows, sys.stdout)
    else:
        print_scores(rows, Output())


def totals(
    first: From = None,
    last: Until = None,
    team: OnlyTeam = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Counts of teams by month, including reps who have left or were erased. Without days: this month's."""
    settings = command_settings(config, data)
    today = SystemClock().now().date()
    start = as_date(first) or today
    query = TotalsQuery(first=start, last=as_date(last) or max(start, today), team=team)
    rows = ask_daymark(settings, SCORE_TOTALS, query, timeout_s=LONG_S).rows
    if as_csv:
        write_totals_csv(rows, sys.stdout)
    elif as_json:
        write_json(rows, sys.stdout)
    else:
        print_totals(rows, Output())


def explain(rep: str, day: DayArgument, config: Config = None, data: Data = None) -> None:
    """A rep's day: the playbook version in force, the arithmetic, and every activity with the reason why it counts or not."""
    settings = command_settings(config, data)
    explain_query = ExplainQuery(rep=rep_id(rep), day=day.date())
    dispute_query = DisputeQuery(rep=rep_id(rep), day=day.date())

    async def explain_day(connection: Client) -> tuple[Explanation, DisputeList | None]:
        explanation = await ask(connection, SCORE_EXPLAIN, explain_query)
        try:
            return explanation, await ask(connection, DISPUTE_LIST, dispute_query, timeout_s=_DISPUTES_TIMEOUT_S)
        except NoResponder:
            return explanation, None  # an explanation needs scoring only

    explanation, disputes = run_connected(settings, explain_day)
    print_explanation(explanation, disputes, Output())


def audit(
    rep: OnlyRep = None,
    first: From = None,
    last: Until = None,
    config: Config = None,
    data: Data = None,
) -> None:
    """Recount scores from the stored facts. Prints the differences; exit status 1 if there are any."""
    settings = command_settings(config, data)
    query = AuditQuery(rep=rep, first=as_date(first), last=as_date(last))
    report = ask_daymark(settings, SCORE_AUDIT, query, timeout_s=LONG_S)
    for difference in report.differences:
        echo(difference)
    if report.waiting:
        echo(f"left out: {count_nouns(report.waiting, 'rep')} whose days are being scored again", err=True)
    activities = count_nouns(report.activities, "activity", "activities")
    differences = count_nouns(len(report.differences), "difference")
    echo(f"{activities}, {count_nouns(report.days, 'day')}, {differences}")
    raise typer.Exit(1 if report.differences else 0)
