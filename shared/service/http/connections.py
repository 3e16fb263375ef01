"""The open connections by the address of their client.

At a limit, a new connection takes the place of the one that keeps the server waiting and would be cut off first anyway. So
clients that only hold connections open keep nobody out, not even others behind the same proxy.
"""

from collections import OrderedDict
from ipaddress import IPv6Address, IPv6Network
from typing import Final, Protocol, TypeAlias

_ONE_CUSTOMER_BITS: Final = 64
"""Of an IPv6 address: a provider gives each of its customers a network of at least this size."""


class Connection(Protocol):
    """A connection to a client."""

    def waits_until_s(self) -> float | None:
        """When it is cut off unless its client sends more, in the time of the event loop. None while the server is at work for
        its client."""
        ...

    def cut(self) -> None:
        """Close it now, without an answer."""
        ...


_Group: TypeAlias = OrderedDict[Connection, float | None]
_EMPTY: Final[_Group] = OrderedDict()


class Connections:
    """Those of one server. A group is in the order in which its members were opened or last found active, with the time until
    which each was waiting then; so the next to give way is found without looking at all."""

    def __init__(self, *, per_address_max: int, connections_max: int) -> None:
        self._per_address_max = per_address_max
        self._connections_max = connections_max
        self._by_address: dict[str, _Group] = {}
        self._all: _Group = OrderedDict()
        self._addresses: dict[Connection, str] = {}
        self._refused = 0

    def add(self, connection: Connection, host: str) -> bool:
        """Take in a new connection. False if there is no place for it."""
        address = address_of(host)
        of_address = self._by_address.get(address, _EMPTY)
        has_place = (len(of_address) < self._per_address_max or self._make_room(of_address)) and (
            len(self._all) < self._connections_max or self._make_room(self._all)
        )
        if not has_place:
            self._refused += 1
            return False
        until_s = connection.waits_until_s()
        self._by_address.setdefault(address, OrderedDict())[connection] = until_s
        self._all[connection] = until_s
        self._addresses[connection] = address
        return True

    def remove(self, connection: Connection) -> None:
        """Forget a connection; one that is not known any more is no error."""
        address = self._addresses.pop(connection, None)
        if address is None:
            return
        del self._all[connection]
        del self._by_address[address][connection]
        if not self._by_address[address]:
            del self._by_address[address]

    def take_refused(self) -> int:
        """How many connections found no place since this was last asked."""
        refused, self._refused = self._refused, 0
        return refused

    def _make_room(self, group: _Group) -> bool:
        """Cut off the one that has been waiting for longest. False if the server is at work for all of them."""
        for _ in range(2 * len(group)):  # whoever was active since the last time gets a second chance
            connection, before_s = next(iter(group.items()))
            until_s = connection.waits_until_s()
            if until_s is not None and until_s == before_s:
                self.remove(connection)
                connection.cut()
                return True
            group[connection] = until_s
            group.move_to_end(connection)
        return False


def address_of(host: str) -> str:
    """The address that is counted: one of IPv4 itself, also if it is written as one of IPv6; of IPv6, the network."""
    if ":" not in host:
        return host
    address = IPv6Address(host.partition("%")[0])
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, _ONE_CUSTOMER_BITS), strict=False))
