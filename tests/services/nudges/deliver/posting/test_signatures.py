"""Signatures that the reference library of Standard Webhooks accepts, and secrets that are keys."""

import base64

import pytest
from standardwebhooks.webhooks import Webhook

from services.nudges.deliver.posting.signatures import decode_key, signature_headers
from shared.clock import SystemClock
from tests.receiver import OTHER_SECRET, SECRET


def test_each_key_signs_the_id_the_time_and_the_body() -> None:
    keys = [key for secret in (SECRET, OTHER_SECRET) if (key := decode_key(secret)) is not None]

    headers = signature_headers("n1", b'{"text": "Hello"}', keys, now=SystemClock().now())

    for secret in (SECRET, OTHER_SECRET):
        assert Webhook(secret).verify(b'{"text": "Hello"}', headers) == {"text": "Hello"}


@pytest.mark.parametrize(("size", "is_key"), [(23, False), (24, True), (64, True), (65, False)])
def test_a_key_has_from_24_to_64_bytes(size: int, is_key: bool) -> None:
    assert (decode_key("whsec_" + base64.b64encode(bytes(size)).decode()) == bytes(size)) is is_key


def test_text_that_is_not_base64_is_no_key() -> None:
    assert decode_key("whsec_not base64 at all, however long it is") is None
