"""People, the ways to them, their sessions, and operators."""

from collections.abc import Iterable
from typing import Final

from deploy.local.cli.tables.formats import format_moment
from deploy.output import Column, Output
from shared.requests.access import OperatorRow, SessionRow
from shared.requests.roster.person_status import PersonStatus

_ORIGINS: Final = {"message": "link in a message", "command": "link of a command", "openid": "company sign-in"}


def print_people(people: Iterable[PersonStatus], output: Output) -> None:
    columns = (
        *(Column(heading=heading) for heading in ("person", "name", "role", "reached by", "last reached\n(UTC)")),
        Column(heading="problem", is_prose=True),
    )
    cells = (
        (person.person, person.name, person.role, ", ".join(person.ways), _last_reached(person), person.problem)
        for person in people
    )
    output.table(columns, cells, if_empty="The roster lists nobody today. Apply one with `daymark roster apply`.")


def print_sessions(sessions: Iterable[SessionRow], output: Output) -> None:
    headings = ("session", "person", "signed in by", "opened\n(UTC)", "last used\n(UTC)", "ends\n(UTC)")
    cells = (
        (
            str(session.id),
            session.person,
            _ORIGINS.get(session.origin, session.origin),
            format_moment(session.opened_at),
            format_moment(session.last_used_at),
            format_moment(session.ends_at),
        )
        for session in sessions
    )
    output.table([Column(heading=heading) for heading in headings], cells, if_empty="Nobody is signed in.")


def print_operators(operators: Iterable[OperatorRow], output: Output) -> None:
    columns = [Column(heading=heading) for heading in ("operator", "name", "reached by")]
    cells = (
        (
            operator.person,
            operator.name,
            ", ".join(contact.transport for contact in operator.contacts) or "as the roster says",
        )
        for operator in operators
    )
    output.table(columns, cells, if_empty="There is no operator. Add one with `daymark operator add EMAIL_OR_NAME`.")


def _last_reached(person: PersonStatus) -> str:
    moments = [state.last_delivered_at for state in person.states if state.last_delivered_at is not None]
    return format_moment(max(moments, default=None))
