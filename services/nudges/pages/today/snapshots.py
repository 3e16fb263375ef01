"""A team as HTML: one fragment for each row and one for the summary, each with the id of the element that it replaces."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.nudges.pages.rendering import Renderer
from services.nudges.pages.today.rep_rows import RepRow
from services.nudges.pages.today.team_view import TeamView
from shared.events import TeamId

_FINGERPRINT_BYTES: Final = 8
_SEPARATOR: Final = "."
_BEFORE_REMINDERS: Final = "~"

Fragments = Mapping[str, str]
"""The HTML of elements by their id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What a page shows of a team. Pages with the same `fingerprint` show the same."""

    view: TeamView
    fragments: Fragments
    fingerprint: str

    def changed_since(self, before: "Snapshot") -> Fragments:
        """Those that differ."""
        return {element: html for element, html in self.fragments.items() if before.fragments.get(element) != html}


def take_snapshot(renderer: Renderer, view: TeamView, before: Snapshot | None = None) -> Snapshot:
    """Render the team. Rows that are as they were before are not rendered again."""
    rendered = {row: before.fragments[_row_id(row)] for row in before.view.rows} if before is not None else {}
    fragments = {_summary_id(view.id): renderer.html("today_summary.html", team=view, element=_summary_id(view.id))}
    for row in view.rows:
        fragments[_row_id(row)] = rendered.get(row) or renderer.html("today_row.html", row=row, element=_row_id(row))
    digest = hashlib.sha256("\0".join(fragments.values()).encode()).hexdigest()
    return Snapshot(view=view, fragments=fragments, fingerprint=digest[: 2 * _FINGERPRINT_BYTES])


def join_fingerprints(snapshots: Sequence[Snapshot], reminders: str) -> str:
    """Of a page that shows several teams, in this order, and was made with reminders of this mark."""
    return _SEPARATOR.join(snapshot.fingerprint for snapshot in snapshots) + _BEFORE_REMINDERS + reminders


def split_fingerprints(joined: str, teams: Sequence[TeamId]) -> tuple[Mapping[TeamId, str], str]:
    """By team, and the mark of the reminders. Of no team if they are not those of so many teams."""
    of_teams, _, reminders = joined.partition(_BEFORE_REMINDERS)
    fingerprints = of_teams.split(_SEPARATOR)
    return dict(zip(teams, fingerprints, strict=True)) if len(fingerprints) == len(teams) else {}, reminders


def _summary_id(team_id: TeamId) -> str:
    return f"summary-{team_id}"


def _row_id(row: RepRow) -> str:
    return f"rep-{row.id}"
