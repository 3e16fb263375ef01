"""Runs the promtool tests of a rule against the rule."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from tests.mutations.alerts.rule import FOLDER, RULES_FILE, TEST_FILES, Rule, RuleMutant


class Judge:
    """Keeps the tests of each alert, so that a mutant is run with those of its alert only."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._documents = {file: yaml.safe_load((folder / file).read_text()) for file in TEST_FILES}

    def passes(self, rule: Rule) -> bool:
        """Whether every test of the alert passes with this rule. An alert without a test passes."""
        with tempfile.TemporaryDirectory(prefix="daymark-rule-") as name:
            folder = Path(name)
            (folder / RULES_FILE).write_text(rule.as_yaml())
            files = [file for file in TEST_FILES if self._write_tests(folder / file, rule.alert)]
            if not files:
                return True
            finished = subprocess.run(["promtool", "test", "rules", *files], cwd=folder, capture_output=True, check=False)
            return finished.returncode == 0

    def missed(self, mutants: Iterable[RuleMutant]) -> Iterator[RuleMutant]:
        """The mutants that no test notices."""
        return (mutant for mutant in mutants if self.passes(mutant.rule))

    def _write_tests(self, file: Path, alert: str) -> bool:
        """Write the tests of one alert. Returns whether there are any."""
        document = self._documents[file.name]
        tests = [test for test in document["tests"] if test["alert_rule_test"][0]["alertname"] == alert]
        file.write_text(yaml.safe_dump({**document, "tests": tests}, width=10_000))
        return bool(tests)


def has_promtool() -> bool:
    return shutil.which("promtool") is not None
