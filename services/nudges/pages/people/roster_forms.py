"""What the forms of the page send, as changes of the roster."""

from collections.abc import Mapping

from shared.events import PersonId, RepId, TeamId
from shared.observation import SourceName
from shared.reach import MAIL, SLACK, ContactPoint
from shared.requests.roster.edits import CrmUser, NewEmail, NewPerson, NewTeam, UserMatch

Fields = Mapping[str, str]


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


def _line(fields: Fields, name: str) -> str:
    """What was typed, with single spaces and none at either end."""
    return " ".join(fields.get(name, "").split())
