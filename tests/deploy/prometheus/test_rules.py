"""The alert rules: well-formed, tested, explained, and about metrics that exist."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry, Metric
from starlette.applications import Starlette

from services.ingest.domain.webhook import Source
from services.ingest.metrics import IngestMetrics
from services.nudges.metrics import NudgesMetrics
from services.scoring.metrics import GapCount, ScoringMetrics
from shared.jetstream.connection_log import PermissionViolations
from shared.observation import SourceName
from shared.service.probes import probe_routes
from tests.mutations.alerts.judge import Judge, has_promtool
from tests.mutations.alerts.rule import FOLDER, TEST_FILES, Rule, disabled, inverted, read_rules
from tests.running_daymark import ROOT

ALWAYS_FIRES = "Watchdog"
RULES = yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"][0]["rules"]
TESTS = [test for file in TEST_FILES for test in yaml.safe_load((FOLDER / file).read_text())["tests"]]


def _run_promtool(*arguments: str, folder: Path) -> str:
    """What promtool prints when it fails; empty when it succeeds."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    finished = subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return "" if finished.returncode == 0 else finished.stdout + finished.stderr


def test_alertmanager_can_read_its_configuration() -> None:
    if shutil.which("amtool") is None:
        pytest.skip("amtool is not installed")
    finished = subprocess.run(["amtool", "check-config", str(FOLDER / "alertmanager.yml")], capture_output=True, check=False)

    assert finished.returncode == 0, finished.stderr


def test_every_alert_has_a_route() -> None:
    configuration = yaml.safe_load((FOLDER / "alertmanager.yml").read_text())
    routed = {matcher for route in configuration["route"]["routes"] for matcher in route["matchers"]}

    severities = {rule["labels"]["severity"] for rule in RULES if rule["alert"] != ALWAYS_FIRES}

    assert {f'severity = "{severity}"' for severity in severities} <= routed
    assert f'alertname = "{ALWAYS_FIRES}"' in routed


def test_the_tests_of_the_rules_pass() -> None:
    """Those that last for weeks, with all rules, take a minute; below they run with the one rule that each is about."""
    quick = [file for file in TEST_FILES if "long" not in file]

    assert _run_promtool("test", "rules", *quick, folder=FOLDER) == ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not(rule: dict[str, str]) -> None:
    cases = [case for test in TESTS for case in test["alert_rule_test"] if case["alertname"] == rule["alert"]]

    assert any(case.get("exp_alerts") for case in cases)
    assert any(not case.get("exp_alerts") for case in cases) or rule["alert"] == ALWAYS_FIRES


@pytest.mark.parametrize("rule", read_rules(), ids=lambda rule: rule.alert)
def test_a_rule_that_is_disabled_or_inverted_fails_its_tests(rule: Rule) -> None:
    if not has_promtool():
        pytest.skip("promtool is not installed")
    judge = Judge()

    assert judge.passes(rule)
    assert list(judge.missed([disabled(rule), inverted(rule)])) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_has_a_section_in_the_runbook(rule: dict[str, dict[str, str]]) -> None:
    address, _, anchor = rule["annotations"]["runbook_url"].partition("#")

    headings = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE)

    assert address == "{{ $externalLabels.runbook }}"
    assert anchor in {heading.lower() for heading in headings}


def test_the_configuration_says_where_the_runbook_is_as_a_whole_address() -> None:
    configuration = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())

    assert configuration["global"]["external_labels"]["runbook"].startswith("https://")


async def test_rules_use_only_metrics_that_a_service_exports() -> None:
    acme = SourceName("acme")
    source = Source(name=acme, kind="standard", secrets=(b"",), expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    nudges = NudgesMetrics(rules=["plan_done"], channels=["webhook"])
    nudges.show_silent_feeds(["north"])
    scoring = ScoringMetrics()
    scoring.show_gaps([GapCount(acme, "actor", recent=1, incomplete=0)])
    ingest = IngestMetrics({acme: source})
    ingest.show_disk("nats", free_bytes=1, size_bytes=2)
    registries = (ingest.registry, scoring.registry, nudges.registry)
    exported = {sample.name for registry in registries for metric in _collect(registry) for sample in metric.samples}
    exported |= set(re.findall(r"^# TYPE (\w+)", await _metrics_of_every_service(), re.MULTILINE))

    used = {name for rule in RULES for name in re.findall(r"\bdaymark_\w+", rule["expr"])}

    assert used
    assert used <= exported


async def _metrics_of_every_service() -> str:
    transport = httpx.ASGITransport(Starlette(routes=probe_routes(CollectorRegistry(), {}, PermissionViolations())))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return (await client.get("/metrics")).text


def _collect(registry: CollectorRegistry) -> list[Metric]:
    return list(registry.collect())
