"""A version and its file are the same thing."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings

from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.definition_files.playbook_text import exact_text, playbook_text
from services.scoring.domain.playbook.playbook import Playbook
from tests.services.scoring.domain.any_playbooks import playbooks
from tests.services.scoring.domain.builders import behaviour, playbook


@settings(max_examples=150)
@given(playbooks())
def test_reading_the_file_of_any_version_gives_this_version_and_the_same_file(version: Playbook) -> None:
    text = playbook_text(version)

    (read,) = read_playbooks(text, file="a version")

    assert read == version
    assert playbook_text(read) == text


def test_how_an_author_wrote_it_does_not_matter() -> None:
    by_hand = (
        "team: north\neffective_from: 2026-01-01\nmessage: >\n  Two\n  lines.\nbehaviours:\n"
        '- {weight: "50.0", cap: 1.50, label: Calls, counts: {kinds: [video, call], min_amount: "500.00"}, key: calls,'
        " target: {mon: 010, tue: 10, sun: 0}}\n"
    )

    (read,) = read_playbooks(by_hand, file="by hand")

    assert playbook_text(read) == (
        "team: north\neffective_from: 2026-01-01\nmessage: Two lines.\nbehaviours:\n  - key: calls\n    label: Calls\n"
        '    counts: {kinds: [call, video], min_amount: "500"}\n    target: {mon: 10, tue: 10}\n    weight: 50\n'
    )


@pytest.mark.parametrize(
    ("number", "text"), [("6", "6"), ("1.50", "1.5"), ("0.05", "0.05"), ("-2.5", "-2.5"), ("0", "0"), ("1e3", "1000")]
)
def test_a_number_is_written_exactly_and_as_short_as_possible(number: str, text: str) -> None:
    assert exact_text(Fraction(number)) == text


def test_an_endless_duration_is_written_too() -> None:
    endless = playbook(behaviour(counts={"min_duration_s": float("inf")}))

    assert read_playbooks(playbook_text(endless), file="endless") == [replace(endless)]
