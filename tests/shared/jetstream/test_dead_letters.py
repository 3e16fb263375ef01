"""A dead letter keeps the message whole, and says where it came from and what is wrong with it."""

import pytest
from nats.aio.msg import Msg

from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import DETAIL_HEADER, ORIGIN_HEADER, REASON_HEADER, dead_letter
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import DEAD

SUBJECT = "activity.observed.v1.acme"


def _message(*, headers: dict[str, str] | None = None, deliveries: int = 1) -> Msg:
    """The 17th message of ACTIVITIES, as JetStream delivers it."""
    reply = f"$JS.ACK.ACTIVITIES.scoring.{deliveries}.17.17.1790000000000000000.0"
    return Msg(_client=LeanClient(), subject=SUBJECT, reply=reply, data=b"\xff{", headers=headers)


def test_a_dead_letter_has_the_body_the_headers_the_origin_and_the_reason() -> None:
    message = _message(headers={"ce-id": "e1", "Nats-Msg-Id": "e1", "Nats-Expected-Stream": "ACTIVITIES"})

    letter = dead_letter(message, service="scoring", reason="unreadable_event", detail="kind: must be a slug")

    assert (letter.subject, letter.data) == ("dead.scoring.unreadable_event", b"\xff{")
    assert letter.headers == {
        "ce-id": "e1",
        "Nats-Msg-Id": "dead:scoring:ACTIVITIES:17:unreadable_event",
        REASON_HEADER: "unreadable_event",
        DETAIL_HEADER: "kind: must be a slug",
        ORIGIN_HEADER: f"ACTIVITIES:17 {SUBJECT}",
    }


@pytest.mark.parametrize(
    ("detail", "header"),
    [
        ("Jos\u00e9\U0001f600", r"Jos\xe9\U0001f600"),
        ("one\r\ntwo\nthree", "one  two three"),
        ("x" * 501, "x" * 500),
    ],
)
def test_a_detail_fits_into_a_header(detail: str, header: str) -> None:
    letter = dead_letter(_message(), service="scoring", reason="unreadable_event", detail=detail)

    assert letter.headers[DETAIL_HEADER] == header


async def test_a_redelivered_message_makes_no_second_letter_unless_the_reason_differs(nats: LeanClient) -> None:
    first, again = _message(deliveries=1), _message(deliveries=2)

    async with Publisher(nats) as publisher:
        await publisher.store(dead_letter(first, service="scoring", reason="unreadable_event", detail=""))
        await publisher.store(dead_letter(again, service="scoring", reason="unreadable_event", detail=""))
        await publisher.store(dead_letter(again, service="scoring", reason="unknown_kind", detail=""))

    assert (await nats.jetstream().stream_info(DEAD)).state.messages == 2
