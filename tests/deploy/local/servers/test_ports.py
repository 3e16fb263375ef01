"""Each port is claimed once, and a port that is in use is named."""

import socket

import pytest

from deploy.local.servers.ports import PortTaken, claim_ports, find_free_ports


def test_free_ports_are_all_different() -> None:
    assert len(set(find_free_ports(500))) == 500


def test_a_configured_port_is_claimed_and_not_given_out_again() -> None:
    (port,) = find_free_ports(1)

    assert claim_ports([("127.0.0.1", port), ("127.0.0.1", 0)])[0] == port


def test_a_port_in_use_by_another_program_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(PortTaken, match=f"127.0.0.1:{port}"):
            claim_ports([("127.0.0.1", port)])


def test_a_port_of_an_ipv6_address_is_claimed() -> None:
    assert claim_ports([("::1", 0)])[0] > 0


def test_a_port_that_two_services_are_configured_with_is_named() -> None:
    (port,) = find_free_ports(1)

    with pytest.raises(PortTaken, match=f"127.0.0.1:{port}"):
        claim_ports([("127.0.0.1", port), ("127.0.0.1", port)])
