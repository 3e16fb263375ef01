"""What it means for people which channels there are."""

import pytest

from deploy.local.inspect.ways import describe_missing_channel


@pytest.mark.parametrize(
    ("names", "begins"),
    [
        ({"inbox"}, "the manager's inbox is the only one"),
        ({"inbox", "chat.team"}, "there are only rooms"),
        ({"chat.team"}, "there are only rooms"),
        ({"inbox", "chat.team", "personal"}, ""),
        ({"webhook"}, ""),
    ],
)
def test_a_room_and_the_managers_page_reach_no_rep(names: set[str], begins: str) -> None:
    text = describe_missing_channel(names)

    assert text.startswith(begins)
    assert bool(text) is bool(begins)
