"""Digest: the team's last working day in a few lines. Nobody is ranked: names are in alphabetical order."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.history import done_phrase, is_plan_done, is_worked, planned_behaviours
from services.nudges.domain.phrases import capitalized, count_phrase, counted, day_name, joined, sentence
from services.nudges.domain.working_time import workday_before
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import DayReport, Mention, NudgeKind, Presence


@manager_rule(
    name="digest",
    title="Digest",
    when="Each working morning at a fixed time: the team's last working day in a few lines.",
    limits="Never with a ranking.",
    kind=NudgeKind.DIGEST,
    priority=120,
)
def digest(context: TeamContext) -> Proposal | None:
    """Proposed on each working morning after a day on which somebody in the team worked."""
    day = workday_before(context.today)
    reports = [report for member in context.members for report in member.days if report.day == day]
    if not any(is_worked(report) for report in reports):
        return None
    by_team = sorted(reports, key=lambda report: report.team.name)
    teams = groupby(by_team, key=lambda report: report.team.name)
    lines = " ".join(_line(name, list(of_team), context) for name, of_team in teams)
    when = day_name(day, today=context.today)
    at_start = capitalized(when)
    return Proposal(
        wordings=(
            f"{at_start} at a glance. {lines}",
            f"Here's how {when} went. {lines}",
            f"{at_start} in short. {lines}",
            f"Your team {_on(when)}. {lines}",
            f"A quick look back at {when}. {lines}",
            f"{at_start} in numbers. {lines}",
            f"How {when} went. {lines}",
            f"A short summary of {when}. {lines}",
            f"The numbers for {when}. {lines}",
            f"What your team did {_on(when)}. {lines}",
        ),
        reason="Sent every working morning. It covers the working day before, going by the newest reports.",
        about=tuple(Mention(id=report.rep.id) for report in reports),
    )


def _on(when: str) -> str:
    return when if when == "yesterday" else f"on {when}"


def _line(team: str, reports: Sequence[DayReport], context: TeamContext) -> str:
    """`Harbor: five reps had a plan, and Ana and Emi reached it. In total, 31 of 36 conversations. Away: Diego.`"""
    working = [report for report in reports if is_worked(report)]
    if not working:
        return sentence(f"{team}: nobody had a plan")
    reps = count_phrase(len(working), "rep")
    done = [report for report in working if is_plan_done(report)]
    names, reached = _names(done, context) or "nobody", done_phrase(done, plan="reached it")
    away = _names([report for report in reports if report.presence in (Presence.ABSENT, Presence.HOLIDAY)], context)
    parts = [
        f"{team}: {reps} had a plan, and {names} {reached}",
        f"In total, {_totals(working)}",
        *([f"Away: {away}"] * bool(away)),
    ]
    return " ".join(map(sentence, parts))


def _names(reports: Sequence[DayReport], context: TeamContext) -> str:
    return joined(sorted((context.name_of(report.rep) for report in reports), key=str.casefold))


def _totals(reports: Sequence[DayReport]) -> str:
    totals: dict[str, tuple[int, Decimal]] = {}
    for report in reports:
        for behaviour in planned_behaviours(report):
            count, target = totals.get(behaviour.label, (0, Decimal(0)))
            totals[behaviour.label] = count + behaviour.count, target + behaviour.target
    return joined([f"{count} of {counted(target, label)}" for label, (count, target) in totals.items()])
