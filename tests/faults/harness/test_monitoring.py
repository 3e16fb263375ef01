"""The rules of drills differ from those that are shipped in durations only."""

import yaml

from tests.faults.harness.monitoring import Alert, shorten

_RULES = """
groups:
  - name: daymark
    interval: 30s
    rules:
      - {alert: Late, expr: "rate(a[5m]) > 900 and b offset 7d == 1", for: 1m, labels: {severity: warning}}
      - {alert: Now, expr: "increase(a[4h]) > 0", for: 0m, labels: {severity: critical}}
"""


def test_waiting_times_and_windows_are_a_tenth_and_limits_stay() -> None:
    late, now = yaml.safe_load(shorten(_RULES))["groups"][0]["rules"]

    assert late == {
        "alert": "Late",
        "expr": "rate(a[30s]) > 900 and b offset 7d == 1",
        "for": "6s",
        "labels": {"severity": "warning"},
    }
    assert now["expr"] == "increase(a[1440s]) > 0"
    assert now["for"] == "0s"


def test_an_alert_is_shown_with_what_it_is_about() -> None:
    labels = {"alertname": "ServiceNotReady", "service": "scoring", "check": "postgres", "severity": "critical"}

    assert str(Alert.of(labels)) == "ServiceNotReady(scoring/postgres)"
    assert str(Alert.of({"alertname": "StreamsNearlyFull"})) == "StreamsNearlyFull"
