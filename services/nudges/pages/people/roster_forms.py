"""What the forms of the pages send, as changes of the roster."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from starlette.datastructures import QueryParams

from shared.errors import Refusal
from shared.events import PersonId, RepId, TeamId
from shared.observation import SourceName
from shared.reach import MAIL, SLACK, ContactPoint
from shared.requests.roster.edits import (
    AbsenceRemoval,
    CrmUser,
    NewAbsence,
    NewCalendar,
    NewEmail,
    NewLastDay,
    NewPerson,
    NewTeam,
    UserMatch,
    WorkCalendar,
)

Fields = Mapping[str, str]
_NO_PART: Final = Decimal(0)


class NotADate(Refusal):
    """Nothing was changed: a date is missing or not valid. Write it as year, month and day, such as 2026-03-02."""


def read_user(fields: Fields) -> CrmUser:
    """The CRM user that a form or an address names. Without an account it is the same user in every account."""
    return CrmUser(
        source=SourceName(fields.get("source", "")), user=fields.get("user", ""), account=fields.get("account") or None
    )


def read_match(fields: Fields, *, rep_id: RepId) -> UserMatch:
    return UserMatch(rep=rep_id, user=read_user(fields))


def read_team(fields: Fields) -> NewTeam:
    return NewTeam(name=_line(fields, "name"))


def read_email(fields: Fields) -> NewEmail:
    return NewEmail(person=PersonId(fields.get("person", "")), email=_line(fields, "email"))


def read_person(fields: Fields) -> NewPerson:
    """A rep, or a manager if the form says so. A Slack user is tried first, and mail to the email next."""
    is_manager, email, slack = fields.get("role") == "manager", _line(fields, "email"), _line(fields, "slack")
    reach = [ContactPoint(transport=SLACK.name, address=slack)] if slack else []
    if slack and email:
        reach.append(ContactPoint(transport=MAIL.name, address=""))
    return NewPerson(
        role="manager" if is_manager else "rep",
        name=_line(fields, "name"),
        team=TeamId(fields.get("team", "")),
        email=email,
        timezone=_line(fields, "timezone"),
        country="" if is_manager else _line(fields, "country").upper(),
        reach=tuple(reach),
        identities=(read_user(fields),) if fields.get("source") and not is_manager else (),
    )


def read_absence(fields: Fields) -> NewAbsence:
    """An absence; without a last day it is one day.

    Raises:
        NotADate: a date is missing or misspelt.
    """
    first = _date(fields, "from")
    last = _date(fields, "until") if fields.get("until") else first
    return NewAbsence(rep=_rep(fields), first=first, last=last, part=_part(fields))


def read_removal(fields: Fields) -> AbsenceRemoval:
    return AbsenceRemoval(rep=_rep(fields), first=_date(fields, "from"), last=_date(fields, "until"), part=_part(fields))


def read_last_day(fields: Fields) -> NewLastDay:
    """The button of somebody who stays sends no day.

    Raises:
        NotADate: the day is missing or misspelt.
    """
    return NewLastDay(
        person=PersonId(fields.get("person", "")),
        last=None if fields.get("stays") else _date(fields, "last"),
        shown=_date(fields, "shown") if fields.get("shown") else None,
    )


def read_calendar(fields: Fields) -> NewCalendar:
    """The calendar that was typed, and beside it the one that the form showed.

    Raises:
        NotADate: the day from which it is to hold is misspelt.
    """
    return NewCalendar(
        rep=_rep(fields),
        first=_date(fields, "from") if fields.get("from") else None,
        calendar=typed_calendar(fields),
        shown=typed_calendar(fields, prefix="shown-"),
    )


def typed_calendar(fields: Fields, *, prefix: str = "") -> WorkCalendar:
    """A calendar as a form sends it, each name of a field with the prefix."""
    workdays = fields.getlist(f"{prefix}workday") if isinstance(fields, QueryParams) else []
    return WorkCalendar(
        timezone=_line(fields, f"{prefix}timezone"),
        country=_line(fields, f"{prefix}country").upper(),
        subdivision=_line(fields, f"{prefix}subdivision").upper(),
        workdays=tuple(workdays),
        hours=f"{_line(fields, f'{prefix}starts')}-{_line(fields, f'{prefix}ends')}",
    )


def _rep(fields: Fields) -> RepId:
    return RepId(PersonId(fields.get("person", "")))


def _part(fields: Fields) -> Decimal:
    """The share of the day; 0, which is refused, if it is no number."""
    try:
        return Decimal(fields.get("part", ""))
    except InvalidOperation:
        return _NO_PART


def _date(fields: Fields, name: str) -> date:
    try:
        return date.fromisoformat(fields.get(name, ""))
    except ValueError:
        raise NotADate from None


def _line(fields: Fields, name: str) -> str:
    """What was typed, with single spaces and none at either end."""
    return " ".join(fields.get(name, "").split())
