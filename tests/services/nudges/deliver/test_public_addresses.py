"""Which addresses are public."""

from ipaddress import ip_address, ip_network

import pytest

from services.nudges.deliver.public_addresses import is_allowed, is_public


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::"])
def test_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))
    assert is_allowed(ip_address(address), ())


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "::"),
        *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::1", "fec0::1"),
        *("169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254"),
        *("2002:7f00:1::", "2002:a9fe:a9fe::1", "::ffff:168.63.129.16"),
    ],
)
def test_this_machine_its_network_and_its_cloud_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not is_allowed(ip_address(address), ())


@pytest.mark.parametrize(
    ("address", "network"),
    [("10.1.2.3", "10.1.0.0/16"), ("127.0.0.1", "127.0.0.0/8"), ("::ffff:127.0.0.1", "127.0.0.0/8"), ("::1", "::1/128")],
)
def test_the_operator_can_allow_a_network(address: str, network: str) -> None:
    assert is_allowed(ip_address(address), [ip_network(network)])


def test_no_more_than_the_network_is_allowed() -> None:
    assert not is_allowed(ip_address("10.2.0.1"), [ip_network("10.1.0.0/16")])
