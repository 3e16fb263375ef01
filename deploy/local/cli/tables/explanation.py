"""A day's score with everything behind it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from deploy.local.cli.tables.formats import format_moment
from deploy.output import Column, Output
from shared.plurals import count_nouns
from shared.requests.nudges import DisputeList, DisputeRow
from shared.requests.scores import ExplainedActivity, Explanation


def print_explanation(explanation: Explanation, disputes: DisputeList | None, output: Output) -> None:
    """`disputes` is None if nudges did not answer."""
    output.line(f"{explanation.rep}, {explanation.day} ({explanation.timezone}): {_describe_score(explanation)}")
    output.line(f"  {explanation.arithmetic}")
    output.line()
    _print_lines(explanation, output)
    _print_activities(explanation, disputes, output)
    if disputes is None:
        output.line("Disputes are not shown, because nudges does not answer.")


def _describe_score(explanation: Explanation) -> str:
    score = "no score (no target that day)" if explanation.score is None else f"score {explanation.score:.2f}"
    delivered_at = explanation.announcement_delivered_at
    announced = f"announced {format_moment(delivered_at)} UTC" if delivered_at else "not announced to the rep yet"
    in_force = (
        f"playbook from {explanation.playbook_from} ({announced})" if explanation.playbook_from else "no playbook in force"
    )
    entered_by = f" (entered by {explanation.absence_entered_by})" if explanation.absence_entered_by else ""
    return f"{score}; {explanation.presence}{entered_by}; {in_force}"


def _print_lines(explanation: Explanation, output: Output) -> None:
    headings = ("count", "target", "weight", "cap", "points")
    columns = Column(heading="behaviour"), *(Column(heading=heading, is_number=True) for heading in headings)
    rows = (
        (line.key, *(str(figure) for figure in (line.count, line.target, line.weight, line.cap)), f"{line.points:.2f}")
        for line in explanation.lines
    )
    output.table(columns, rows, if_empty="No behaviour is counted on this day.")


def _print_activities(explanation: Explanation, disputes: DisputeList | None, output: Output) -> None:
    """The activities in order, then disputed ones that no longer belong to the day."""
    count = count_nouns(len(explanation.activities), "activity", "activities")
    output.line()
    output.line(count if explanation.activities else "No activity on this day.")
    rows = disputes.rows if disputes else ()
    disputed = {(row.source, row.account, row.activity_id): row for row in rows}
    for activity in explanation.activities:
        dispute = disputed.pop((activity.source, activity.account, activity.activity_id), None)
        started = _local_time(activity.facts.get("started_at"), explanation.timezone)
        name = f"{activity.source}/{activity.activity_id}"
        verdict = _describe_verdict(activity) + _describe_dispute(dispute)
        output.line(f"  {started}  {activity.kind:<18} {name:<28} {verdict}")
    for dispute in disputed.values():
        text = f"  no longer on this day: {dispute.source}/{dispute.activity_id}{_describe_dispute(dispute)}"
        output.line(text)


def _describe_verdict(activity: ExplainedActivity) -> str:
    """What the activity counts for, otherwise the filters that it failed; and what is in doubt about it.

    A behaviour that counts another kind altogether explains nothing, so it is not mentioned.
    """
    failed = [f"{key}: {reason}" for key, reason in activity.fails.items() if key not in activity.of_other_kind]
    if activity.counts_for:
        verdict = "counts for " + ", ".join(activity.counts_for)
    else:
        verdict = "does not count: " + ("; ".join(failed) or "no behaviour counts this kind")
    return f"{verdict} (unverified: {', '.join(activity.unverified)})" if activity.unverified else verdict


def _describe_dispute(dispute: DisputeRow | None) -> str:
    """That the rep says the activity is wrong, and what a manager decided."""
    if dispute is None:
        return ""
    reason, resolution = dispute.reason.replace("_", " "), dispute.resolution.replace("_", " ")
    resolved = f"; {resolution}, decided by {dispute.resolved_by or 'a manager'}" if resolution else ""
    return f" (disputed {dispute.disputed_at:%Y-%m-%d}: {reason}{resolved})"


def _local_time(started_at: object, timezone: str) -> str:
    return datetime.fromisoformat(str(started_at)).astimezone(ZoneInfo(timezone)).strftime("%H:%M:%S")
