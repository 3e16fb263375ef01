"""Whether messages reach each person of the roster, and why not: what the roster says and what was tried, put together."""

from collections.abc import Iterable, Mapping, Sequence

from shared.events import PersonId
from shared.languages.grammar import joined
from shared.languages.messages import gettext
from shared.reach import transport_name
from shared.requests.people import PersonRow, WayList, WayRow


class PersonStatus(PersonRow):
    """A person with what is known of each way to them. `problem` says why no message reaches them; it is empty if one can."""

    problem: str
    states: tuple[WayRow, ...]


def status_of_people(rows: Iterable[PersonRow], ways: WayList) -> list[PersonStatus]:
    """A way that was never tried is taken to work."""
    by_person = states_by_person(ways)
    return [status_of(row, by_person.get(row.person, ()), ways.configured) for row in rows]


def states_by_person(ways: WayList) -> Mapping[PersonId, Sequence[WayRow]]:
    """What is known of the ways to each person. Those to whom nothing was sent are missing."""
    by_person: dict[PersonId, list[WayRow]] = {}
    for state in ways.rows:
        by_person.setdefault(state.person, []).append(state)
    return by_person


def status_of(row: PersonRow, states: Sequence[WayRow], configured: Sequence[str]) -> PersonStatus:
    """A person with their `states`."""
    return PersonStatus(
        person=row.person,
        name=row.name,
        role=row.role,
        teams=row.teams,
        ways=row.ways,
        because=row.because,
        problem=problem_of(row, states, configured),
        states=tuple(states),
    )


def problem_of(row: PersonRow, states: Sequence[WayRow], configured: Sequence[str]) -> str:
    """Why no message reaches a person; empty if one can."""
    usable = [way for way in row.ways if way in configured]
    failing = [state for state in states if state.transport in usable and state.failures]
    if row.ways and not usable:
        return gettext("{ways} not configured; see [channels] in daymark.toml").format(
            ways=joined([transport_name(way) for way in row.ways])
        )
    if usable and len(failing) == len(usable):
        return "; ".join(f"{transport_name(state.transport)}: {state.last_error}" for state in failing)
    return row.because
