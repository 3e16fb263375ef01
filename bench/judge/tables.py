"""The tables that a play results in, one line per rule or rival."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from typing import Final

from bench.judge.messages import Sent, asks, count_follow_ups, is_against, is_praise, right_about
from bench.judge.poisson import rate_interval
from bench.judge.rivals import Rivals
from bench.judge.verdicts import SOON_DAYS, Judge, Verdict, judge_rules
from bench.play.runs import Run
from bench.trials.trace import Meaning, Trace
from services.nudges.domain.candidate import DROP_RULE, SILENCE_RULE
from services.nudges.domain.history import is_worked
from services.nudges.rules.catalogue import MANAGER_RULES, REP_RULES, RULES
from services.scoring.domain.activities.assignment import RepDay
from shared.events import DayReport, RepId
from tests.services.nudges.rules.claims.praise import read_praise
from tests.services.nudges.rules.claims.praised import Praised

_BUDGET_DAYS: Final = 250
LEGEND: Final = """\
  said           messages that went out; of a manager's message that holds something against reps, the reps whom it names.
  true, false    about a change that is known, while it lasts, or not. Changes that nobody put in count as false.
  false per 250  false ones for each 250 judged days, with the exact 95% interval. Good: at most 1. A judged day is a rostered
                 day, from the first one on and whether anything was logged, on which a message about the rep would be false.
  in 10, in 20   of the changes that the rule should notice, those that it noticed within so many rostered days. Good: all.
  a week         messages per person who may receive them, and week. Good: few.
  repeats        those that follow another one of the rule about the same rep within four weeks. Good: none.
  no log         those about somebody who logged nothing in the days that the message is about. Good: none, but for a rule
                 that asks about silence.
  wrong claims   of what praise claims in its text (numbers, targets, scores, runs of days, records, "all"), what the reports
                 did not bear out when the praise was sent, and what nobody could read. Good: none.
  The rivals see the same days: below 70% of the own mean; two standard deviations below it; a CUSUM tuned to a halving, whose
  limit is fitted to the budget each Monday; an oracle, the same CUSUM with the true mean and dispersion of each rep and the
  limit that costs exactly the budget on these very days.
"""
_TOGETHER: Final[Mapping[str, tuple[Callable[[str], bool], frozenset[Meaning]]]] = {
    "drop + gone_silent": (lambda rule: rule in (DROP_RULE, SILENCE_RULE), right_about(SILENCE_RULE)),
    "all but questions": (lambda rule: is_against(rule) and not asks(rule), right_about(DROP_RULE)),
}
"""Rules that are also judged as one, and of what they are true together."""
_HEADER: Final = (
    f"  {'':<20}{'said':>6}{'true':>6}{'false':>7}{'false per 250':>25}{'in 10':>7}{'in 20':>7}{'a week':>8}{'repeats':>9}"
    f"{'no log':>8}{'wrong claims':>14}"
)


@dataclass(frozen=True, kw_only=True)
class Size:
    """So many plays of the same trace, and their weeks together. An interval is that of one play: most days are the same."""

    plays: int
    weeks: float


def print_runs(runs: Sequence[Run], *, without_change: Trace) -> None:
    """One table of runs with the same kind of change: every rule, all of them together, and the rivals of those that hold
    something against somebody."""
    first = runs[0].trace
    judges = [Judge(trace=run.trace, judged_from=run.judged_from) for run in runs]
    judged = list(zip(judges, runs, strict=True))
    verdicts = _add_up([judge_rules(judge, run.messages, list(RULES)) for judge, run in judged])
    reps, managers = len(first.rep_ids), sum(len(team.managers) for team in first.definitions.roster.teams)
    size = Size(plays=len(runs), weeks=sum(judge.weeks for judge in judges))
    print(_HEADER)
    print("  held against somebody, or asked about them")
    for rule, verdict in verdicts.items():
        if is_against(rule):
            print(_line(rule, verdict, people=managers if rule in MANAGER_RULES else reps, size=size))
    for name, (is_meant, meanings) in _TOGETHER.items():
        together = [
            judge.judge([sent for sent in run.messages if is_meant(sent.rule)], meanings=meanings) for judge, run in judged
        ]
        print(_line(name, reduce(add, together), people=reps + managers, size=size))
    rivals = _add_up([Rivals(judge=judge, without_change=without_change).verdicts() for judge in judges])
    for name, verdict in rivals.items():
        print(_line(name, verdict, people=reps, size=size))
    up, not_up = map(sum, zip(*[count_follow_ups(run.messages) for run in runs], strict=True))
    print(f"  briefs follow up on {up + not_up}: {up} clearly up, {not_up} not yet")
    print("  praise, and what only informs")
    for rule, verdict in verdicts.items():
        if not is_against(rule) and verdict.messages:
            checked = [_check_praise(run, rule) for run in runs] if is_praise(rule) else None
            print(_informing_line(rule, verdict, checked, people=managers if rule in MANAGER_RULES else reps, size=size))
    for name, rules, people in (("all to reps", REP_RULES, reps), ("all to managers", MANAGER_RULES, managers)):
        messages = sum(judge.judge([sent for sent in run.messages if sent.rule in rules]).messages for judge, run in judged)
        print(f"  {name:<20}{messages:>6}{'':>52}{messages / people / size.weeks:>8.2f}", flush=True)


def _add_up(verdicts: Sequence[Mapping[str, Verdict]]) -> dict[str, Verdict]:
    return {name: reduce(add, [of_run[name] for of_run in verdicts]) for name in verdicts[0]}


def _line(name: str, verdict: Verdict, *, people: int, size: Size) -> str:
    budgets = verdict.judged_days / _BUDGET_DAYS
    rate, low, high = rate_interval(verdict.false / size.plays, budgets / size.plays)
    soon = [f"{verdict.caught_within(days)}/{len(verdict.delays)}" if verdict.delays else "" for days in SOON_DAYS]
    return (
        f"  {name:<20}{verdict.named:>6}{verdict.true:>6}{verdict.false:>7}{f'{rate:.2f} ({low:.2f} to {high:.2f})':>25}"
        f"{soon[0]:>7}{soon[1]:>7}{verdict.messages / people / size.weeks:>8.2f}{_share(verdict.repeats, verdict.named):>9}"
        f"{_share(verdict.silent, verdict.named):>8}"
    )


def _informing_line(name: str, verdict: Verdict, checked: Sequence[tuple[int, int]] | None, *, people: int, size: Size) -> str:
    wrong = "{} of {}".format(*map(sum, zip(*checked, strict=True))) if checked is not None else ""
    return (
        f"  {name:<20}{verdict.messages:>6}{'':>52}{verdict.messages / people / size.weeks:>8.2f}"
        f"{_share(verdict.repeats, verdict.named):>9}{_share(verdict.silent, verdict.named):>8}{wrong:>14}"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""


def _check_praise(run: Run, rule: str) -> tuple[int, int]:
    """How many claims of a rule's messages are wrong or cannot be read, and how many there are."""
    readings = [
        read_praise(_praised(run, sent), sent.text)[0]
        for sent in run.messages
        if sent.rule == rule and sent.day >= run.judged_from
    ]
    claims = sum(len(reading.claims) + len(reading.unread) for reading in readings)
    return sum(len(reading.faults) for reading in readings), claims


def _praised(run: Run, sent: Sent) -> Praised:
    """The praised day, the worked days before it and the days of the team, by the newest reports when the praise was sent."""
    assert sent.rep_id is not None

    def find_report(rep_id: RepId, day: date) -> DayReport | None:
        return run.find_report(RepDay(rep_id, day), by=sent.at)

    days = [day for day in run.trace.days if day <= sent.about_day]
    newest = [report for day in days if (report := find_report(sent.rep_id, day)) is not None]
    others = [find_report(rep_id, sent.about_day) for rep_id in run.trace.rep_ids]
    team = [report for report in others if report is not None and report.team == newest[-1].team and is_worked(report)]
    before = [report for report in reversed(newest[:-1]) if is_worked(report)]
    return Praised(report=newest[-1], before=before, today=sent.day, team=team)
