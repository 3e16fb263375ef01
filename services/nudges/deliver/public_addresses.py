"""Which addresses a message can be sent to. A name is resolved once, and the connection goes to the address that was checked.

A name that resolves to another address a moment later (DNS rebinding) gains nothing, because it is not resolved again.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_TRANSLATED: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
"""IPv6 addresses that end in an IPv4 address and lead there (RFC 6052, RFC 4291)."""

_CLOUD_INTERNAL: Final = (ipaddress.IPv4Network("168.63.129.16"), ipaddress.IPv4Network("192.0.0.0/24"))
"""Public by number, but answered inside a cloud (Azure, Oracle). The other internal addresses are link-local, shared or unique
local."""


class AddressRefused(Exception):
    """The address is not allowed; the message says which it is and how to allow it."""


class HostUnresolved(Exception):
    """The name has no address, or the resolver does not answer."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, and not to this machine, its network or its cloud."""
    return _is_outside(address) and _is_outside(_embedded_ipv4(address))


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether it is public, or in a network that the operator allows."""
    if is_public(address):
        return True
    return any(candidate in network for candidate in (address, _embedded_ipv4(address)) for network in allowed)


def _is_outside(address: Address) -> bool:
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_reserved and not any(address in network for network in _CLOUD_INTERNAL)
    if _embedded_ipv4(address) != address:
        return True  # the IPv4 address inside it decides
    return address.is_global and not address.is_reserved and not address.is_site_local


async def resolve(host: str, port: int, *, allowed: Sequence[Network], allow_key: str) -> list[str]:
    """The addresses of a host that can be connected to, in the resolver's order.

    Raises:
        HostUnresolved: there is none.
        AddressRefused: none of them is allowed; `allow_key` names the setting that would allow it.
    """
    try:
        answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failed:
        raise HostUnresolved(f"no address found for {host}") from failed
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))
    usable = [address for address in addresses if is_allowed(_parse(address), allowed)]
    if not usable:
        raise AddressRefused(
            f"{host} is at {', '.join(addresses)}, which is not public; if that is intended, list it in {allow_key}"
        )
    return usable


def _parse(text: str) -> Address:
    return ipaddress.ip_address(text.partition("%")[0])


def _embedded_ipv4(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and any(address in network for network in _TRANSLATED):
        embedded = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return embedded or address
