"""An alert rule as it stands in its file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import yaml

from tests.running_daymark import ROOT

FOLDER: Final = ROOT / "deploy" / "prometheus"
RULES_FILE: Final = "rules.yml"
TEST_FILES: Final = ("rules_test.yml", "rules_edges_test.yml", "rules_long_test.yml")
_COMPARISON: Final = re.compile(r"==|!=|>=|<=|>|<")
_OPPOSITES: Final = {"==": "!=", "!=": "==", ">": "<=", "<": ">=", ">=": "<", "<=": ">"}
_NUMBER: Final = re.compile(r"(?<=[=<>] )\d+(?:\.\d+)?")
_SET_OPERATOR: Final = re.compile(r"\b(and|or|unless)\b")
_OTHER_OPERATORS: Final = {"and": "or", "or": "unless", "unless": "or"}
_SELECTOR: Final = re.compile(r"\{[^}]*\}")
_SPAN: Final = re.compile(r"(\d+)([smhd])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """`span` is how long the expression must be true, for example `5m`."""

    alert: str
    expression: str
    span: str
    severity: str
    annotations: tuple[tuple[str, str], ...]

    def as_yaml(self) -> str:
        """A file of rules with this one alone. Evaluated alone, a rule takes a twentieth of the time of all of them."""
        rule = {
            "alert": self.alert,
            "expr": self.expression,
            "for": self.span,
            "labels": {"severity": self.severity},
            "annotations": dict(self.annotations),
        }
        return yaml.safe_dump({"groups": [{"name": "daymark", "rules": [rule]}]}, width=10_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleMutant:
    """A rule with one mistake. `change` says which."""

    rule: Rule
    change: str


def read_rules(folder: Path = FOLDER) -> Sequence[Rule]:
    """In the order of the file."""
    document = yaml.safe_load((folder / RULES_FILE).read_text())
    return [
        Rule(
            alert=rule["alert"],
            expression=rule["expr"],
            span=rule["for"],
            severity=rule["labels"]["severity"],
            annotations=tuple(rule["annotations"].items()),
        )
        for group in document["groups"]
        for rule in group["rules"]
    ]


def disabled(rule: Rule) -> RuleMutant:
    """The rule that can never fire."""
    return RuleMutant(rule=replace(rule, expression=f"({rule.expression}) and on() vector(0) > 1"), change="disabled")


def inverted(rule: Rule) -> RuleMutant:
    """The rule with every comparison turned round. One that compares nothing fires when it should not."""
    expression = _COMPARISON.sub(lambda match: _OPPOSITES[match[0]], _without_selectors(rule.expression))
    if expression == _without_selectors(rule.expression):
        expression = f"absent({rule.expression})"
    else:
        expression = _with_selectors(expression, rule.expression)
    return RuleMutant(rule=replace(rule, expression=expression), change="inverted")


def small_mistakes(rule: Rule) -> Iterator[RuleMutant]:
    """One comparison, number, set operator, selector, the waiting time or the severity is wrong."""
    text = _without_selectors(rule.expression)
    for match in _COMPARISON.finditer(text):
        yield _replaced(rule, match, _OPPOSITES[match[0]])
    for match in _NUMBER.finditer(text):
        for number in {float(match[0]) * 2, float(match[0]) / 2} if float(match[0]) else {1e9}:
            yield _replaced(rule, match, f"{number:g}")
    for match in _SET_OPERATOR.finditer(text):
        yield _replaced(rule, match, _OTHER_OPERATORS[match[0]])
    for match in _SELECTOR.finditer(rule.expression):
        yield _replaced(rule, match, "{}")
    amount, unit = _SPAN.fullmatch(rule.span).groups()  # type: ignore[union-attr]  # promtool refuses any other text
    if int(amount):
        yield RuleMutant(rule=replace(rule, span="0m"), change=f"for {rule.span}: none")
        yield RuleMutant(rule=replace(rule, span=f"{int(amount) * 3}{unit}"), change=f"for {rule.span}: three times as long")
    yield RuleMutant(rule=replace(rule, severity="other"), change="severity")


def _replaced(rule: Rule, match: re.Match[str], new: str) -> RuleMutant:
    start, end = match.span()
    expression = rule.expression[:start] + new + rule.expression[end:]
    return RuleMutant(rule=replace(rule, expression=expression), change=f"{match[0]} at {start}: {new}")


def _without_selectors(expression: str) -> str:
    """The same text and length, with nothing in braces that looks like an operator."""
    return _SELECTOR.sub(lambda match: "{" + "_" * (len(match[0]) - 2) + "}", expression)


def _with_selectors(expression: str, original: str) -> str:
    selectors = iter(_SELECTOR.findall(original))
    return _SELECTOR.sub(lambda _: next(selectors), expression)
