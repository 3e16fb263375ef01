"""Ports are handed out once each, and a taken one is named."""

import socket

import pytest

from deploy.local.ports import PortTaken, claim_ports, free_ports


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(500))) == 500


def test_a_port_that_is_asked_for_is_given_and_no_other_gets_it() -> None:
    (port,) = free_ports(1)

    assert claim_ports([("127.0.0.1", port), ("127.0.0.1", 0)])[0] == port


def test_a_port_on_which_another_program_listens_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(PortTaken, match=f"127.0.0.1:{port}"):
            claim_ports([("127.0.0.1", port)])


def test_a_port_of_the_other_kind_of_address_is_claimed() -> None:
    assert claim_ports([("::1", 0)])[0] > 0


def test_the_same_port_for_two_services_is_named() -> None:
    (port,) = free_ports(1)

    with pytest.raises(PortTaken, match=f"127.0.0.1:{port}"):
        claim_ports([("127.0.0.1", port), ("127.0.0.1", port)])
