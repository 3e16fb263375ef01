"""Whom no message reaches, and why."""

from datetime import UTC, datetime

import pytest

from shared.events import PersonId, TeamId
from shared.requests.people import PersonRow, WayList, WayRow
from shared.requests.roster.person_status import status_of_people

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _row(*ways: str) -> PersonRow:
    because = "" if ways else "the roster has no way to them"
    return PersonRow(person=PersonId("ana"), name="Ana", role="rep", teams=(TeamId("t"),), ways=ways, because=because)


def _state(transport: str, *, person: str = "ana", error: str = "") -> WayRow:
    return WayRow(
        person=PersonId(person),
        transport=transport,
        last_delivered_at=NOON,
        failures=bool(error),
        failing_since=NOON if error else None,
        last_error=error,
    )


@pytest.mark.parametrize(
    ("ways", "states", "problem"),
    [
        ((), (), "the roster has no way to them"),
        (("slack",), (), "slack not configured; see [channels] in daymark.toml"),
        (("mail",), (), ""),
        (("mail",), (_state("mail"),), ""),
        (("mail",), (_state("mail", error="refused (550)"),), "mail: refused (550)"),
        (("slack", "mail"), (_state("mail", error="refused (550)"),), "mail: refused (550)"),
        (("teams", "mail"), (_state("teams", error="gone"), _state("mail")), ""),
        (("mail",), (_state("mail", person="ben", error="refused (550)"),), ""),
    ],
)
def test_somebody_is_out_of_reach_when_every_way_that_is_configured_fails(
    ways: tuple[str, ...], states: tuple[WayRow, ...], problem: str
) -> None:
    (status,) = status_of_people([_row(*ways)], WayList(configured=("mail", "teams"), rows=states))

    assert status.problem == problem
