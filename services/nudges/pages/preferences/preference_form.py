"""What somebody wrote into the form, and what it means."""

from datetime import date, datetime, time, timedelta
from typing import Final

from starlette.datastructures import QueryParams

from services.nudges.domain.feedback.preferences import PAUSE_MAX, MessageGroup, Preference
from services.nudges.pages.preferences.readers import Reader
from shared.errors import DaymarkError
from shared.languages.messages import gettext
from shared.reach import TRANSPORTS

HOURS_MIN: Final = timedelta(hours=1)
_ANY_DAY: Final = date(2000, 1, 3)


class FormRefused(DaymarkError):
    """Nothing was changed: what was written cannot be meant. The message says what to write."""


def read_form(fields: QueryParams, before: Preference, reader: Reader, *, today: date) -> Preference:
    """What is asked for. Groups that the form does not offer stay as they were; a pause that is over is none.

    Raises:
        FormRefused: a time or a date is none, there is less than an hour between the times, or the pause is too long.
    """
    first = fields.get("first", "")
    unticked = {group for group in reader.groups if group.value not in fields.getlist("wanted")}
    not_before, not_after = _time(fields.get("not_before", "")), _time(fields.get("not_after", ""))
    if not_before is not None and not_after is not None and not _has_room(not_before, not_after):
        raise FormRefused(gettext("Leave at least an hour between the two times."))
    paused_until = _date(fields.get("paused_until", ""))
    if paused_until is not None and paused_until > today + PAUSE_MAX:
        raise FormRefused(gettext("Choose a day within a year."))
    return Preference(
        first_transport=first if first in TRANSPORTS else "",
        unwanted=frozenset(unticked | {group for group in before.unwanted if group not in reader.groups}),
        not_before=not_before,
        not_after=not_after,
        paused_until=paused_until if paused_until is not None and paused_until > today else None,
    )


def wanted_groups(fields: QueryParams) -> frozenset[MessageGroup]:
    """The groups that are ticked."""
    ticked = fields.getlist("wanted")
    return frozenset(group for group in MessageGroup if group.value in ticked)


def _has_room(not_before: time, not_after: time) -> bool:
    return datetime.combine(_ANY_DAY, not_after) - datetime.combine(_ANY_DAY, not_before) >= HOURS_MIN


def _time(text: str) -> time | None:
    if not text:
        return None
    try:
        local = time.fromisoformat(text)
    except ValueError:
        raise FormRefused(gettext("Write times as hours and minutes, such as 09:30.")) from None
    return local.replace(second=0, microsecond=0, tzinfo=None)


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FormRefused(gettext("Write the date as year, month and day, such as 2026-03-02.")) from None
