"""The way to one person through a workflow of Teams, against everything that it may answer, on real sockets."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest

from services.nudges.deliver.channel import Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.posts.teams import TeamsTransport
from services.nudges.deliver.personal.sections import TeamsSection, WorkflowUrlRefused
from services.nudges.deliver.personal.transport import TransportOutcome, personal_message
from services.nudges.deliver.posting.public_client import http_client
from services.nudges.deliver.public_addresses import Network
from shared.clock import SteppedClock
from shared.service.settings import SecretMissing
from tests.receiver import HALF_A_HEAD, HANG, Receiver, answer, receiving
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge

THIS_MACHINE: Sequence[Network] = (ip_network("127.0.0.0/8"),)
SECTION = {"timeout_s": 5, "give_up_after_h": 1, "allow_networks": ["127.0.0.0/8"]}


@pytest.fixture
async def workflow() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        running.behave = lambda _: answer(202)
        yield running


async def _send(
    read_url: Callable[[], httpx.URL], *, allowed: Sequence[Network] = THIS_MACHINE, timeout_s: float = 5
) -> TransportOutcome:
    async with http_client() as client:
        transport = TeamsTransport(client, SteppedClock(NOON), read_url=read_url, timeout_s=timeout_s, allowed=allowed)
        return await transport.send(personal_message(make_nudge(), stop_url=""), "ana@example.com")


async def test_a_message_that_the_workflow_takes_is_delivered(workflow: Receiver) -> None:
    assert await _send(lambda: httpx.URL(f"{workflow.url}?sig=s3cr3t%2Fx&sp=run")) == Delivered()

    (request,) = workflow.received
    assert json.loads(request.body)["recipient"] == "ana@example.com"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (answer(200), Delivered()),
        (
            answer(429, retry_after="17"),
            TryLater(error="the rate limit of the Teams workflow was reached (429)", after_s=17),
        ),
        (answer(503, retry_after="9"), TryLater(error="the Teams workflow answered 503", after_s=9)),
        (answer(500, retry_after="9"), TryLater(error="the Teams workflow answered 500")),
        (answer(413), GiveUp(error="Teams refused the message (413)")),
        (answer(400), TryLater(error="the Teams workflow refused the request (400); check that it is turned on")),
        *(
            (answer(status), TryLater(error=f"the Teams workflow refused the request ({status}); check channels.teams.url"))
            for status in (401, 403, 404, 405, 410)
        ),
        (
            answer(302, location="http://169.254.169.254/"),
            TryLater(error="the Teams workflow refused the request (302); check channels.teams.url"),
        ),
        (HALF_A_HEAD, TryLater(error="no answer from the Teams workflow (RemoteProtocolError)")),
    ],
)
async def test_what_the_workflow_answers_decides(workflow: Receiver, response: bytes, outcome: TransportOutcome) -> None:
    workflow.script(response)

    assert await _send(lambda: httpx.URL(workflow.url)) == outcome
    assert len(workflow.received) == 1


async def test_a_workflow_that_hangs_is_tried_later(workflow: Receiver) -> None:
    workflow.script(HANG)

    outcome = await _send(lambda: httpx.URL(workflow.url), timeout_s=0.2)

    assert outcome == TryLater(error="no answer from the Teams workflow within 0.2 s")


async def test_nothing_is_posted_to_an_address_that_is_not_public(workflow: Receiver) -> None:
    outcome = await _send(lambda: httpx.URL(workflow.url), allowed=())

    assert isinstance(outcome, TryLater)
    assert "which is not public; if that is intended, list it in channels.teams.allow_networks" in outcome.error
    assert workflow.received == []


async def test_no_error_holds_the_signature_of_the_address(workflow: Receiver) -> None:
    workflow.script(answer(404, b"sig=s3cr3t"), answer(500), default=HALF_A_HEAD)

    outcomes = [await _send(lambda: httpx.URL(f"{workflow.url}?sig=s3cr3t")) for _ in range(3)]

    assert "s3cr3t" not in repr(outcomes)


async def test_an_address_that_was_replaced_is_used_for_the_next_message(workflow: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "workflow"
    section = TeamsSection.model_validate({**SECTION, "url": f"file:{file}"})
    file.write_text(f"{workflow.url}/first\n")
    await _send(section.read_url)
    file.unlink()

    outcome = await _send(section.read_url)

    assert len(workflow.received) == 1
    assert isinstance(outcome, TryLater)
    with pytest.raises(SecretMissing):
        section.read_url()


@pytest.mark.parametrize(
    "url",
    [
        "http://prod-1.westeurope.logic.azure.com/workflows/1",
        "https://user:password@prod-1.westeurope.logic.azure.com/",
        "https://",
        "mailto:ana@example.com",
        "https://[::1",
        "https://xn--/",
        "prod-1.westeurope.logic.azure.com",
    ],
)
def test_an_address_that_is_not_https_is_refused_without_showing_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKFLOW", url)
    section = TeamsSection.model_validate({**SECTION, "url": "env:WORKFLOW"})

    with pytest.raises(WorkflowUrlRefused) as refused:
        section.read_url()

    assert url not in str(refused.value)
