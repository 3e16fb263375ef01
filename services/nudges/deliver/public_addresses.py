"""Which addresses a message can be sent to. A name is resolved once, and the connection goes to the address that was checked.

A name that resolves to another address a moment later (DNS rebinding) gains nothing, because it is not resolved again.

What is refused is listed here and not left to Python, whose list is as old as its version. The sources are the registries of
special-purpose addresses of IANA: https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry. Every block counts that they do not call globally reachable, up to
100:0:0:1::/64 (RFC 9780), and exceptions inside a block are refused with it: nobody receives messages there. Of IPv6, only
2000::/3 is assigned to the internet, so that later blocks outside it are refused as well.
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

REFUSED_IPV4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared, behind the NAT of a provider
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; inside a cloud also its own services (Oracle)
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4, deprecated
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "240.0.0.0/4",  # reserved, with the broadcast address
        "224.0.0.0/4",  # multicast, which has a registry of its own
        "168.63.129.16/32",  # public by number, but answered inside a cloud (Azure)
    )
)
REFUSED_IPV6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "::1/128",  # loopback
        "::/128",  # unspecified
        "64:ff9b:1::/48",  # translation to IPv4 inside one network
        "100::/64",  # discarded
        "100:0:0:1::/64",  # dummy prefix
        "2001::/23",  # protocol assignments, with Teredo, benchmarks and ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation (RFC 9637)
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local, deprecated and no longer in the registry
        "ff00::/8",  # multicast, which has a registry of its own
    )
)
_ASSIGNED_IPV6: Final = ipaddress.IPv6Network("2000::/3")


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
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in REFUSED_IPV4)
    if _embedded_ipv4(address) != address:
        return True  # the IPv4 address inside it decides
    return address in _ASSIGNED_IPV6 and not any(address in network for network in REFUSED_IPV6)


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
