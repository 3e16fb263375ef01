"""Which versions bind whom, and from when."""

from datetime import date
from typing import Any

import pytest

from services.scoring.domain.playbook.bindings import bindings_of
from services.scoring.domain.playbook.playbook import Playbook, Playbooks
from tests.services.scoring.domain.builders import behaviour, rep

TODAY = date(2026, 3, 2)
JANUARY, NEXT, APRIL = date(2026, 1, 1), date(2026, 3, 9), date(2026, 4, 1)


def _version(number: int, begins: date, team: str = "north") -> Playbook:
    return Playbook(team=team, effective_from=begins, behaviours=(behaviour(target=number),), goals=(), number=number)


NORTH = (_version(1, date(2025, 1, 1)), _version(2, JANUARY), _version(3, APRIL))
SOUTH = (_version(11, date(2025, 1, 1), "south"), _version(12, APRIL, "south"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [(2, JANUARY, 1), (3, APRIL, 2)]),
        ({"joined": date(2026, 2, 1)}, [(2, date(2026, 2, 1), None), (3, APRIL, 2)]),
        ({"joined": date(2026, 3, 20)}, [(2, date(2026, 3, 20), None), (3, APRIL, 2)]),
        ({"joined": date(2026, 4, 2)}, [(3, date(2026, 4, 2), None)]),
        ({"left": date(2026, 3, 31)}, [(2, JANUARY, 1)]),
        ({"left": TODAY}, [(2, JANUARY, 1)]),
        ({"left": date(2026, 3, 1)}, []),
        (
            {"moves": [{"first": NEXT, "team": "south"}]},
            [(2, JANUARY, 1), (11, NEXT, 2), (12, APRIL, 11)],
        ),
        ({"moves": [{"first": APRIL, "team": "south"}]}, [(2, JANUARY, 1), (12, APRIL, 2)]),
        ({"moves": [{"first": TODAY, "team": "south"}]}, [(11, TODAY, 2), (12, APRIL, 11)]),
        ({"moves": [{"first": date(2026, 2, 9), "timezone": "Asia/Tokyo"}]}, [(2, JANUARY, 1), (3, APRIL, 2)]),
        ({"team": "nowhere"}, []),
    ],
    ids=[
        "in the team all along",
        "joined meanwhile",
        "will join",
        "will join under the next",
        "leaves before the next",
        "leaves today",
        "left yesterday",
        "changes team within a version",
        "changes team with the next version",
        "changes team today",
        "only moves house",
        "in a team without a playbook",
    ],
)
def test_a_rep_is_bound_by_what_judges_them_from_today_on(
    changes: dict[str, Any], expected: list[tuple[int, date, int | None]]
) -> None:
    found = bindings_of(rep(**changes), Playbooks([*NORTH, *SOUTH]), today=TODAY)

    assert [(one.playbook.number, one.first, one.before and one.before.number) for one in found] == expected


def test_a_version_that_binds_again_later_binds_once() -> None:
    away = [{"first": NEXT, "team": "south"}, {"first": date(2026, 3, 16), "team": "north"}]

    found = list(bindings_of(rep(moves=away), Playbooks([*NORTH[:2], *SOUTH]), today=TODAY))

    assert [(one.playbook.number, one.first) for one in found] == [(2, JANUARY), (11, NEXT)]
