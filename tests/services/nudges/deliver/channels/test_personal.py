"""Each person on the way that they prefer: which is tried, which is next, and what is left when none works."""

from datetime import timedelta

import pytest

from services.nudges.deliver.channel import ContactAttempt, Delivered, GiveUp, TryLater, Unreachable
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.deliver.personal.transport import TransportOutcome, personal_message
from shared.reach import ContactPoint, Contacts
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.deliver.personal.directories import FakeDirectory, FakeTransport

BOTH = Contacts(
    contacts=(
        ContactPoint(transport="slack", address="U024BE7LH"),
        ContactPoint(transport="mail", address="ana@example.com"),
    )
)
REFUSED = GiveUp(error="no such user")
FULL = TryLater(error="come again", after_s=60)


def _channel(*transports: FakeTransport, contacts: Contacts | None = BOTH, language: str = "en") -> PersonalChannel:
    directory = FakeDirectory(contacts={ANA.id: contacts} if contacts is not None else {}, language=language)
    return PersonalChannel(transports, lambda: directory, destination=b"", give_up_after=timedelta(hours=1))


async def test_the_first_way_that_works_is_the_last_that_is_tried() -> None:
    slack, mail = FakeTransport("slack"), FakeTransport("mail")

    outcome = await _channel(mail, slack).send(make_nudge(), attempts=1)

    assert outcome == Delivered(tried=(ContactAttempt(transport="slack"),))
    assert (slack.addresses, mail.addresses) == (["U024BE7LH"], [])


async def test_it_is_written_in_the_language_of_its_person() -> None:
    mail = FakeTransport("mail")

    await _channel(mail, language="es").send(make_nudge(), attempts=1)
    await _channel(mail).send(make_nudge(), attempts=1)

    assert [message.link_label for message in mail.messages] == [
        "Responder o decir que algo es incorrecto",
        "Answer, or say that something is wrong",
    ]
    assert mail.languages == ["es", "en"]


@pytest.mark.parametrize("failure", [REFUSED, FULL])
async def test_the_next_way_is_tried_when_one_fails(failure: TransportOutcome) -> None:
    slack, mail = FakeTransport("slack", failure), FakeTransport("mail")

    outcome = await _channel(slack, mail).send(make_nudge(), attempts=1)

    error = "no such user" if failure is REFUSED else "come again"
    assert outcome == Delivered(tried=(ContactAttempt(transport="slack", error=error), ContactAttempt(transport="mail")))
    assert mail.addresses == ["ana@example.com"]


async def test_it_is_tried_again_while_one_way_may_work_later() -> None:
    outcome = await _channel(FakeTransport("slack", REFUSED), FakeTransport("mail", FULL)).send(make_nudge(), attempts=1)

    assert isinstance(outcome, TryLater)
    assert outcome.error == "slack: no such user; mail: come again"
    assert outcome.after_s == 60
    assert [attempt.error for attempt in outcome.tried] == ["no such user", "come again"]


async def test_somebody_whom_no_way_reaches_is_unreachable() -> None:
    outcome = await _channel(FakeTransport("mail", REFUSED)).send(make_nudge(), attempts=1)

    assert outcome == Unreachable(error="mail: no such user", tried=(ContactAttempt(transport="mail", error="no such user"),))


@pytest.mark.parametrize(
    ("contacts", "because"),
    [
        (Contacts(because="the roster does not list them today"), "the roster does not list them today"),
        (Contacts(contacts=BOTH.contacts[:1]), "no such channel is configured: slack"),
    ],
)
async def test_the_error_names_why_there_is_no_way(contacts: Contacts, because: str) -> None:
    outcome = await _channel(FakeTransport("mail"), contacts=contacts).send(make_nudge(), attempts=1)

    assert outcome == Unreachable(error=because)


async def test_nothing_is_decided_while_scoring_does_not_answer() -> None:
    mail = FakeTransport("mail")

    outcome = await _channel(mail, contacts=None).send(make_nudge(), attempts=1)

    assert outcome == TryLater(error="scoring, which has the roster, does not answer")
    assert mail.addresses == []


OWN = TryLater(error="answered 500", after_s=60, is_of_recipient=True)
DOWN = TryLater(error="no answer")


@pytest.mark.parametrize(
    ("failures", "is_of_recipient"),
    [((OWN, OWN), True), ((OWN, DOWN), True), ((DOWN, REFUSED), True), ((FULL, DOWN), True), ((DOWN, DOWN), False)],
)
async def test_the_channel_fails_only_while_none_of_its_servers_works(
    failures: tuple[TransportOutcome, TransportOutcome], is_of_recipient: bool
) -> None:
    ways = [FakeTransport(name, failure) for name, failure in zip(("slack", "mail"), failures, strict=True)]

    outcome = await _channel(*ways).send(make_nudge(), attempts=1)

    assert isinstance(outcome, TryLater)
    assert outcome.is_of_recipient is is_of_recipient


async def test_a_way_whose_server_asks_to_wait_rests_and_the_others_work_on() -> None:
    slack, mail = FakeTransport("slack", FULL), FakeTransport("mail")
    channel = _channel(slack, mail)
    only_slack = Contacts(contacts=BOTH.contacts[:1])
    message = personal_message(make_nudge(), stop_url="")

    outcomes = [await channel.send_message(message, contacts) for contacts in (only_slack, only_slack, BOTH)]

    assert len(slack.addresses) == 1
    assert outcomes[0] == TryLater(
        error="slack: come again",
        after_s=60,
        is_of_recipient=True,
        tried=(ContactAttempt(transport="slack", error="come again"),),
    )
    resting = outcomes[1]
    assert isinstance(resting, TryLater)
    assert (resting.error, resting.is_of_recipient, resting.tried) == ("slack: its server has asked to wait", True, ())
    assert resting.after_s is not None
    assert 0 < resting.after_s <= 60
    assert outcomes[2] == Delivered(tried=(ContactAttempt(transport="mail"),))


async def test_a_server_that_does_not_work_delays_nobody_who_is_reached_by_another() -> None:
    mail, slack = FakeTransport("mail", DOWN), FakeTransport("slack")
    channel = _channel(mail, slack)
    only_mail, only_slack = Contacts(contacts=BOTH.contacts[1:]), Contacts(contacts=BOTH.contacts[:1])
    message = personal_message(make_nudge(), stop_url="")

    outcomes = [await channel.send_message(message, only_mail) for _ in range(7)]

    assert [isinstance(outcome, TryLater) and outcome.is_of_recipient for outcome in outcomes] == [True] * 7
    assert len(mail.addresses) == 5
    assert isinstance(outcomes[6], TryLater)
    assert outcomes[6].error == "mail: its server has not worked lately"
    assert await channel.send_message(message, only_slack) == Delivered(tried=(ContactAttempt(transport="slack"),))


async def test_a_way_is_tried_again_once_it_has_rested() -> None:
    slack = FakeTransport("slack", TryLater(error="come again", after_s=0))
    channel = _channel(slack)

    for _ in range(2):
        await channel.send(make_nudge(), attempts=1)

    assert len(slack.addresses) == 2


async def test_every_way_is_tried_while_there_is_time() -> None:
    ways = [FakeTransport("slack", REFUSED), FakeTransport("teams", REFUSED), FakeTransport("mail")]
    contacts = Contacts(contacts=tuple(ContactPoint(transport=way.name, address="a@b.c") for way in ways))

    outcome = await _channel(*ways, contacts=contacts).send(make_nudge(), attempts=1)

    assert isinstance(outcome, Delivered)
    assert [attempt.transport for attempt in outcome.tried] == ["slack", "teams", "mail"]


@pytest.mark.parametrize(("second_took_s", "tried"), [(10.0, 3), (10.1, 2)])
async def test_a_third_way_is_tried_only_if_it_can_end_within_the_lease(
    monkeypatch: pytest.MonkeyPatch, second_took_s: float, tried: int
) -> None:
    readings_s = iter([0.0, 0.0, 0.0, second_took_s])
    monkeypatch.setattr("services.nudges.deliver.channels.personal.monotonic_s", lambda: next(readings_s))
    ways = [FakeTransport(name, DOWN) for name in ("slack", "teams", "mail")]
    contacts = Contacts(contacts=tuple(ContactPoint(transport=way.name, address="a@b.c") for way in ways))

    outcome = await _channel(*ways, contacts=contacts).send(make_nudge(), attempts=1)

    assert len(outcome.tried) == tried
