"""What NATS refuses for want of a permission is logged, counted and a problem, since whoever asked sees only a timeout."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import nats.errors
import pytest
from structlog.testing import capture_logs

from deploy.local.servers.nats_server import NatsServer
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.connection_log import ConnectionLog, NoLog, PermissionViolations
from shared.jetstream.inbox import inbox_prefix
from shared.service.probes import check_broker

_NARROW: Final = 'authorization { users: [{user: a, password: b, permissions: {publish: ["c"], subscribe: ["_INBOX_a.>"]}}] }\n'


class _Time:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsServer]:
    server = NatsServer(tmp_path_factory.mktemp("nats"), access_configuration=_NARROW)
    await server.start()
    yield server
    await server.kill()


async def _connect(server: NatsServer) -> LeanClient:
    return await connect(server.url, name="test", user="a", password="b")


async def test_a_message_to_a_forbidden_subject_is_logged_counted_and_a_problem(server: NatsServer) -> None:
    connection = await _connect(server)

    with capture_logs() as logs:
        await connection.publish("c", b"")
        await connection.flush()
        assert (connection.violations.count, connection.violations.problem()) == (0, None)
        await connection.publish("d", b"")
        await connection.flush()

    problem = connection.violations.problem()
    assert problem is not None
    assert problem.startswith("NATS does not permit this user to publish to d;")
    assert connection.violations.count == 1
    assert [(log["event"], log["log_level"], log["problem"]) for log in logs] == [("nats_permission_denied", "error", problem)]
    await connection.close()


async def test_a_subscription_that_is_refused_is_a_problem_too(server: NatsServer) -> None:
    connection = await _connect(server)

    await connection.subscribe("e.>", queue="q")
    await connection.flush()

    assert "subscribe to e.>" in (connection.violations.problem() or "")
    await connection.close()


async def test_a_service_whose_user_lacks_a_permission_is_not_ready(server: NatsServer) -> None:
    connection = await _connect(server)
    check = check_broker(connection, server.monitor_url)
    assert await check() is None

    await connection.publish("d", b"")
    await connection.flush()

    assert await check() == connection.violations.problem()
    await connection.close()


async def test_replies_arrive_at_the_users_own_prefix(server: NatsServer) -> None:
    connection = await _connect(server)

    with pytest.raises(nats.errors.NoRespondersError):
        await connection.request("c", b"", timeout=5)

    assert connection.new_inbox().startswith(f"{inbox_prefix('a')}.")
    assert connection.violations.count == 0
    await connection.close()


async def test_a_restarted_server_may_have_other_permissions(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats", access_configuration=_NARROW)
    await server.start()
    connection = await _connect(server)
    await connection.publish("d", b"")
    await connection.flush()

    await server.kill()
    await server.start()
    async with asyncio.timeout(30):
        while connection.violations.problem() is not None:
            await asyncio.sleep(0.01)

    assert connection.violations.count == 1
    await connection.close()
    await server.kill()


def test_a_violation_is_a_problem_for_five_minutes() -> None:
    time = _Time()
    violations = PermissionViolations(time)

    assert violations.note('nats: permissions violation for publish to "a.b"')
    time.now_s += 299
    assert violations.problem() is not None
    time.now_s += 2
    assert violations.problem() is None


def test_many_violations_are_one_line_per_second_and_all_are_counted() -> None:
    time = _Time()
    violations = PermissionViolations(time)

    with capture_logs() as logs:
        for _ in range(5):
            violations.note('nats: Permissions Violation for Subscription to "x"')
        time.now_s += 1
        violations.note('nats: permissions violation for publish to "y"')

    assert violations.count == 6
    assert [log["violations"] for log in logs] == [1, 6]


@pytest.mark.parametrize("text", ["nats: stale connection", "nats: 'authorization violation'", ""])
def test_other_errors_are_no_violations(text: str) -> None:
    violations = PermissionViolations(_Time())

    assert not violations.note(text)
    assert (violations.count, violations.problem()) == (0, None)


async def test_a_command_learns_what_was_refused_and_logs_nothing() -> None:
    log = NoLog()

    with capture_logs() as logs:
        await log.failed(OSError("refused by a port"))
        assert log.refusal == ""
        await log.failed(nats.errors.Error("nats: 'Authorization Violation'"))

    assert log.refusal == "nats: 'Authorization Violation'"
    assert logs == []


async def test_the_log_of_a_service_calls_a_violation_by_its_name() -> None:
    log = ConnectionLog(LeanClient())

    with capture_logs() as logs:
        await log.failed(nats.errors.Error('nats: permissions violation for publish to "a.b"'))

    assert [entry["event"] for entry in logs] == ["nats_permission_denied"]
