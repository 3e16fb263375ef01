"""One process of a service: how it starts, in which order it stops, and how it ends when something fails."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs
from structlog.typing import EventDict

from shared.jetstream.client import LeanClient, connect
from shared.jetstream.publisher import NotStored
from shared.service.broker import ServiceBroker, make_app
from shared.service.probes import starting_routes
from shared.service.process import Front, Job, collect_garbage_rarely, run_process, run_service
from shared.service.settings import EXIT_MISCONFIGURED, CommonSettings

SUBJECT: Final = "number.double.v1"
TIMEOUT_S: Final = 20.0


class _Step:
    """Something that begins when it is called, and ends when the test lets it."""

    def __init__(self, name: str, ended: list[str]) -> None:
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self._name = name
        self._ended = ended

    async def run(self) -> None:
        self.begun.set()
        await self.may_end.wait()
        self._ended.append(self._name)


class _Process:
    """A service with one page, one subscriber and one job. `ended` lists which of them have ended, in this order."""

    def __init__(self, broker: ServiceBroker) -> None:
        self.ended: list[str] = []
        self.page = _Step("page", self.ended)
        self.message = _Step("message", self.ended)
        self.job = _Step("job", self.ended)
        self.front = Front(Starlette(routes=starting_routes()), host="127.0.0.1", port=0)
        self.client = httpx.AsyncClient(timeout=TIMEOUT_S)
        self._broker = broker
        self._running: asyncio.Task[None] | None = None
        broker.subscriber(SUBJECT)(self._double)

    async def start(self, jobs: Mapping[str, Job]) -> None:
        """Run the process. It handles SIGTERM as soon as a job has begun."""
        web = Starlette(routes=[Route("/page", self._page)])
        app = make_app(self._broker, service="test", description="A test.")
        self._running = asyncio.create_task(run_process(self.front, web, app, self._broker, jobs=jobs))

    async def until_subscribed(self) -> None:
        """Return once the server knows the subscription. A request on another connection could overtake it."""
        await (await self._broker.connect()).flush()

    async def end(self) -> None:
        """Return once the process has ended."""
        assert self._running is not None
        async with asyncio.timeout(TIMEOUT_S):
            await self._running

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"{await self.url()}{path}")

    async def url(self) -> str:
        while not self.front.server.started:
            await asyncio.sleep(0)
        port = self.front.server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def until_stopping(self, stopping: asyncio.Event) -> None:
        """A job that works until the process stops, and then finishes what it has in hand."""
        self.job.begun.set()
        await stopping.wait()
        await self.job.run()

    async def _double(self, number: int) -> int:
        await self.message.run()
        return 2 * number

    async def _page(self, _: Request) -> PlainTextResponse:
        await self.page.run()
        return PlainTextResponse("done")


@pytest.fixture
async def process(broker: ServiceBroker, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[_Process]:
    monkeypatch.setattr("shared.service.process.collect_garbage_rarely", lambda: None)
    process = _Process(broker)
    yield process
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)
    await process.client.aclose()
    process.front.server.should_exit = True
    await asyncio.wait({process.front.serving})
    for server in process.front.server.servers:  # a process that failed leaves them to the operating system
        server.close()


@pytest.fixture
async def connection(nats_url: str) -> AsyncIterator[LeanClient]:
    client = await connect(nats_url, name="asking")
    yield client
    await client.close()


async def _begin(step: _Step) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        await step.begun.wait()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_process_answers_while_it_waits_for_its_servers_and_then_serves_its_pages(process: _Process) -> None:
    assert (await process.get("/readyz")).status_code == 503
    assert (await process.get("/page")).status_code == 404

    await process.start({"job": process.until_stopping})
    await _begin(process.job)
    process.page.may_end.set()
    page = await process.get("/page")

    assert (page.status_code, page.text) == (200, "done")
    process.job.may_end.set()
    os.kill(os.getpid(), signal.SIGTERM)
    await process.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_pages_and_subscribers_finish_what_they_have_in_hand_side_by_side_and_jobs_end_last(
    process: _Process, connection: LeanClient, number: signal.Signals
) -> None:
    """A job stores what pages and subscribers have left."""
    await process.start({"job": process.until_stopping})
    await _begin(process.job)
    page = asyncio.create_task(process.get("/page"))
    await _begin(process.page)
    await process.until_subscribed()
    first = asyncio.create_task(connection.request(SUBJECT, b"4", timeout=TIMEOUT_S))
    await _begin(process.message)

    os.kill(os.getpid(), number)
    await _until(lambda: not process.front.server.servers[0].is_serving())
    process.job.may_end.set()
    process.message.may_end.set()
    assert (await first).data == b"8"  # while the page is not answered yet
    assert process.ended == ["message"]
    process.page.may_end.set()
    await process.end()

    assert (await page).text == "done"
    assert process.ended == ["message", "page", "job"]


async def test_jobs_go_on_until_the_message_in_hand_is_handled(process: _Process, connection: LeanClient) -> None:
    await process.start({"job": process.until_stopping})
    await _begin(process.job)
    await process.until_subscribed()
    reply = asyncio.create_task(connection.request(SUBJECT, b"4", timeout=TIMEOUT_S))
    await _begin(process.message)
    process.job.may_end.set()

    os.kill(os.getpid(), signal.SIGTERM)
    await _until(process.front.serving.done)
    assert process.ended == []
    process.message.may_end.set()
    await process.end()

    assert (await reply).data == b"8"
    assert process.ended == ["message", "job"]


async def test_the_connection_stays_open_until_the_application_stops(process: _Process, broker: ServiceBroker) -> None:
    """Whoever publishes may have something left to store."""
    process.job.may_end.set()
    await process.start({"job": process.until_stopping})
    await _begin(process.job)

    os.kill(os.getpid(), signal.SIGTERM)
    await process.end()

    connection = await broker.connect()
    assert connection.is_connected
    await broker.stop()
    assert connection.is_closed


async def test_a_job_that_fails_ends_the_process_with_its_error(process: _Process) -> None:
    cancelled: list[str] = []

    async def fail(_: asyncio.Event) -> None:
        await _begin(process.job)
        raise KeyError("a bug")

    async def go_on(stopping: asyncio.Event) -> None:
        process.job.begun.set()
        try:
            await stopping.wait()
        except asyncio.CancelledError:
            cancelled.append("job")
            raise

    with capture_logs() as logs:
        await process.start({"failing": fail, "going": go_on})
        with pytest.raises(ExceptionGroup) as failed:
            await process.end()

    assert [str(error) for error in failed.value.exceptions] == ["'a bug'"]
    assert cancelled == ["job"]
    assert [log["job"] for log in logs if log["event"] == "job_crashed"] == ["failing"]
    assert process.front.serving.done()


def test_what_exists_at_the_start_is_not_searched_for_cycles_again() -> None:
    thresholds = gc.get_threshold()
    try:
        collect_garbage_rarely()

        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] > 10 * thresholds[0]
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


async def _exit_status(run: Callable[[CommonSettings], Coroutine[Any, Any, None]]) -> int:
    """The exit status of a service that runs like this. It has an event loop of its own."""

    def run_to_end() -> int:
        try:
            run_service("test", CommonSettings, run)
        except SystemExit as exited:
            return int(exited.code or 0)
        return 0

    return await asyncio.to_thread(run_to_end)


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The service's configuration file, empty. Its logs stay as they are in tests."""
    monkeypatch.setattr("shared.service.process.configure_logs", lambda service, level="INFO": None)
    monkeypatch.setattr("shared.service.process._handle_signals", lambda handle: None)  # only a main thread can
    file = tmp_path / "daymark.toml"
    file.touch()
    monkeypatch.setenv("DAYMARK_CONFIG", str(file))
    return file


async def _succeed(_: CommonSettings) -> None:
    return


async def _fail(_: CommonSettings) -> None:
    raise NotStored("day.changed.v1")


async def test_a_service_that_ends_by_itself_has_succeeded(configuration: Path) -> None:
    assert await _exit_status(_succeed) == 0


async def test_a_wrong_configuration_is_one_line_in_the_log_and_has_a_status_of_its_own(configuration: Path) -> None:
    configuration.write_text('[clock]\nmode = "sundial"\n')

    with capture_logs() as logs:
        status = await _exit_status(_succeed)

    assert status == EXIT_MISCONFIGURED
    ((event, problem),) = _errors(logs)
    assert (event, problem.partition(":")[0]) == ("misconfigured", "clock.mode")


async def test_an_error_that_people_can_correct_is_one_line_in_the_log(configuration: Path) -> None:
    with capture_logs() as logs:
        status = await _exit_status(_fail)

    assert status == 1
    assert _errors(logs) == [("cannot_go_on", str(NotStored("day.changed.v1")))]


def _errors(logs: list[EventDict]) -> list[tuple[str, str]]:
    return [(log["event"], log["problem"]) for log in logs if log["log_level"] == "error"]
