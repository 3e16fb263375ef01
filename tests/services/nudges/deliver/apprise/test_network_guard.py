"""What the process in which Apprise runs must not do, and what a service is given; without a process."""

import json
import os
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import apprise
import pytest
import requests
from requests.adapters import HTTPAdapter

from services.nudges.deliver.apprise.messages import ChatMessage, SendResult
from services.nudges.deliver.apprise.network_guard import NetworkGuard, observe_http
from services.nudges.deliver.apprise.worker import UrlUnusable, deliver, make_service
from services.nudges.deliver.channels import ChannelsSection
from services.nudges.deliver.channels.chat import REFUSED_SCHEMES, ChatKeys
from shared.service.settings import DEFAULT_FILE, read_toml

INTERNAL = (ip_network("10.1.0.0/16"),)
SLACK = ChatMessage(
    url="slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", title="Ana: plan done", body="Done <!channel>", nudge_id="1"
)


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("subprocess.Popen", ("sh", ["sh"], None, None)),
        ("os.system", (b"true",)),
        ("os.remove", ("f", -1)),
        ("open", ("/tmp/f", "w", os.O_WRONLY | os.O_CREAT)),
        ("open", ("/tmp/f", None, os.O_RDWR)),
        ("socket.sendto", (None, ("8.8.8.8", 514))),
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("socket.connect", (None, ("10.2.0.1", 80))),
        ("socket.connect", (None, ("169.254.169.254", 80))),
        ("socket.connect", (None, ("::ffff:127.0.0.1", 80, 0, 0))),
        ("socket.connect", (None, ("fe80::1%eth0", 80, 0, 2))),
        ("socket.connect", (None, ("localhost", 80))),
        ("socket.connect", (None, "/run/docker.sock")),
        ("socket.connect", (None, b"\0abstract")),
    ],
)
def test_a_service_cannot(event: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(PermissionError):
        NetworkGuard(allowed=INTERNAL).audit(event, arguments)


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("/etc/ssl/certs/ca.pem", "rb", os.O_RDONLY)),
        ("open", (os.devnull, "w", os.O_WRONLY | os.O_CREAT)),
        ("socket.connect", (None, ("8.8.8.8", 443))),
        ("socket.connect", (None, ("2606:4700::1111", 443, 0, 0))),
        ("socket.connect", (None, ("10.1.2.3", 25))),
        ("socket.getaddrinfo", ("hooks.slack.com", 443, 0, 0, 0)),
        ("import", ("apprise", None, None, None, None)),
    ],
)
def test_a_service_can(event: str, arguments: tuple[object, ...]) -> None:
    NetworkGuard(allowed=INTERNAL).audit(event, arguments)


def test_a_url_cannot_switch_protections_off() -> None:
    url = SLACK.url + "?verify=no&redirect=yes&optional=yes&retry=5&rto=300&cto=300"

    service = make_service(ChatMessage(url=url, wait_s=7.5))

    assert (service.verify_certificate, service.redirects, service.optional, service.retry) == (True, False, False, 0)
    assert service.request_timeout == (7.5, 7.5)


def test_a_url_with_several_rooms_is_refused() -> None:
    with pytest.raises(UrlUnusable, match="one recipient"):
        make_service(ChatMessage(url=SLACK.url + "/#sales/#marketing"))


def _answering(status: int, **headers: str) -> tuple[Callable[..., requests.Response], list[requests.PreparedRequest]]:
    """A replacement for the network that answers every request with a status, and the requests that it got."""
    received: list[requests.PreparedRequest] = []

    def send(_: HTTPAdapter, request: requests.PreparedRequest, **__: object) -> requests.Response:
        received.append(request)
        response = requests.Response()
        response.status_code, response._content = status, b"ok"
        response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        return response

    return send, received


def test_slack_is_given_plain_text_that_notifies_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    send, received = _answering(200)
    monkeypatch.setattr(HTTPAdapter, "send", send)

    assert deliver(SLACK, NetworkGuard()) == SendResult(outcome="delivered")

    (request,) = received
    assert request.url == "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert isinstance(request.body, str | bytes)
    (attachment,) = json.loads(request.body)["attachments"]
    assert attachment["title"] == "Ana: plan done"
    assert attachment["text"] == "Done &lt;!channel&gt;"
    assert attachment["footer"] == "Daymark"
    assert "github" not in json.dumps(json.loads(request.body))


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (429, SendResult(outcome="later", because="answered 429", retry_after="7")),
        (503, SendResult(outcome="later", because="answered 503", retry_after="7")),
        (500, SendResult(outcome="later", because="answered 500")),
        (413, SendResult(outcome="never", because="the service refused it as too large (413)")),
        (399, SendResult(outcome="later", because="answered 399; redirects are not followed")),
        (400, SendResult(outcome="later", because="answered 400")),
    ],
)
def test_the_answer_of_the_service_explains_the_failure(
    status: int, result: SendResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = NetworkGuard()
    monkeypatch.setattr(HTTPAdapter, "send", _answering(status, retry_after="7")[0])
    observe_http(guard)

    assert deliver(SLACK, guard) == result


@pytest.mark.parametrize("scheme", sorted(REFUSED_SCHEMES))
def test_every_refused_scheme_is_one_of_apprise(scheme: str) -> None:
    """So that none is misspelt."""
    assert scheme in _schemes_of_apprise()


def test_every_scheme_that_is_allowed_by_default_is_one_of_apprise() -> None:
    settings = ChannelsSection.model_validate(read_toml(DEFAULT_FILE)["channels"])

    assert isinstance(settings, ChatKeys)
    assert set(settings.chat_schemes) <= _schemes_of_apprise()


def _schemes_of_apprise() -> set[str]:
    services = apprise.Apprise().details(show_disabled=True)["schemas"]
    return {scheme for service in services for scheme in _schemes_of(service)}


def _schemes_of(service: dict[str, Any]) -> list[str]:
    return [*(service["protocols"] or []), *(service["secure_protocols"] or [])]
