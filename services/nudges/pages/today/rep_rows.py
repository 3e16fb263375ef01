"""One row for each rep: where their day stands, and what is usual for them by this time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from services.nudges.domain.history import PLAN_DONE_SCORE, ScoredDay, count_streak, is_plan_done, is_worked, planned_behaviours
from services.nudges.domain.phrases import clock_time, lowered, natural_name, number, whole_score
from services.nudges.domain.roster.access import PersonToday
from services.nudges.domain.trends.score_by_time import ScoreBand, find_band, quarter_hour_of
from services.nudges.domain.working_time import local_day
from services.nudges.links import rep_page_path
from services.nudges.pages.today.team_days import WORKED_DAYS_MAX, WorkedDay
from shared.events import BehaviourResult, DayReport, Presence
from shared.languages.formats import percent_text
from shared.languages.messages import gettext, marked

SPARKLINE_DAYS: Final = 5
_SPARKLINE_HEIGHT: Final = 20
_SPARKLINE_SCORE_MAX: Final = Decimal(125)
_WHOLE: Final = Decimal(1)
_WHOLE_FEED: Final = ""
SPARK_STEP: Final = 8
"""From one bar of the sparkline to the next."""


class Standing(Enum):
    """Where a rep's day stands. Only somebody who works can need a hand."""

    DONE = "done"
    ON_THE_WAY = "on_the_way"
    NEEDS_HAND = "needs_hand"
    ABSENT = "absent"
    OFF = "off"
    NO_PLAN = "no_plan"
    NO_DATA = "no_data"


@dataclass(frozen=True, kw_only=True, slots=True)
class BehaviourBar:
    """`share` of the target in percent, at most 100. `silent_since`: nothing of it arrives since that time, for nobody."""

    label: str
    count: int
    target: str
    share: int
    silent_since: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spark:
    """A bar of the sparkline, from its upper edge `top` down."""

    left: int
    top: int
    height: int
    is_done: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RepRow:
    """`score` is a whole number and `exact_score` the score itself; both are empty on a day without one, and so is `band`.
    `notes` are sentences about the day. `recent` says in words what the sparkline shows."""

    id: str
    name: str
    address: str
    standing: Standing
    notes: tuple[str, ...] = ()
    bars: tuple[BehaviourBar, ...] = ()
    score: str = ""
    exact_score: str = ""
    band: str = ""
    sparkline: tuple[Spark, ...] = ()
    recent: str = ""
    streak: str = ""


_STANDING_OF_PRESENCE: Final = {
    Presence.ABSENT: Standing.ABSENT,
    Presence.HOLIDAY: Standing.OFF,
    Presence.DAY_OFF: Standing.OFF,
    Presence.NOT_EMPLOYED: Standing.OFF,
}
_NOTES_OF_PRESENCE: Final = {
    Presence.ABSENT: marked("Away today."),
    Presence.HOLIDAY: marked("Public holiday."),
    Presence.DAY_OFF: marked("Not a working day."),
    Presence.NOT_EMPLOYED: marked("Not with the team today."),
}
SilentSince = Mapping[str, datetime]
"""Since when nothing of a behaviour with this label arrives for a team; under an empty label, nothing at all."""


def make_rep_row(
    rep: PersonToday, report: DayReport | None, worked: Sequence[WorkedDay], silent: SilentSince, *, now: datetime
) -> RepRow:
    """The row of a rep with their newest report. `worked` are their worked days before it, newest first."""
    row = RepRow(id=rep.id, name=natural_name(rep.name), address=rep_page_path(rep.id), standing=Standing.NO_DATA)
    if report is None or report.day != local_day(now, report.timezone):
        return replace(row, notes=(gettext("No data for today yet."),))
    days: list[ScoredDay] = [report, *worked] if is_worked(report) and is_plan_done(report) else [*worked]
    row = replace(
        row,
        standing=_STANDING_OF_PRESENCE.get(report.presence, Standing.NO_PLAN),
        notes=_notes(report, silent),
        sparkline=_sparkline(worked[:SPARKLINE_DAYS]),
        recent=", ".join(whole_score(day.score) for day in reversed(worked[:SPARKLINE_DAYS])),
        streak=_streak(days),
    )
    if report.score is None or not is_worked(report):
        return row
    quarter_hour = quarter_hour_of(now, report.day, report.timezone)
    band = find_band([day.score_by_quarter_hour for day in worked], quarter_hour) if quarter_hour is not None else None
    return replace(
        row,
        standing=_standing(report.score, band, is_silent=bool(silent)),
        bars=tuple(_bar(behaviour, silent, report.timezone) for behaviour in planned_behaviours(report)),
        score=whole_score(report.score),
        exact_score=number(report.score),
        band=_describe(band) if band is not None else "",
    )


def _describe(band: ScoreBand) -> str:
    """From one end to the other; a single number where both ends look the same."""
    low, high = f"{band.low:.0f}", f"{band.high:.0f}"
    return low if low == high else f"{low}\N{EN DASH}{high}"


def _standing(score: Decimal, band: ScoreBand | None, *, is_silent: bool) -> Standing:
    """Nobody is behind while nothing arrives of what they do. Below the band is one day in four, which is no reason to worry:
    only one in ten calls for attention."""
    if score >= PLAN_DONE_SCORE:
        return Standing.DONE
    return Standing.NEEDS_HAND if band is not None and score < band.tenth and not is_silent else Standing.ON_THE_WAY


def _notes(report: DayReport, silent: SilentSince) -> tuple[str, ...]:
    notes = [gettext(_NOTES_OF_PRESENCE[report.presence])] if report.presence in _NOTES_OF_PRESENCE else []
    if report.presence is Presence.WORKING and report.part < _WHOLE:
        notes.append(gettext("Works part of the day ({share}).").format(share=percent_text(report.part)))
    if is_worked(report) and _WHOLE_FEED in silent:
        since = clock_time(silent[_WHOLE_FEED], report.timezone)
        notes.append(gettext("No data since {time}, so this may be incomplete.").format(time=since))
    if report.presence is Presence.WORKING and report.score is None:
        notes.append(gettext("No targets today."))
    return tuple(notes)


def _bar(behaviour: BehaviourResult, silent: SilentSince, timezone: str) -> BehaviourBar:
    since = silent.get(behaviour.label)
    return BehaviourBar(
        label=lowered(behaviour.label),
        count=behaviour.count,
        target=number(behaviour.target),
        share=min(int(100 * behaviour.count / behaviour.target), 100),
        silent_since=clock_time(since, timezone) if since is not None else "",
    )


def _sparkline(days: Sequence[WorkedDay]) -> tuple[Spark, ...]:
    """Oldest first, at the right end. A day without anything is a line."""
    sparks = []
    for back, day in enumerate(days):
        height = max(int(_SPARKLINE_HEIGHT * min(day.score, _SPARKLINE_SCORE_MAX) / _SPARKLINE_SCORE_MAX), 1)
        left = (SPARKLINE_DAYS - 1 - back) * SPARK_STEP
        sparks.append(Spark(left=left, top=_SPARKLINE_HEIGHT - height, height=height, is_done=is_plan_done(day)))
    return tuple(reversed(sparks))


def _streak(days: Sequence[ScoredDay]) -> str:
    """Empty for none. Of a streak that goes back further than the page looks the beginning is not known."""
    streak = count_streak(days)
    length = len(streak.done)
    is_longer = length + streak.repaired >= WORKED_DAYS_MAX
    return "" if not length else f"{length}+" if is_longer else str(length)
