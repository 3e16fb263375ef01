"""Playbook versions, their announcements, and the preview of a playbook."""

from collections.abc import Iterable

from deploy.local.cli.tables.formats import format_moment
from deploy.output import Column, Output
from shared.requests.absences import AbsenceList
from shared.requests.definitions import AnnouncementRow, PlaybookList, Preview


def print_absences(absences: AbsenceList, output: Output) -> None:
    """Each as the roster file would state it."""
    columns = (
        *(Column(heading=heading) for heading in ("rep", "from", "until", "entered (UTC)")),
        *(Column(heading=heading, is_prose=True) for heading in ("name", "by")),
    )
    rows = (
        (row.rep, str(row.first), str(row.last), format_moment(row.entered_at), row.rep_name, row.entered_by or "(erased)")
        for row in absences.rows
    )
    output.table(columns, rows, if_empty="No manager has entered an absence that is not in the roster file.")


def print_preview(preview: Preview, output: Output) -> None:
    """Per rep the mean score and the days on which the plan was done: as it was, and as it would have been."""
    headings = ("days", "score", "would be", "plan done", "would be\ndone")
    columns = Column(heading="rep"), *(Column(heading=heading, is_number=True) for heading in headings)
    rows = []
    for rep in preview.reps:
        days = sum(day.would_be is not None for day in rep.days)
        was, would_be = ("" if score is None else f"{score:.2f}" for score in (rep.was, rep.would_be))
        rows.append((rep.rep, str(days), was, would_be, str(rep.done), str(rep.would_be_done)))
    output.table(columns, rows, if_empty="No rep has a day to preview.")


def print_playbooks(playbooks: PlaybookList, output: Output) -> None:
    """`delivered` and `acknowledged` count reps of those to whom the version was announced."""
    columns = (
        *(Column(heading=heading) for heading in ("team", "from", "state", "delivered", "acknowledged")),
        *(Column(heading=heading, is_prose=True) for heading in ("behaviours", "goals", "reason for revision")),
    )
    rows = (
        (
            version.team,
            str(version.effective_from),
            version.state,
            f"{version.delivered} of {version.announced}",
            f"{version.acknowledged} of {version.announced}",
            ", ".join(version.behaviours),
            ", ".join(version.goals),
            version.revises,
        )
        for version in playbooks.versions
    )
    output.table(columns, rows, if_empty="No playbook yet. `daymark playbook apply FILE` puts one in force.")


def print_announcements(rows: Iterable[AnnouncementRow], output: Output) -> None:
    headings = ("team", "from", "rep", "binds from", "delivered\n(UTC)", "acknowledged\n(UTC)")
    columns = *(Column(heading=heading) for heading in headings), Column(heading="name", is_prose=True)
    cells = (
        (
            row.team,
            str(row.effective_from),
            row.rep,
            "withdrawn" if row.withdrawn_at else str(row.binds_from),
            format_moment(row.delivered_at, if_none="not yet"),
            format_moment(row.acknowledged_at, if_none="not yet"),
            row.name,
        )
        for row in rows
    )
    output.table(columns, cells, if_empty="Nothing was announced yet. `daymark playbook apply FILE` does so.")
