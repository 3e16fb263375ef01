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
