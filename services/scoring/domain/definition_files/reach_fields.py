"""The key `reach` of a person: how it is written, and the message when it is not.

`reach` lists the ways to a person in their order of preference: `[mail, {slack: U024BE7LH}]`. `mail` goes to their email.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator

from shared.reach import MAIL, TRANSPORTS, ContactPoint

Way = str | ContactPoint
"""`mail`, or an address in another transport."""


def _read_reach(ways: object) -> tuple[Way, ...]:
    if not isinstance(ways, list) or not ways:
        raise ValueError(f"must be a list such as [mail, {{slack: {TRANSPORTS['slack'].example}}}]")
    read = tuple(_read_way(way) for way in ways)
    if len(set(read)) < len(read):
        raise ValueError("names the same way twice; keep one")
    return read


def _read_way(way: object) -> Way:
    if way == MAIL.name:
        return MAIL.name
    name, address = next(iter(way.items())) if isinstance(way, dict) and len(way) == 1 else (way, None)
    transport = TRANSPORTS.get(str(name))
    if transport is None or transport is MAIL:
        others = " or ".join(f"{{{other.name}: {other.example}}}" for other in TRANSPORTS.values() if other is not MAIL)
        raise ValueError(f"each entry must be mail or {others}")
    if not isinstance(address, str) or not transport.is_address(address):
        raise ValueError(f"the address in {transport.name} must look like {transport.example}")
    return ContactPoint(transport=transport.name, address=address)


Reach = Annotated[tuple[Way, ...], BeforeValidator(_read_reach)]


def contact_points(reach: Sequence[Way] | None, *, email: str | None) -> tuple[ContactPoint, ...]:
    """Where somebody is reached. Without `reach` that is their email, if it is an address."""
    mail = (ContactPoint(transport=MAIL.name, address=email),) if email is not None and MAIL.is_address(email) else ()
    if reach is None:
        return mail
    return tuple(point for way in reach for point in (mail if isinstance(way, str) else (way,)))
