"""A real Prometheus and a real Alertmanager with the files that Daymark ships, in which only addresses and durations differ."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import yaml

from deploy.local.servers.ports import find_free_ports
from shared.clock import SystemClock
from tests.faults.harness.addresses import SERVICES, Ports
from tests.running_daymark import ROOT

_FOLDER: Final = ROOT / "deploy" / "prometheus"
SHORTER: Final = 10
"""Waiting times and windows of the rules are divided by this."""
_SCRAPE_S: Final = 4
"""A service that waits for a hanging server answers /metrics after three seconds."""
_WINDOW: Final = re.compile(r"\[(\d+)([smhd])\]")
_UNIT_S: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_ALERTMANAGER: Final = ("prometheus-alertmanager", "alertmanager")
_START_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """A firing alert. `label` is the service, source or channel that it names, and `check` that of ServiceNotReady."""

    name: str
    label: str = ""
    check: str = ""

    def __str__(self) -> str:
        details = "/".join(part for part in (self.label, self.check) if part)
        return f"{self.name}({details})" if details else self.name

    @classmethod
    def of(cls, labels: Mapping[str, str]) -> "Alert":
        label = next((labels[key] for key in ("service", "source", "channel") if key in labels), "")
        return cls(name=labels["alertname"], label=label, check=labels.get("check", ""))


def why_no_monitoring(*, with_alertmanager: bool = False) -> str:
    """What this machine lacks; empty if it has everything."""
    if shutil.which("prometheus") is None:
        return "Prometheus is not installed"
    if with_alertmanager and not _find_alertmanager():
        return "Alertmanager is not installed"
    return ""


def shorten(rules: str) -> str:
    """The rules with a tenth of their waiting times and windows. Limits stay as they are."""
    document = yaml.safe_load(rules)
    for group in document["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            rule["for"] = _shorter(rule["for"])
            rule["expr"] = _WINDOW.sub(lambda match: f"[{_shorter(match[1] + match[2])}]", rule["expr"])
    return yaml.safe_dump(document, width=10_000)


def _shorter(span: str) -> str:
    seconds = int(span[:-1]) * _UNIT_S[span[-1]] // SHORTER
    return f"{seconds}s"


class Monitoring:
    """Prometheus at a port of its own, and what it knows."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1"
        self._client = httpx.AsyncClient(timeout=10)

    async def wait_until_all_scraped(self) -> None:
        """Return once every service has answered a scrape."""
        async with asyncio.timeout(_START_TIMEOUT_S):
            while len(await self._query('up{job="daymark"} == 1')) < len(SERVICES):
                await asyncio.sleep(0.2)

    async def firing(self) -> frozenset[Alert]:
        """What fires now, without the alert that always does."""
        alerts = [Alert.of(labels) for labels in await self._query('ALERTS{alertstate="firing"}')]
        return frozenset(alert for alert in alerts if alert.name != "Watchdog")

    async def fired_since(self, moment_s: float) -> frozenset[Alert]:
        """Everything that has fired since a time in seconds since 1970."""
        span_s = max(1, round(SystemClock().now().timestamp() - moment_s))
        query = f'max_over_time(ALERTS{{alertstate="firing",alertname!="Watchdog"}}[{span_s}s])'
        return frozenset(Alert.of(labels) for labels in await self._query(query))

    async def close(self) -> None:
        await self._client.aclose()

    async def _query(self, query: str) -> Sequence[Mapping[str, str]]:
        """The labels of each result; none while Prometheus is starting."""
        try:
            answer = (await self._client.get(f"{self._url}/query", params={"query": query})).json()
        except (httpx.HTTPError, ValueError):
            return []
        return [result["metric"] for result in answer.get("data", {}).get("result", [])]


@asynccontextmanager
async def monitoring(home: Path, ports: Ports, *, receiver_url: str = "") -> AsyncIterator[Monitoring]:
    """Scrape the services and evaluate the shortened rules. With a receiver, Alertmanager delivers to it."""
    port, alertmanager_port = find_free_ports(2)
    folder = home / "monitoring"
    folder.mkdir()
    (folder / "rules.yml").write_text(shorten((_FOLDER / "rules.yml").read_text()))
    (folder / "prometheus.yml").write_text(_prometheus_configuration(ports, alertmanager_port if receiver_url else None))
    data = ("--storage.tsdb.path", str(folder / "data"))
    commands: list[tuple[str, ...]] = [
        ("prometheus", "--config.file", str(folder / "prometheus.yml"), *data, f"--web.listen-address=127.0.0.1:{port}"),
    ]
    if receiver_url:
        (folder / "alertmanager.yml").write_text(_alertmanager_configuration(receiver_url))
        state = ("--storage.path", str(folder / "alerts"), "--cluster.listen-address=")
        listen = f"--web.listen-address=127.0.0.1:{alertmanager_port}"
        commands.append((_find_alertmanager(), "--config.file", str(folder / "alertmanager.yml"), *state, listen))
    with (folder / "log").open("ab") as log:
        processes = [await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log) for command in commands]
    known = Monitoring(port)
    try:
        await known.wait_until_all_scraped()
        yield known
    finally:
        await known.close()
        for process in processes:
            if process.returncode is None:
                process.terminate()
            await process.wait()


def _prometheus_configuration(ports: Ports, alertmanager_port: int | None) -> str:
    document = yaml.safe_load((_FOLDER / "prometheus.yml").read_text())
    document["global"] = {"scrape_interval": f"{_SCRAPE_S}s", "scrape_timeout": f"{_SCRAPE_S}s", "evaluation_interval": "1s"}
    (job,) = document["scrape_configs"]
    for target in job["static_configs"]:
        target["targets"] = [ports.probe_address(target["labels"]["service"])]
    document["alerting"] = {"alertmanagers": []}
    if alertmanager_port is not None:
        document["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager_port}"]}]}]
    return yaml.safe_dump(document)


def _alertmanager_configuration(receiver_url: str) -> str:
    """The routes that are shipped, each with the receiver's URL and the name of the route at its end."""
    document = yaml.safe_load((_FOLDER / "alertmanager.yml").read_text())
    document["route"] |= {"group_wait": "1s", "group_interval": "2s"}
    for receiver in document["receivers"]:
        receiver["webhook_configs"] = [{"url": f"{receiver_url}/{receiver['name']}", "send_resolved": True}]
    return json.dumps(document)


def _find_alertmanager() -> str:
    return next((program for program in _ALERTMANAGER if shutil.which(program)), "")
