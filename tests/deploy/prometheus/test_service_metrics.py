"""What every service tells Prometheus of itself and of the broker."""

import re

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette

from deploy.local.servers.ports import find_free_ports
from shared.jetstream.connection_log import PermissionViolations
from shared.service.probes import probe_routes, read_used_ratio


async def test_the_metrics_say_what_runs_and_have_no_created_series() -> None:
    registry = CollectorRegistry()
    Counter("daymark_test_things_total", "Things.", registry=registry).inc()

    transport = httpx.ASGITransport(Starlette(routes=probe_routes(registry, {}, PermissionViolations())))

    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        text = (await client.get("/metrics")).text

    assert re.search(r'daymark_build_info\{python="3\.\d+\.\d+",version="\d+\.\d+\.\d+"\} 1\.0', text)
    assert "process_resident_memory_bytes" in text
    assert "_created" not in text


async def test_the_used_part_of_the_storage_is_read_from_the_broker(monitor_url: str) -> None:
    assert 0 <= await read_used_ratio(monitor_url) < 1


async def test_a_broker_that_does_not_say_what_it_has_used_is_away_for_now() -> None:
    (port,) = find_free_ports(1)

    with pytest.raises(TimeoutError):
        await read_used_ratio(f"http://127.0.0.1:{port}")
