"""The key `reach` of a person: how it is written, and the message when it is not.

`reach` lists the ways to a person in their order of preference: `[mail, {slack: U024BE7LH}]`. `mail` and `teams` go to their
email.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BeforeValidator

from shared.languages.grammar import either
from shared.languages.messages import gettext
from shared.reach import MAIL, TRANSPORTS, ContactPoint

Way = str | ContactPoint
"""The name of a transport that uses the email, or an address in any transport but mail."""
_FORMS: Final = (
    *(transport.name for transport in TRANSPORTS.values() if transport.uses_email),
    *(f"{{{transport.name}: {transport.example}}}" for transport in TRANSPORTS.values() if transport is not MAIL),
)
_EXAMPLE: Final = f"[mail, {{slack: {TRANSPORTS['slack'].example}}}]"


def _read_reach(ways: object) -> tuple[Way, ...]:
    if not isinstance(ways, list) or not ways:
        raise ValueError(gettext("must be a list such as {example}").format(example=_EXAMPLE))
    read = tuple(_read_way(way) for way in ways)
    if len(set(read)) < len(read):
        raise ValueError(gettext("names the same way twice; keep one"))
    return read


def _read_way(way: object) -> Way:
    name, address = next(iter(way.items())) if isinstance(way, dict) and len(way) == 1 else (way, None)
    transport = TRANSPORTS.get(str(name))
    if transport is None or (transport is MAIL and way != MAIL.name):
        raise ValueError(gettext("each entry must be {forms}").format(forms=either(_FORMS)))
    if way == transport.name and transport.uses_email:
        return transport.name
    if not isinstance(address, str) or not transport.is_address(address):
        problem = gettext("the address in {transport} must look like {example}")
        raise ValueError(problem.format(transport=transport.name, example=transport.example))
    return ContactPoint(transport=transport.name, address=address)


Reach = Annotated[tuple[Way, ...], BeforeValidator(_read_reach)]


def contact_points(reach: Sequence[Way] | None, *, email: str | None) -> tuple[ContactPoint, ...]:
    """Where somebody is reached. Without `reach` that is their email, if it is an address."""
    if email is None or not MAIL.is_address(email):
        email = ""
    ways = (MAIL.name,) if reach is None else reach
    points = [ContactPoint(transport=way, address=email) if isinstance(way, str) else way for way in ways]
    return tuple(dict.fromkeys(point for point in points if point.address))
