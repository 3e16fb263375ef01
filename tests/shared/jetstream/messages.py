"""Messages for ACTIVITIES."""

from shared.jetstream.publisher import Outgoing


def observation_message(number: int) -> Outgoing:
    """The message with this number as its body and in its id."""
    return Outgoing(subject="activity.observed.v1.acme", headers={"Nats-Msg-Id": f"id-{number}"}, data=str(number).encode())
