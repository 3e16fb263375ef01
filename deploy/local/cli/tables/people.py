"""People, and the ways to them."""

from collections.abc import Iterable

from deploy.local.cli.tables.formats import format_moment
from deploy.local.inspect.ways import PersonStatus
from deploy.output import Column, Output


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


def _last_reached(person: PersonStatus) -> str:
    moments = [state.last_delivered_at for state in person.states if state.last_delivered_at is not None]
    return format_moment(max(moments, default=None))
