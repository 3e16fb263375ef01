"""Where a message may go: a name is resolved once, and what is connected to is the address that was looked at.

A name that answers with another address a moment later (DNS rebinding) gets round nothing, since nobody asks again.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_TRANSLATED: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
"""IPv6 addresses that end in an IPv4 address, and lead there (RFC 6052, RFC 4291)."""

_INSIDE_CLOUDS: Final = (ipaddress.IPv4Network("168.63.129.16"), ipaddress.IPv4Network("192.0.0.0/24"))
"""Public by number, yet answered inside of a cloud (Azure, Oracle). The others are link-local, shared or unique local."""


class Refused(Exception):
    """The address may not be connected to; the message says which and how to allow it."""


class Unresolved(Exception):
    """The name has no address, or nobody says which."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the internet at large, and not to this machine, its network or its cloud."""
    return all(_is_outward(one) for one in (address, _carried(address)))


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether it is public, or in a network that the operator allows."""
    return is_public(address) or any(one in network for one in (address, _carried(address)) for network in allowed)


def _is_outward(address: Address) -> bool:
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_reserved and not any(address in network for network in _INSIDE_CLOUDS)
    if _carried(address) != address:
        return True  # it is as good as the address that it carries
    return address.is_global and not address.is_reserved and not address.is_site_local


async def resolve(host: str, port: int, *, allowed: Sequence[Network], allow_key: str) -> list[str]:
    """The addresses of a host that may be connected to, in the resolver's order.

    Raises:
        Unresolved: there is none.
        Refused: none of them may be connected to; `allow_key` names the setting that would allow it.
    """
    try:
        answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failed:
        raise Unresolved(f"no address found for {host}") from failed
    found = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))
    good = [address for address in found if is_allowed(_address_of(address), allowed)]
    if not good:
        raise Refused(f"{host} is at {', '.join(found)}, which is not public; if that is meant, list it in {allow_key}")
    return good


def _address_of(text: str) -> Address:
    return ipaddress.ip_address(text.partition("%")[0])


def _carried(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and any(address in network for network in _TRANSLATED):
        carried = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return carried or address
