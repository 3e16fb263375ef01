"""What is an address, by transport."""

import pytest

from shared.reach import TRANSPORTS


@pytest.mark.parametrize("name", TRANSPORTS)
def test_the_example_of_a_transport_is_an_address(name: str) -> None:
    assert TRANSPORTS[name].is_address(TRANSPORTS[name].example)


@pytest.mark.parametrize(
    ("transport", "text"),
    [
        ("mail", ""),
        ("mail", "ana"),
        ("mail", "ana@"),
        ("mail", "ana@example.com\r\nBcc: all@example.com"),
        ("mail", "ana@example.com, ben@example.com"),
        ("mail", "Ana <ana@example.com>"),
        ("mail", "ana@exam ple.com"),
        ("mail", "ana@-example.com"),
        ("mail", f"ana@{'a.' * 130}com"),
        ("mail", f"{'a' * 65}@example.com"),
        ("teams", "ana"),
        ("teams", "U024BE7LH"),
        ("webhook", "http://ana.example.com/daymark"),
        ("webhook", "https://"),
        ("webhook", "https://user:password@ana.example.com/"),
        ("webhook", "https://ana.example.com/a b"),
        ("webhook", "https://ana.example.com/#here"),
        ("webhook", "https://ana.example.com/\r\nHost: evil.example"),
        ("webhook", "https://ana.example.com:123456/"),
        ("webhook", "https://[::1]/"),
        ("webhook", f"https://ana.example.com/{'a' * 500}"),
        ("slack", "ana"),
        ("slack", "@ana"),
        ("slack", "C024BE7LH"),
        ("slack", "U024BE7LH\n"),
    ],
)
def test_anything_else_is_none(transport: str, text: str) -> None:
    assert not TRANSPORTS[transport].is_address(text)


@pytest.mark.parametrize(
    "address", ["ana+daymark@mail.example.co.uk", "o'brien@example.com", "ana@localhost", "a.b@x1.example"]
)
def test_usual_mail_addresses_are_addresses(address: str) -> None:
    assert TRANSPORTS["mail"].is_address(address)


@pytest.mark.parametrize("address", ["https://x.example", "https://x.example:8443/a/@b?c=d&e=%2F", "https://x.example?token=1"])
def test_usual_addresses_of_webhooks_are_addresses(address: str) -> None:
    assert TRANSPORTS["webhook"].is_address(address)
