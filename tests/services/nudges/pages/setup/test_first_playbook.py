"""A first playbook is one that scoring takes, or refuses by name."""

from datetime import date
from decimal import Decimal

import pytest
from starlette.datastructures import QueryParams

from services.nudges.pages.setup.first_playbook import (
    BehaviourRow,
    kinds,
    read_rows,
    suggest_rows,
    with_baseline_targets,
    write_first_playbook,
)
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused
from shared.events import BehaviourKey, TeamId
from shared.requests.playbook.drafts import SuggestedTargets

NORTH, TODAY = TeamId("north"), date(2026, 3, 2)


def test_what_is_suggested_is_a_playbook_whatever_has_arrived() -> None:
    for arrived in ([], ["note"], *[[kind] for kind, _ in kinds()], [kind for kind, _ in kinds()]):
        rows = suggest_rows(arrived)
        (playbook,) = read_playbooks(write_first_playbook(NORTH, TODAY, rows), file="playbook")

        assert 1 <= len(playbook.behaviours) <= 4
        assert (playbook.team, playbook.effective_from) == (NORTH, TODAY)
    assert [row.kind for row in suggest_rows(["email", "note", "call"])] == ["call", "email"]
    assert [row.kind for row in suggest_rows([])] == ["call", "meeting"]


def test_what_the_team_does_on_most_days_becomes_the_target_where_it_is_known() -> None:
    calls, emails, bookings = suggest_rows(["call", "meeting_booked", "email"])
    known = [
        SuggestedTargets(
            key=BehaviourKey("calls"), targets=(Decimal(6), Decimal(7), Decimal(9), None, None, None, None), days=30
        ),
        SuggestedTargets(key=BehaviourKey("meeting-bookeds"), targets=(Decimal(2),) * 4 + (Decimal(1), None, None), days=30),
        SuggestedTargets(key=BehaviourKey("emails"), targets=(None,) * 7, days=3),
    ]

    rows = with_baseline_targets([calls, bookings, emails], known)

    assert [(row.kind, row.target) for row in rows] == [(calls.kind, "7"), (bookings.kind, "2"), (emails.kind, emails.target)]
    assert with_baseline_targets([calls], []) == [calls]


def test_what_is_typed_stays_what_it_is() -> None:
    row = BehaviourRow(kind="call", label='"no": {yes}', target="2.5", weight="30")

    (playbook,) = read_playbooks(write_first_playbook(NORTH, TODAY, [row]), file="playbook")
    (behaviour,) = playbook.behaviours

    assert (behaviour.label, [str(target) for target in set(behaviour.targets)], str(behaviour.weight)) == (
        '"no": {yes}',
        ["5/2"],
        "30",
    )


@pytest.mark.parametrize("typed", ["many", "", "1\nteam: south", "²"])
def test_what_is_no_number_is_refused_by_name(typed: str) -> None:
    row = BehaviourRow(kind="call", label="Calls", target=typed, weight="30")

    with pytest.raises(DefinitionRefused, match="target"):
        read_playbooks(write_first_playbook(NORTH, TODAY, [row]), file="playbook")


def test_lines_without_a_kind_are_left_out() -> None:
    fields = QueryParams({"label-0": "x", "kind-3": " call ", "label-3": " Calls ", "target-3": "5", "weight-3": "1"})

    assert read_rows(fields) == [BehaviourRow(kind="call", label="Calls", target="5", weight="1")]
