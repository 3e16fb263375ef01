"""What a user may do, as subjects of NATS: its own work, and the requests to JetStream that belong to it."""

from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

from shared.jetstream.inbox import inbox_prefix
from shared.jetstream.streams import CLOCK, DEAD, Consumer, Stream

API: Final = "$JS.API"


class Grant(NamedTuple):
    """One thing that a user may do, in a few words, and the subjects that it needs for that."""

    purpose: str
    publish: tuple[str, ...] = ()
    subscribe: tuple[str, ...] = ()


def receives_replies(user: str) -> Grant:
    """The replies to its own requests. No other user may listen there."""
    return Grant("receive the replies to its own requests", subscribe=(f"{inbox_prefix(user)}.>",))


def stores(*subjects: str) -> Grant:
    """Publish messages that a stream keeps."""
    return Grant("store messages", publish=subjects)


def answers(subjects: Iterable[str], *, to: Iterable[str]) -> Grant:
    """Receive requests, and reply to the users `to` who may put them. A general permission to reply would cost too much: the
    server then keeps the reply subject of every message, also of those from JetStream, which are never replied to."""
    inboxes = tuple(f"{inbox_prefix(user)}.>" for user in to)
    return Grant("answer requests", publish=inboxes, subscribe=tuple(subjects))


def asks(*subjects: str) -> Grant:
    """Put requests to services."""
    return Grant("put requests to services", publish=subjects)


def creates_streams(streams: Iterable[Stream]) -> Grant:
    """Create its own streams, and add what a newer version needs. Nothing can be deleted with that."""
    actions = ("INFO", "CREATE", "UPDATE")
    return Grant(
        "create its own streams",
        publish=tuple(f"{API}.STREAM.{action}.{stream.name}" for stream in streams for action in actions),
    )


def finds_streams(streams: Iterable[Stream]) -> Grant:
    """See whether the streams of other services exist."""
    return Grant("see that a stream exists", publish=tuple(f"{API}.STREAM.INFO.{stream.name}" for stream in streams))


def consumes(consumer: Consumer) -> Grant:
    """Create a consumer, read and acknowledge its messages, and look how old the first one is that waits."""
    place = f"{consumer.stream}.{consumer.name}"
    return Grant(
        f"consume {consumer.stream} as `{consumer.name}`",
        publish=(
            f"{API}.CONSUMER.CREATE.{place}",
            f"{API}.CONSUMER.INFO.{place}",
            f"{API}.CONSUMER.MSG.NEXT.{place}",
            f"{API}.STREAM.MSG.GET.{consumer.stream}",
            f"$JS.ACK.{place}.>",
            f"$JS.ACK.*.*.{place}.>",  # with the domain and the account before the stream, as newer servers write it
        ),
    )


def reads_directly(stream: str) -> Grant:
    """Read the messages of a stream, apart from every consumer."""
    return Grant(f"read {stream}", publish=(f"{API}.DIRECT.GET.{stream}",))


def repairs_dead_letters() -> Grant:
    """Read dead letters, and remove those that are replayed."""
    actions = ("DIRECT.GET", "STREAM.MSG.GET", "STREAM.MSG.DELETE")
    return Grant("replay its dead letters", publish=tuple(f"{API}.{action}.{DEAD}" for action in actions))


def watches(consumer: Consumer) -> Grant:
    """See how far a consumer of another service has come."""
    place = f"{consumer.stream}.{consumer.name}"
    return Grant(f"see how far `{consumer.name}` has come", publish=(f"{API}.CONSUMER.INFO.{place}",))


def follows_stepped_time() -> Grant:
    """Read the newest tick, and follow the ticks with a consumer that nobody else shares."""
    return Grant(
        "follow stepped time",
        publish=(
            f"{API}.STREAM.MSG.GET.{CLOCK}",
            f"{API}.CONSUMER.CREATE.{CLOCK}",
            f"{API}.CONSUMER.CREATE.{CLOCK}.>",
            f"{API}.CONSUMER.DELETE.{CLOCK}.*",
            f"$JS.FC.{CLOCK}.>",
            f"$JS.FC.*.*.{CLOCK}.>",
        ),
    )


class HasSubject(Protocol):
    """An endpoint, whatever is asked and answered."""

    @property
    def subject(self) -> str: ...


def subjects_of(endpoints: Iterable[HasSubject]) -> tuple[str, ...]:
    """On which these are asked."""
    return tuple(endpoint.subject for endpoint in endpoints)
