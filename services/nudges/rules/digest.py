"""Digest: the team's last working day in a few lines. Nobody is ranked: names are in alphabetical order."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.history import are_targets_met, is_plan_done, is_worked, planned_behaviours
from services.nudges.domain.phrases import count_phrase, counted, day_noun, day_phrase, joined, sentence
from services.nudges.domain.working_time import workday_before
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import DayReport, Mention, NudgeKind, Presence
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked, ngettext


@manager_rule(
    name="digest",
    title=marked("Digest"),
    when=marked("Each working morning at a fixed time: the team's last working day in a few lines."),
    limits=marked("Never with a ranking."),
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
    today = context.today
    return Proposal(
        wordings=worded(
            gettext("{day} at a glance. {lines}"),
            gettext("Here's how {day} went. {lines}"),
            gettext("{day} in short. {lines}"),
            gettext("Your team {on_day}. {lines}"),
            gettext("A quick look back at {day}. {lines}"),
            gettext("{day} in numbers. {lines}"),
            gettext("How {day} went. {lines}"),
            gettext("A short summary of {day}. {lines}"),
            gettext("The numbers for {day}. {lines}"),
            gettext("What your team did {on_day}. {lines}"),
            day=day_noun(day, today=today),
            on_day=day_phrase(day, today=today),
            lines=lines,
        ),
        reason=gettext("Sent every working morning. It covers the working day before, going by the newest reports."),
        about=tuple(Mention(id=report.rep.id) for report in reports),
    )


def _line(team: str, reports: Sequence[DayReport], context: TeamContext) -> str:
    """`Harbor: five reps had a plan, and Ana and Emi reached it. In total, 31 of 36 conversations. Away: Diego.`"""
    working = [report for report in reports if is_worked(report)]
    if not working:
        return sentence(filled(gettext("{team}: nobody had a plan."), team=team))
    away = _names([report for report in reports if report.presence in (Presence.ABSENT, Presence.HOLIDAY)], context)
    parts = [
        filled(
            _plan_reached([report for report in working if is_plan_done(report)]),
            team=team,
            reps=count_phrase(len(working), "rep"),
            names=_names([report for report in working if is_plan_done(report)], context),
        ),
        filled(gettext("In total, {totals}."), totals=_totals(working)),
        *([filled(gettext("Away: {names}."), names=away)] * bool(away)),
    ]
    return " ".join(map(sentence, parts))


def _plan_reached(done: Sequence[DayReport]) -> str:
    if not done:
        return gettext("{team}: {reps} had a plan, and nobody reached it.")
    if all(map(are_targets_met, done)):
        return ngettext(
            "{team}: {reps} had a plan, and {names} reached it.",
            "{team}: {reps} had a plan, and {names} reached it.",
            len(done),
        )
    return ngettext(
        "{team}: {reps} had a plan, and {names} scored 100 or more.",
        "{team}: {reps} had a plan, and {names} scored 100 or more.",
        len(done),
    )


def _names(reports: Sequence[DayReport], context: TeamContext) -> str:
    return joined(sorted((context.name_of(report.rep) for report in reports), key=str.casefold))


def _totals(reports: Sequence[DayReport]) -> str:
    totals: dict[str, tuple[int, Decimal]] = {}
    for report in reports:
        for behaviour in planned_behaviours(report):
            count, target = totals.get(behaviour.label, (0, Decimal(0)))
            totals[behaviour.label] = count + behaviour.count, target + behaviour.target
    return joined(
        [
            filled(gettext("{count} of {target}"), count=count, target=counted(target, label))
            for label, (count, target) in totals.items()
        ]
    )
