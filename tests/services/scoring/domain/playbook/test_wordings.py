"""Words of managers judge nobody, and a change asks for some."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from services.scoring.domain.playbook.playbook import Playbook, Playbooks
from services.scoring.domain.playbook.wordings import find_reworded, find_unexplained
from shared.events import VersionNumber
from tests.services.scoring.domain.builders import behaviour, playbook

CALLS, DEMOS = behaviour("calls"), behaviour("demos")
KNOWN = replace(playbook(CALLS, number=7), revises="a mistake")
LATER = date(2026, 2, 1)


@pytest.mark.parametrize(
    "reworded", [replace(KNOWN, message="Talk more."), replace(KNOWN, behaviours=(replace(CALLS, reason="It works."),))]
)
def test_other_words_are_the_same_version(reworded: Playbook) -> None:
    version = find_reworded(replace(reworded, number=VersionNumber(0), revises=""), Playbooks([KNOWN]))

    assert version == reworded
    assert version is not None
    assert (version.number, version.revises) == (7, "a mistake")


@pytest.mark.parametrize(
    "other",
    [
        replace(KNOWN, effective_from=LATER, message="Talk more."),
        replace(KNOWN, behaviours=(replace(CALLS, weight=Fraction(51), reason="It works."),)),
        replace(KNOWN, behaviours=(replace(CALLS, label="Phone calls"),)),
    ],
    ids=["another day", "another weight", "another name"],
)
def test_anything_else_is_another_version(other: Playbook) -> None:
    assert find_reworded(other, Playbooks([KNOWN])) is None


def test_what_changes_without_a_reason_is_named() -> None:
    more = replace(CALLS, targets=(Fraction(12),) * 7)

    assert list(find_unexplained(None, playbook(CALLS, DEMOS))) == ["Calls", "Demos"]
    assert list(find_unexplained(KNOWN, playbook(more, DEMOS))) == ["Calls", "Demos"]
    assert list(find_unexplained(KNOWN, playbook(replace(more, reason="It works."), DEMOS))) == ["Demos"]
    assert list(find_unexplained(KNOWN, replace(playbook(more, DEMOS), message="Everything for a reason."))) == []
    assert list(find_unexplained(KNOWN, playbook(replace(CALLS, label="Phone calls")))) == []
