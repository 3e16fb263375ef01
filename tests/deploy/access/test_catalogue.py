"""The catalogue of users follows the code: what a service answers and publishes, it may, and nothing is forgotten."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from faststream.nats.subscriber.usecases import CoreSubscriber

import services.ingest.app
import services.nudges.app
import services.scoring.app
from deploy.access.__main__ import main
from deploy.access.catalogue import ANSWERED, ANSWERED_BY_DEMO, SERVICE_USERS, USERS, User
from deploy.access.server_configuration import users_configuration
from shared.jetstream.streams import CONSUMERS, STREAMS
from tests.deploy.access.actions import list_endpoints

APPS = {"ingest": services.ingest.app, "scoring": services.scoring.app, "nudges": services.nudges.app}


def _user(name: str) -> User:
    return next(user for user in USERS if user.name == name)


@pytest.mark.parametrize("name", APPS)
def test_a_service_may_answer_exactly_the_requests_that_it_answers(name: str) -> None:
    app: ModuleType = APPS[name]
    broker = app.describe().broker

    answered = {
        subscriber.subject.broker_address for subscriber in broker.subscribers if isinstance(subscriber, CoreSubscriber)
    }

    assert sorted(ANSWERED[name]) == sorted(answered)
    assert answered < set(_user(name).subscribe)


@pytest.mark.parametrize("name", APPS)
def test_a_service_may_publish_every_event_that_it_declares(name: str) -> None:
    app: ModuleType = APPS[name]

    declared = {publisher.subject.broker_address for publisher in app.describe().broker.publishers}

    allowed = _user(name).publish
    assert declared
    assert all(any(_fits(pattern, subject) for pattern in allowed) for subject in declared)


def test_every_request_of_the_code_is_answered_by_one_service_or_by_the_demonstration() -> None:
    answered = [subject for subjects in ANSWERED.values() for subject in subjects]

    assert sorted([*answered, *ANSWERED_BY_DEMO]) == list_endpoints()


def test_every_stream_and_every_consumer_belongs_to_a_service() -> None:
    assert {stream.owner for stream in STREAMS} | {consumer.service for consumer in CONSUMERS} == set(SERVICE_USERS)


def test_only_the_operator_may_send_whatever_jetstream_offers() -> None:
    wide = [user.name for user in USERS if any(subject.startswith("$JS.API") and ">" in subject for subject in user.publish)]

    assert [name for name in wide if "$JS.API.>" in _user(name).publish] == ["operator"]


@pytest.mark.parametrize("make", [users_configuration], ids=["users"])
def test_a_password_is_text_whatever_it_looks_like(make: Callable[[dict[str, str]], str]) -> None:
    text = make({user.name: '1"2\n' for user in USERS})

    assert text.count('password: "1\\"2\\n"') == len(USERS)


def test_the_users_of_a_server_of_your_own_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for user in USERS:
        (tmp_path / f"nats-{user.name}").write_text(f"{user.name}-password\n")

    main(tmp_path)

    assert capsys.readouterr().out == users_configuration({user.name: f"{user.name}-password" for user in USERS})


def _fits(pattern: str, subject: str) -> bool:
    """Whether a subject, which may have placeholders such as `{source}`, fits a pattern."""
    patterns, tokens = pattern.split("."), subject.split(".")
    return len(patterns) == len(tokens) and all(part in {"*", token} for part, token in zip(patterns, tokens, strict=True))
