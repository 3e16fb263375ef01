"""Which addresses are public."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest

from services.nudges.deliver.public_addresses import is_allowed, is_public

SPECIAL_IPV4 = (
    *("0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24", "192.88.99.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32"),
    "224.0.0.0/4",
)
"""The blocks of the registry that are not globally reachable, and multicast."""
SPECIAL_IPV6 = (
    *("::1/128", "::/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:2::/48"),
    *("2001:10::/28", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
)
FORMS = ["::ffff:0:0", "64:ff9b::", "::"]
"""Prefixes of 96 bits before an IPv4 address: mapped, NAT64, compatible."""


def _edges(network: IPv4Network | IPv6Network) -> list[IPv4Address | IPv6Address]:
    return [network[0], network[-1]]


@pytest.mark.parametrize("block", [*SPECIAL_IPV4, *SPECIAL_IPV6])
def test_no_address_of_a_special_block_is_public(block: str) -> None:
    assert not any(is_public(address) for address in _edges(ip_network(block)))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("block", SPECIAL_IPV4)
def test_no_address_of_a_special_block_is_public_in_the_form_of_ipv6(block: str, form: str) -> None:
    for address in _edges(ip_network(block)):
        assert not is_public(IPv6Address(int(IPv6Address(form)) + int(address)))


@pytest.mark.parametrize("block", SPECIAL_IPV4)
def test_no_address_of_a_special_block_is_public_behind_6to4(block: str) -> None:
    for address in _edges(ip_network(block)):
        assert not is_public(IPv6Address(int(IPv6Address("2002::")) + (int(address) << 80)))


@pytest.mark.parametrize(
    "neighbour",
    [
        *("1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"),
        *("169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0"),
        *("192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0"),
        *("198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255", "168.63.129.15"),
        *("2001:200::", "2001:db7:ffff::1", "2001:db9::", "3ffe:ffff::1", "2000::1", "192.31.196.1", "192.175.48.1"),
    ],
)
def test_what_is_beside_a_special_block_is_public(neighbour: str) -> None:
    assert is_public(ip_address(neighbour))


@pytest.mark.parametrize("address", ["4000::1", "1fff::1", "200::1", "64:ff9b:2::1"])
def test_what_is_not_assigned_to_the_internet_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


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
