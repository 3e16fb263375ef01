"""Dead letters: messages that could not be understood, kept whole together with the reason, on `dead.<service>.<reason>`."""

from typing import Final

from nats.aio.msg import Msg
from pydantic import ValidationError

from shared.jetstream.publisher import Outgoing

REASON_HEADER = "Daymark-Reason"
DETAIL_HEADER = "Daymark-Detail"
ORIGIN_HEADER = "Daymark-Origin"
READ_AGAIN_HEADER = "Daymark-Read-Again"
"""On a message that is to be processed again: when that was asked for. What is understood then replaces what was before."""

_PROBLEMS_SHOWN: Final = 5


def problems_of(refused: ValidationError) -> str:
    """Which fields are wrong and why, without their values."""
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in refused.errors()[:_PROBLEMS_SHOWN]
    )


def dead_letter(message: Msg, *, service: str, reason: str, detail: str) -> Outgoing:
    """The dead letter of a message.

    `reason` is a slug of a closed set; `detail` says where and what, never a value. The id follows from the message's place in
    its stream and the reason, so a redelivery makes no second letter.
    """
    origin = f"{message.metadata.stream}:{message.metadata.sequence.stream}"
    letter_id = f"dead:{service}:{origin}:{reason}"
    sender_headers = {name: value for name, value in (message.headers or {}).items() if not name.startswith("Nats-")}
    headers = sender_headers | {
        "Nats-Msg-Id": letter_id,
        REASON_HEADER: reason,
        DETAIL_HEADER: detail[:500].encode("ascii", "backslashreplace").decode().replace("\r", " ").replace("\n", " "),
        ORIGIN_HEADER: f"{origin} {message.subject}",
    }
    return Outgoing(subject=f"dead.{service}.{reason}", headers=headers, data=message.data)
