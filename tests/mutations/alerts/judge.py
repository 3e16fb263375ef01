"""Runs the promtool tests of a rule against the rule."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from tests.mutations.alerts.rule import FOLDER, RULES_FILE, TEST_FILES, Rule, RuleMutant


class Judge:
    """Keeps the tests of each alert, so that a mutant is run with those of its alert only."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._documents = {file: yaml.safe_load((folder / file).read_text()) for file in TEST_FILES}

    def passes(self, rule: Rule) -> bool:
        """Whether every test of the alert passes with this rule. An alert without a test passes."""
        return self._pass(rule, {file: self._tests_of(file, rule.alert) for file in self._documents})

    def missed(self, mutants: Iterable[RuleMutant]) -> Iterator[RuleMutant]:
        """The mutants that no test notices. The tests run one by one, since the first that fails is enough."""
        return (mutant for mutant in mutants if all(self._pass(mutant.rule, test) for test in self._each(mutant.rule.alert)))

    def _pass(self, rule: Rule, tests: Mapping[str, Sequence[object]]) -> bool:
        """Whether these tests, by file, pass with this rule."""
        with tempfile.TemporaryDirectory(prefix="daymark-rule-") as name:
            folder = Path(name)
            (folder / RULES_FILE).write_text(rule.as_yaml())
            files = [file for file in tests if tests[file]]
            for file in files:
                document = self._documents[file] | {"tests": tests[file]}
                (folder / file).write_text(yaml.safe_dump(document, width=10_000))
            if not files:
                return True
            finished = subprocess.run(["promtool", "test", "rules", *files], cwd=folder, capture_output=True, check=False)
            return finished.returncode == 0

    def _tests_of(self, file: str, alert: str) -> Sequence[object]:
        return [test for test in self._documents[file]["tests"] if test["alert_rule_test"][0]["alertname"] == alert]

    def _each(self, alert: str) -> Iterator[Mapping[str, Sequence[object]]]:
        for file in self._documents:
            yield from ({file: [test]} for test in self._tests_of(file, alert))


def has_promtool() -> bool:
    return shutil.which("promtool") is not None
