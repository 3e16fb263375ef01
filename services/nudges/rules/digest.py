"""Digest: the team's last working day in a few lines. Nobody is ranked: names stand in the order of the alphabet."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from services.nudges.context.team_context import TeamSituation, working_day_before
from services.nudges.domain.candidate import RULE_DIGEST, Called
from services.nudges.domain.history import is_plan_done, is_worked
from services.nudges.domain.phrases import date_text, first_name, number
from shared.events import DayReport, Mention, NudgeKind


def digest(situation: TeamSituation) -> Called | None:
    """Called for on each working morning after a day on which somebody of the team worked."""
    day = working_day_before(situation.today)
    reports = [report for member in situation.members for report in member.days if report.day == day]
    if not any(is_worked(report) for report in reports):
        return None
    by_team = sorted(reports, key=lambda report: report.team.name)
    lines = [_line(name, list(of_team)) for name, of_team in groupby(by_team, key=lambda report: report.team.name)]
    said, when = " ".join(lines), date_text(day)
    return Called(
        rule=RULE_DIGEST,
        kind=NudgeKind.DIGEST,
        occasion=situation.today.isoformat(),
        is_shortfall=False,
        wordings=(
            f"{when}: {said}",
            f"{when} in short: {said}",
            f"Your team on {when}: {said}",
            f"How {when} went: {said}",
            f"A look back at {when}: {said}",
            f"{when}, in a few lines: {said}",
            f"What {when} brought: {said}",
            f"{when} at a glance: {said}",
            f"The team's {when}: {said}",
            f"{when} in numbers: {said}",
        ),
        reason="Every working morning, from the team's newest reports of the working day before.",
        about=tuple(Mention(id=report.rep.id) for report in reports),
    )


def _line(team: str, reports: Sequence[DayReport]) -> str:
    """`Harbor: 5 at work. Plan done: Ana, Emi. In all conversations 31 of 36, meetings 5 of 6. Away: Diego.`"""
    working = [report for report in reports if is_worked(report)]
    if not working:
        return f"{team}: nobody at work."
    done = _names([report for report in working if is_plan_done(report)])
    away = _names([report for report in reports if report.presence in ("absent", "holiday")])
    parts = [f"{team}: {len(working)} at work", f"Plan done: {done or 'nobody'}", f"In all {_totals(working)}"]
    return ". ".join(parts + ([f"Away: {away}"] if away else [])) + "."


def _names(reports: Sequence[DayReport]) -> str:
    return ", ".join(sorted(first_name(report.rep.name) for report in reports))


def _totals(reports: Sequence[DayReport]) -> str:
    sums: dict[str, tuple[int, Decimal]] = {}
    for report in reports:
        for one in report.behaviours:
            if one.target > 0:
                count, target = sums.get(one.label, (0, Decimal(0)))
                sums[one.label] = count + one.count, target + one.target
    return ", ".join(f"{label.lower()} {count} of {number(target)}" for label, (count, target) in sums.items())
