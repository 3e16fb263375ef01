"""Unfinished work, paths of one machine, package registries and remarks about the work are breaches in any file."""

import pytest

from tests.house.checks.forbidden_text import forbidden_text
from tests.house.conftest import Plant, lines


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("TO" + "DO: later", "finish it, or take it out"),
        ("# FIX" + "ME", "finish it, or take it out"),
        ("see /wor" + "k/notes", "name no path of one machine"),
        ("in /roo" + "t/.cache", "name no path of one machine"),
        ("pip install from py" + "pi.org", "name packages, not where they come from"),
        ("as iss" + "ue #12 asks", "say why the code is so"),
        ("as the ta" + "sk demands", "say why the code is so"),
        ("in an earlier ses" + "sion", "say why the code is so"),
    ],
)
def test_a_forbidden_text_is_reported_with_its_line(plant: Plant, text: str, remedy: str) -> None:
    breaches = lines(forbidden_text(plant({"docs/page.md": f"first line\n{text}\n"})))

    assert len(breaches) == 1
    assert breaches[0].startswith("docs/page.md:2: ")
    assert remedy in breaches[0]


def test_text_in_double_quotes_is_allowed(plant: Plant) -> None:
    assert lines(forbidden_text(plant({"services/status.py": 'UNSURE = "TO' + 'DO"\n'}))) == []


def test_tasks_of_a_crm_and_sessions_of_a_server_are_no_breaches(plant: Plant) -> None:
    text = "A task is an activity. The last brief went out. The session of a user is never stored. Clocks differ."

    assert lines(forbidden_text(plant({"docs/page.md": text}))) == []


def test_binary_files_are_skipped(plant: Plant) -> None:
    repository = plant({"docs/page.md": "text"})
    (repository.root / "picture.png").write_bytes(b"\x89PNG\xff\xfe")

    assert lines(forbidden_text(repository)) == []
