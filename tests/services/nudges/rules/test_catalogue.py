"""A module of rules whose decorator was forgotten does not go unnoticed."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from services.nudges.rules import rule as registry
from services.nudges.rules.catalogue import RuleMissing, import_rules

REGISTERED = """
from services.nudges.domain.moments import Moment
from services.nudges.rules.rule import {decorator}
from shared.events import NudgeKind

@{decorator}(name="planted", title="Planted", when="", limits="", kind=NudgeKind.COACHING, {moment}priority=1)
def planted(context):
    return None
"""
REP_RULE = REGISTERED.format(decorator="rep_rule", moment="moment=Moment.DAY_CHANGED, ")
MANAGER_RULE = REGISTERED.format(decorator="manager_rule", moment="")
UNREGISTERED = "def planted(context):\n    return None\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """An empty package for rules. What it registers is gone afterwards."""
    monkeypatch.setattr(registry, "REP_RULES", {})
    monkeypatch.setattr(registry, "MANAGER_RULES", {})
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "planted_rules"
    folder.mkdir()
    (folder / "__init__.py").touch()
    yield import_module("planted_rules")
    for name in [name for name in sys.modules if name.startswith("planted_rules")]:
        del sys.modules[name]


@pytest.mark.parametrize("text", [REP_RULE, MANAGER_RULE], ids=["rep", "manager"])
def test_a_module_that_registers_a_rule_is_complete(package: ModuleType, text: str) -> None:
    (Path(package.__path__[0]) / "new_rule.py").write_text(text)

    import_rules(package)

    assert [*registry.REP_RULES, *registry.MANAGER_RULES] == ["planted"]


def test_a_module_without_a_registered_rule_is_an_error(package: ModuleType) -> None:
    (Path(package.__path__[0]) / "new_rule.py").write_text(REP_RULE)
    (Path(package.__path__[0]) / "other_rule.py").write_text(UNREGISTERED)

    with pytest.raises(RuleMissing, match=r"^planted_rules\.other_rule$"):
        import_rules(package)


@pytest.mark.parametrize("name", ["catalogue", "rule"])
def test_the_modules_that_define_and_collect_rules_need_none(package: ModuleType, name: str) -> None:
    (Path(package.__path__[0]) / f"{name}.py").write_text("raise AssertionError\n")

    import_rules(package)
