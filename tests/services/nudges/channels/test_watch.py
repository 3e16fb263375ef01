"""What the process in which Apprise runs must not do, and what a service is given, without a process."""

import json
import os
from ipaddress import ip_network
from typing import Any

import apprise
import pytest
import requests
from requests.adapters import HTTPAdapter

from services.nudges.deliver.channels.apprise_worker import Unusable, deliver, service_of
from services.nudges.deliver.channels.note import Answer, Note
from services.nudges.deliver.channels.watch import Seen, _watch_http
from services.nudges.settings import NEVER_CHAT, NudgesSettings
from shared.service.settings import load_settings

INSIDE = (ip_network("10.1.0.0/16"),)
SLACK = Note(
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
def test_what_no_service_may_do(event: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(PermissionError):
        Seen(allowed=INSIDE).audit(event, arguments)


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
def test_what_a_service_may_do(event: str, arguments: tuple[Any, ...]) -> None:
    Seen(allowed=INSIDE).audit(event, arguments)


def test_what_a_url_can_switch_off_stays_on() -> None:
    service = service_of(Note(url=SLACK.url + "?verify=no&redirect=yes&optional=yes&retry=5&rto=300&cto=300", wait_s=7.5))

    assert (service.verify_certificate, service.redirects, service.optional, service.retry) == (True, False, False, 0)
    assert service.request_timeout == (7.5, 7.5)


def test_several_rooms_in_one_url_are_refused() -> None:
    with pytest.raises(Unusable, match="one recipient"):
        service_of(Note(url=SLACK.url + "/#sales/#marketing"))


def test_slack_is_given_plain_text_that_calls_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[requests.PreparedRequest] = []

    def take(_: HTTPAdapter, request: requests.PreparedRequest, **__: object) -> requests.Response:
        sent.append(request)
        response = requests.Response()
        response.status_code, response._content = 200, b"ok"
        return response

    monkeypatch.setattr(HTTPAdapter, "send", take)

    assert deliver(SLACK, Seen()) == Answer(outcome="delivered")

    (request,) = sent
    assert request.url == "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert isinstance(request.body, str | bytes)
    (attachment,) = json.loads(request.body)["attachments"]
    assert attachment["title"] == "Ana: plan done"
    assert attachment["text"] == "Done &lt;!channel&gt;"
    assert attachment["footer"] == "Daymark"
    assert "github" not in json.dumps(json.loads(request.body))


def test_what_slack_asks_for_when_it_is_too_much_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: HTTPAdapter, __: requests.PreparedRequest, **___: object) -> requests.Response:
        response = requests.Response()
        response.status_code, response._content, response.headers["Retry-After"] = 429, b"rate_limited", "7"
        return response

    seen = Seen()
    monkeypatch.setattr(HTTPAdapter, "send", refuse)
    _watch_http(seen)

    assert deliver(SLACK, seen) == Answer(outcome="later", because="answered 429", retry_after="7")


@pytest.mark.parametrize("scheme", sorted(NEVER_CHAT))
def test_what_posts_to_any_address_or_acts_on_this_machine_is_a_scheme_of_apprise(scheme: str) -> None:
    """So that none is misspelt."""
    assert scheme in _schemes_of_apprise()


def test_every_scheme_that_may_be_used_by_default_is_one_of_apprise() -> None:
    assert set(load_settings(NudgesSettings).channels.chat_schemes) <= _schemes_of_apprise()


def _schemes_of_apprise() -> set[str]:
    return {scheme for service in apprise.Apprise().details(show_disabled=True)["schemas"] for scheme in _all_of(service)}


def _all_of(service: dict[str, Any]) -> list[str]:
    return [*(service["protocols"] or []), *(service["secure_protocols"] or [])]
