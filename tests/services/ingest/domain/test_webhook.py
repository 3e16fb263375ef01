"""What a webhook shows of itself, and how large a body may be."""

from typing import Final

import pytest

from services.ingest.domain.reading import read_json
from services.ingest.domain.signed_sender import Signature
from services.ingest.domain.webhook import BodyUnreadable, Limits, RawWebhook, VerifiedWebhook
from tests.services.ingest.senders import NOW
from tests.services.ingest.senders.sender import ROTATED, SECRET, make_source

SOURCE: Final = make_source("standard")
CANARY: Final = "canary"
BODY: Final = CANARY.encode()


@pytest.mark.parametrize(
    "record",
    [
        SOURCE,
        RawWebhook(headers={}, body=BODY, query={"key": SECRET}),
        VerifiedWebhook(source=SOURCE.name, headers={}, body=BODY, received_at=NOW),
        Signature(hex_digest="00", signed=BODY),
    ],
)
def test_neither_a_secret_nor_a_body_is_shown(record: object) -> None:
    assert not any(hidden in repr(record) for hidden in (SECRET, ROTATED, CANARY))


def test_a_body_may_be_nested_sixty_four_levels_deep_and_no_more() -> None:
    read_json(b"[" * 64 + b"]" * 64, Limits())

    with pytest.raises(BodyUnreadable, match="nested deeper than 64"):
        read_json(b"[" * 65 + b"]" * 65, Limits())


def test_a_body_may_have_fifty_thousand_values_and_no_more() -> None:
    read_json(b"[" + b",".join([b"1"] * 49_999) + b"]", Limits())

    with pytest.raises(BodyUnreadable, match="more than 50000 values"):
        read_json(b"[" + b",".join([b"1"] * 50_000) + b"]", Limits())
