"""Unfinished work and the path of the checkout are breaches in any file."""

import pytest

from tests.house.checks.words.forbidden_text import forbidden_text
from tests.house.conftest import Plant, lines


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("TO" + "DO: later", "finish it, or take it out"),
        ("# FIX" + "ME", "finish it, or take it out"),
    ],
)
def test_a_forbidden_text_is_reported_with_its_line(plant: Plant, text: str, remedy: str) -> None:
    breaches = lines(forbidden_text(plant({"docs/page.md": f"first line\n{text}\n"})))

    assert len(breaches) == 1
    assert breaches[0].startswith("docs/page.md:2: ")
    assert remedy in breaches[0]


def test_text_in_double_quotes_is_allowed(plant: Plant) -> None:
    assert lines(forbidden_text(plant({"services/status.py": 'UNSURE = "TO' + 'DO"\n'}))) == []


def test_the_path_of_the_checkout_is_reported(plant: Plant) -> None:
    repository = plant({"docs/page.md": ""})
    (repository.root / "docs" / "page.md").write_text(f"see {repository.root}/docs and {repository.root}-of-somebody\n")

    (breach,) = lines(forbidden_text(repository))

    assert breach.startswith("docs/page.md:1: ")
    assert "name no path of one machine" in breach


def test_binary_files_are_skipped(plant: Plant) -> None:
    repository = plant({"docs/page.md": "text"})
    (repository.root / "picture.png").write_bytes(b"\x89PNG\xff\xfe")

    assert lines(forbidden_text(repository)) == []
