"""Playbook versions, their announcements, and the preview of a playbook."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Column, Table

from deploy.local.cli.tables.formats import format_moment
from shared.requests.definitions import AnnouncementRow, PlaybookList, Preview


def print_preview(preview: Preview, console: Console) -> None:
    """Per rep the mean score and the days on which the plan was done: as it was, and as it would have been."""
    figures = [Column(name, justify="right") for name in ("days", "score", "would be", "plan done", "would be done")]
    table = Table("rep", *figures, box=None, pad_edge=False)
    for rep in preview.reps:
        days = sum(day.would_be is not None for day in rep.days)
        was, would_be = ("" if score is None else f"{score:.2f}" for score in (rep.was, rep.would_be))
        table.add_row(rep.rep, str(days), was, would_be, str(rep.done), str(rep.would_be_done))
    console.print(table)


def print_playbooks(playbooks: PlaybookList, console: Console) -> None:
    """`delivered` and `acknowledged` count reps of those to whom the version was announced."""
    headings = ("team", "from", "state", "delivered", "acknowledged", "behaviours", "goals", "reason for revision")
    table = Table(*headings, box=None, pad_edge=False)
    for version in playbooks.versions:
        table.add_row(
            version.team,
            str(version.effective_from),
            version.state,
            f"{version.delivered} of {version.announced}",
            f"{version.acknowledged} of {version.announced}",
            ", ".join(version.behaviours),
            ", ".join(version.goals),
            version.revises,
        )
    console.print(table if table.row_count else "No playbook yet. `daymark playbook apply FILE` puts one in force.")


def print_announcements(rows: Iterable[AnnouncementRow], console: Console) -> None:
    headings = ("team", "from", "rep", "name", "binds from", "delivered (UTC)", "acknowledged (UTC)")
    table = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            row.team,
            str(row.effective_from),
            row.rep,
            row.name,
            "withdrawn" if row.withdrawn_at else str(row.binds_from),
            format_moment(row.delivered_at, if_none="not yet"),
            format_moment(row.acknowledged_at, if_none="not yet"),
        )
    console.print(table if table.row_count else "Nothing was announced yet. `daymark playbook apply FILE` does so.")
