"""Who has to give way when an address, or all together, has too many connections."""

import pytest

from shared.service.http.connections import Connections, address_of


class _Client:
    """A connection that waits for its client until then; None while the server is at work."""

    def __init__(self, until_s: float | None) -> None:
        self.until_s = until_s
        self.is_cut = False

    def waits_until_s(self) -> float | None:
        return self.until_s

    def cut(self) -> None:
        self.is_cut = True


def _opened(connections: Connections, *clients: _Client, host: str = "192.0.2.1") -> None:
    for client in clients:
        assert connections.add(client, host)


def test_at_the_limit_of_an_address_the_one_that_has_waited_longest_gives_way() -> None:
    connections = Connections(per_address_max=3, connections_max=100)
    first, second, third, new = (_Client(number) for number in range(4))

    _opened(connections, first, second, third, new)

    assert [client.is_cut for client in (first, second, third, new)] == [True, False, False, False]
    assert connections.take_refused() == 0


def test_one_that_was_active_since_it_was_opened_is_spared() -> None:
    connections = Connections(per_address_max=2, connections_max=100)
    active, idle, new = _Client(1.0), _Client(2.0), _Client(4.0)
    _opened(connections, active, idle)

    active.until_s = 3.0
    _opened(connections, new)

    assert (active.is_cut, idle.is_cut) == (False, True)


def test_one_that_was_active_once_gives_way_when_it_has_waited_since() -> None:
    connections = Connections(per_address_max=2, connections_max=100)
    active, idle = _Client(1.0), _Client(2.0)
    _opened(connections, active, idle)
    active.until_s = 3.0

    _opened(connections, _Client(4.0), _Client(5.0))

    assert active.is_cut


def test_nobody_gives_way_for_whom_the_server_is_at_work() -> None:
    connections = Connections(per_address_max=2, connections_max=100)
    clients = [_Client(None), _Client(None)]
    _opened(connections, *clients)

    assert not connections.add(_Client(1.0), "192.0.2.1")
    assert not any(client.is_cut for client in clients)
    assert (connections.take_refused(), connections.take_refused()) == (1, 0)


def test_all_that_became_active_still_make_room_for_a_new_one() -> None:
    connections = Connections(per_address_max=2, connections_max=100)
    clients = [_Client(1.0), _Client(2.0)]
    _opened(connections, *clients)
    for client in clients:
        client.until_s = 9.0

    _opened(connections, _Client(3.0))

    assert [client.is_cut for client in clients] == [True, False]


def test_other_addresses_are_not_concerned() -> None:
    connections = Connections(per_address_max=1, connections_max=100)
    first, second = _Client(1.0), _Client(2.0)

    _opened(connections, first)
    _opened(connections, second, host="192.0.2.2")

    assert not first.is_cut


def test_all_addresses_together_have_a_limit_too() -> None:
    connections = Connections(per_address_max=2, connections_max=3)
    clients = [_Client(float(number)) for number in range(4)]

    for number, client in enumerate(clients):
        _opened(connections, client, host=f"192.0.2.{number}")

    assert [client.is_cut for client in clients] == [True, False, False, False]


def test_a_connection_that_has_ended_leaves_its_place() -> None:
    connections = Connections(per_address_max=1, connections_max=1)
    first, second = _Client(None), _Client(None)
    _opened(connections, first)

    connections.remove(first)
    connections.remove(first)

    _opened(connections, second)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:a:b:c:d", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_of_an_ipv6_address_the_network_of_a_customer_is_counted(host: str, address: str) -> None:
    assert address_of(host) == address
