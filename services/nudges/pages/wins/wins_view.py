"""What the page of wins says of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from services.nudges.domain.candidate import THANKS_RULE
from services.nudges.domain.feedback.thanks import thanks_sentence
from services.nudges.domain.phrases import capitalized, day_name, first_name, natural_name
from services.nudges.domain.roster.access import Action, RosterToday, may
from services.nudges.domain.working_time import local_day
from services.nudges.links import rep_page_path
from services.nudges.pages.wins.wins import Win
from services.nudges.rules.catalogue import title_of
from shared.events import PersonId
from shared.languages.messages import gettext, marked

SHOWN_TO_COLLEAGUES: Final = {
    "personal_best": marked("{name} set a personal best."),
    "plan_done": marked("{name} reached the plan of the day."),
    "small_win": marked("{name} got a first in a while."),
    "steady_week": marked("{name} had a steady week."),
    "step_reached": marked("{name} reached the next step towards a goal."),
    "streak": marked("{name} is on a streak."),
    "team_day": marked("{name} was part of a day on which the whole team reached its plan."),
}
"""What colleagues are shown of each celebration: no number, and nothing of slow days before."""
NOT_SHOWN_TO_COLLEAGUES: Final = {"comeback": "it tells that the days before were slow"}
"""Celebrations that only the rep and their managers see here, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WinLine:
    """One win. `address` opens the page of the rep; it is empty for a reader for whom it does not open. `author` is the manager
    who wrote the text, if one did."""

    rep: str
    address: str
    title: str
    text: str
    author: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WinsOfDay:
    """The wins of one day of their reps."""

    day: date
    heading: str
    lines: tuple[WinLine, ...]


def make_wins(wins: Iterable[Win], reader_id: PersonId, roster: RosterToday, *, now: datetime) -> list[WinsOfDay]:
    """By day, in the order of the wins. A reader sees what was written only of those whose pages open for them."""
    shown = [
        (local_day(win.sent_at, win.timezone), line, local_day(now, win.timezone))
        for win in wins
        if (line := _make_line(win, reader_id, roster, now=now)) is not None
    ]
    return [
        WinsOfDay(day=day, heading=_heading(day, today), lines=tuple(line for _, line, _ in of_day))
        for (day, today), group in groupby(shown, key=lambda entry: (entry[0], entry[2]))
        if (of_day := list(group))
    ]


def _heading(day: date, today: date) -> str:
    return capitalized(day_name(day, today=today))


def _make_line(win: Win, reader_id: PersonId, roster: RosterToday, *, now: datetime) -> WinLine | None:
    """None if the reader is not to see it."""
    name = natural_name(win.rep_name)
    if may(reader_id, Action.SEE_REP, win.rep_id, roster):
        return WinLine(
            rep=name,
            address=rep_page_path(win.rep_id),
            title=_title(win),
            text=_describe_thanks(win, now=now) if win.rule == THANKS_RULE else win.text,
            author=natural_name(win.manager_name),
        )
    if win.rule == THANKS_RULE:
        text = gettext("{manager} thanked {name}.")
        text = text.format(manager=natural_name(win.manager_name), name=first_name(win.rep_name))
        return WinLine(rep=name, address="", title=_title(win), text=text, author="")
    if win.rule not in SHOWN_TO_COLLEAGUES:
        return None
    text = gettext(SHOWN_TO_COLLEAGUES[win.rule]).format(name=first_name(win.rep_name))
    return WinLine(rep=name, address="", title=_title(win), text=text, author="")


def _title(win: Win) -> str:
    return gettext("Thanks") if win.rule == THANKS_RULE else gettext(title_of(win.rule))


def _describe_thanks(win: Win, *, now: datetime) -> str:
    if win.message:
        return gettext("“{text}”").format(text=win.message)
    return thanks_sentence(win.about_day, win.facts, today=local_day(now, win.timezone))
