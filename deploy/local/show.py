"""How the commands print: tables for people, CSV and JSON for programs."""

import csv
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from shared.requests.client import AnnouncementRow, PlaybookList, Preview
from shared.requests.nudges import CalibrationList, ChannelList, DisputeList, DisputeRow, NudgeRow
from shared.requests.scores import ExplainedActivity, Explanation, ScoreRow, TeamTotal


def counts_text(counts: dict[str, int]) -> str:
    """Counts above 0 by key in alphabetical order: `leads=3 proposals=1`."""
    return " ".join(f"{key}={count}" for key, count in sorted(counts.items()) if count)


def write_scores_csv(rows: Iterable[ScoreRow], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["rep", "day", "score", "counts"])
    for row in rows:
        writer.writerow([row.rep, row.day, "" if row.score is None else f"{row.score:.2f}", counts_text(row.counts)])


def write_json(rows: Iterable[BaseModel], file: TextIO) -> None:
    """One JSON array."""
    json.dump([row.model_dump(mode="json") for row in rows], file, indent=1)
    file.write("\n")


def print_scores(rows: Iterable[ScoreRow], console: Console) -> None:
    score = Column("score", justify="right")
    table = Table("rep", "day", score, "counts", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.rep, str(row.day), "" if row.score is None else f"{row.score:.2f}", counts_text(row.counts))
    console.print(table if table.row_count else "No day with a counted activity. `--all` shows the silent ones too.")


def write_totals_csv(rows: Iterable[TeamTotal], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["team", "month", "counts"])
    writer.writerows([row.team, f"{row.month:%Y-%m}", counts_text(row.counts)] for row in rows)


def print_totals(rows: Iterable[TeamTotal], console: Console) -> None:
    table = Table("team", "month", "counts", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.team, f"{row.month:%Y-%m}", counts_text(row.counts))
    console.print(table if table.row_count else "Nothing has counted in these months.")


def print_preview(preview: Preview, console: Console) -> None:
    """Per rep: the mean score and the days on which the plan was done, as it was and as it would be."""
    right = {name: Column(name, justify="right") for name in ("days", "score", "would be", "done", "would be done")}
    table = Table("rep", *right.values(), box=None, pad_edge=False)
    for rep in preview.reps:
        days = sum(day.would_be is not None for day in rep.days)
        was, would_be = ("" if score is None else f"{score:.2f}" for score in (rep.was, rep.would_be))
        table.add_row(rep.rep, str(days), was, would_be, str(rep.done), str(rep.would_be_done))
    console.print(table)


def print_playbooks(listed: PlaybookList, console: Console) -> None:
    known = "told", "have read it"
    table = Table("team", "from", "state", *known, "behaviours", "goals", "revises because", box=None, pad_edge=False)
    for one in listed.versions:
        counted = ", ".join(one.behaviours), ", ".join(one.goals)
        told, read = (f"{number} of {one.announced}" for number in (one.told, one.acknowledged))
        table.add_row(one.team, str(one.effective_from), one.state, told, read, *counted, one.revises)
    console.print(table if table.row_count else "No playbook yet. `daymark playbook apply FILE` puts one in force.")


def print_telling(rows: Iterable[AnnouncementRow], console: Console) -> None:
    table = Table("team", "from", "rep", "name", "binds from", "told (UTC)", "read (UTC)", box=None, pad_edge=False)
    for row in rows:
        told, read = (f"{at:%Y-%m-%d %H:%M}" if at else "not yet" for at in (row.delivered_at, row.acknowledged_at))
        binds = "withdrawn" if row.withdrawn_at else str(row.binds_from)
        table.add_row(row.team, str(row.effective_from), row.rep, row.name, binds, told, read)
    console.print(table if table.row_count else "Nobody was told of anything yet. `daymark playbook apply FILE` announces.")


def print_nudges(rows: Iterable[NudgeRow], console: Console) -> None:
    table = Table("day", "person", "rule", "status", "message and reason", box=None, pad_edge=False)
    for row in rows:
        status = f"{row.status}: {row.because}" if row.because else row.status
        status += f"\nrevised: {row.revised}" if row.revised else ""
        late = [one for one in row.deliveries if one.last_error]
        status += "".join(f"\n{one.channel} {one.state} ({one.last_error}; {one.attempts} attempts)" for one in late)
        table.add_row(str(row.day), row.person, row.rule, status, Text.assemble(row.text, "\n", (row.reason, "dim")))
    console.print(table if table.row_count else "No nudges yet.")


def print_channels(listed: ChannelList, console: Console) -> None:
    waits = Column("waiting", justify="right"), Column("given up", justify="right")
    table = Table("channel", "state", "since (UTC)", "until (UTC)", *waits, "last error", box=None, pad_edge=False)
    for one in listed.channels:
        since, until = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (one.since, one.paused_until))
        table.add_row(one.name, one.state, since, until, str(one.waiting), str(one.given_up), one.last_error)
    console.print(table if table.row_count else "No channel is configured; [channels] in daymark.toml has them.")


def print_calibrations(calibrated: CalibrationList, console: Console) -> None:
    """False alerts per rep and 250 worked days without the calibration and with it, beside what it adds to the limits."""
    right = [Column(name, justify="right") for name in ("reps", "days", "stricter", "from", "to", "before", "after")]
    table = Table("team", *right, box=None, pad_edge=False)
    for one in calibrated.teams:
        figures = [one.strictness, one.laxest, one.strictest, one.alerts_before, one.alerts_after]
        shown = ["not known" if figure is None else f"{figure:.2f}" for figure in figures]
        table.add_row(one.team, str(one.reps), str(one.worked_days), *shown)
    if not table.row_count:
        console.print("No team has an open day under a playbook.")
        return
    console.print(table)
    console.print(
        "stricter: what is added to the team's limits, and from where to where it lies for its reps, in standard deviations."
    )
    console.print("before, after: false alerts per rep and 250 worked days, by the team's own days in random orders.")
    if any(one.strictness is None for one in calibrated.teams):
        console.print("not known: nobody of the team has fifteen worked days yet.")


def print_explanation(explained: Explanation, contests: DisputeList | None, console: Console) -> None:
    """Without `contests` it is not known what the rep says is not right."""
    score = "no score (no target that day)" if explained.score is None else f"score {explained.score:.2f}"
    told = f"told of it {explained.delivered_at:%Y-%m-%d %H:%M} UTC" if explained.delivered_at else "not told of it yet"
    version = f"playbook from {explained.playbook_from} ({told})" if explained.playbook_from else "no playbook in force"
    console.print(f"{explained.rep}, {explained.day} ({explained.timezone}): {score}; {explained.presence}; {version}")
    console.print(f"  {explained.arithmetic}\n", highlight=False)
    lines = Table("behaviour", "count", "target", "weight", "cap", "points", box=None, pad_edge=False)
    for line in explained.lines:
        figures = (line.count, line.target, line.weight, line.cap)
        lines.add_row(line.key, *[str(figure) for figure in figures], f"{line.points:.2f}")
    console.print(lines)
    console.print(f"\n{len(explained.activities)} activities" if explained.activities else "\nNo activity on this day.")
    contested = {(one.source, one.account, one.activity_id): one for one in contests.rows} if contests else {}
    for activity in explained.activities:
        started = _local_time(activity.facts.get("started_at"), explained.timezone)
        name = f"{activity.source}/{activity.activity_id}"
        said = _verdict(activity) + _mark(contested.pop((activity.source, activity.account, activity.activity_id), None))
        console.print(f"  {started}  {activity.kind:<18} {name:<28} {said}", highlight=False, soft_wrap=True)
    for lost in contested.values():
        console.print(
            f"  no longer on this day: {lost.source}/{lost.activity_id}{_mark(lost)}", highlight=False, soft_wrap=True
        )
    if contests is None:
        console.print("What the rep contests is not known: nudges does not answer.")


def _verdict(activity: ExplainedActivity) -> str:
    """What it counts for, or the filter that it failed where its kind is one that is asked for; and what is in doubt."""
    near = [f"{key}: {why}" for key, why in activity.fails.items() if not why.startswith("kind ")]
    if activity.counts_for:
        said = "counts for " + ", ".join(activity.counts_for)
    else:
        said = "does not count: " + ("; ".join(near) or "no behaviour asks for this kind")
    return f"{said} (unverified: {', '.join(activity.unverified)})" if activity.unverified else said


def _mark(contest: DisputeRow | None) -> str:
    """That the rep says it is not right, and what a manager made of it."""
    if contest is None:
        return ""
    settled = f"; {contest.settled.replace('_', ' ')}, says {contest.settled_by or 'a manager'}" if contest.settled else ""
    return f" (contested {contest.contested_at:%Y-%m-%d}: {contest.reason.replace('_', ' ')}{settled})"


def _local_time(started_at: object, timezone: str) -> str:
    return datetime.fromisoformat(str(started_at)).astimezone(ZoneInfo(timezone)).strftime("%H:%M:%S")
