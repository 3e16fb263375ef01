"""The process in which Apprise runs, apart from everything else: a `Note` a line comes in, an `Answer` a line goes out.

Apprise resolves names, waits for sockets and follows its own ways, so it is watched from below: no connection is made to an
address that is not allowed, no program is run and no file is written, whatever a service asks for. What it says of a failure
may hold tokens and addresses of people; only codes and the kind of failure are told.
"""

import os
import sys
from typing import Final

import apprise
import msgspec
from apprise.plugins.email.base import NotifyEmail

from services.nudges.deliver.channels.note import Answer, Note
from services.nudges.deliver.channels.watch import Seen, limit_memory, watch

_NUDGE_HEADER: Final = "X-Daymark-Nudge"


class Unusable(Exception):
    """The URL cannot be used; the message says why, without the URL."""


def service_of(note: Note) -> apprise.NotifyBase:
    """The service that a URL stands for. What a URL can switch off stays on, and the other way round.

    Raises:
        Unusable: it is none, or leads to several recipients, of which one might be told twice for the sake of another.
    """
    asset = apprise.AppriseAsset(
        app_id="Daymark",
        app_desc="Daymark",
        app_url="",
        image_url_mask="",
        async_mode=False,
        service_timeout=0,
        http_redirects=False,
        allow_templates=False,
    )
    service = apprise.Apprise.instantiate(note.url, asset=asset)
    if not isinstance(service, apprise.NotifyBase):
        raise Unusable("Apprise does not understand the URL, or misses a package for it")
    service.retry = 0  # its length is the number of recipients times that of attempts
    if len(service) != 1 or getattr(service, "cc", None) or getattr(service, "bcc", None):
        raise Unusable("the URL must lead to one recipient; make a channel for each")
    service.redirects = service.optional = False
    service.verify_certificate = True
    service.socket_connect_timeout = service.socket_read_timeout = note.wait_s
    if isinstance(service, NotifyEmail):
        service.headers[_NUDGE_HEADER] = note.nudge_id
    return service


def deliver(note: Note, seen: Seen) -> Answer:
    """Send one, or look at its URL."""
    seen.begin(note.allowed)
    try:
        service = service_of(note)
    except Unusable as refused:
        return Answer(outcome="unusable", because=str(refused))
    if not note.body:
        return Answer(outcome="delivered")
    box = apprise.Apprise(asset=service.asset)
    box.add(service)
    is_taken = bool(box.notify(title=note.title, body=note.body, body_format=apprise.NotifyFormat.TEXT))
    return Answer(outcome="delivered") if is_taken else seen.answer()


def main() -> None:
    """Answer until standard input ends. Nothing but answers gets out."""
    given, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.dont_write_bytecode = True
    limit_memory()
    seen = watch()
    for line in given:
        answers.write(msgspec.json.encode(deliver(msgspec.json.decode(line, type=Note), seen)) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
