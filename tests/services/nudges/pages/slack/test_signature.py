"""Who has sent a request: Slack, within the last five minutes."""

from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.signature import SignatureVerifier

from services.nudges.pages.slack.signature import is_signed, sign

BODY = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&command=%2Fweather&text=94070"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SENT_AT = datetime(2026, 1, 5, 11, tzinfo=UTC)
TIMESTAMP = str(int(SENT_AT.timestamp()))
SIGNATURE = sign(BODY, timestamp=TIMESTAMP, secret=SECRET)


def test_the_signature_is_the_one_that_slacks_own_library_makes() -> None:
    assert SignatureVerifier(SECRET).generate_signature(timestamp=TIMESTAMP, body=BODY) == SIGNATURE


@pytest.mark.parametrize(
    ("age_s", "is_accepted"), [(0, True), (300, True), (301, False), (-300, True), (-301, False), (10**9, False)]
)
def test_a_request_is_accepted_for_five_minutes(age_s: int, is_accepted: bool) -> None:
    now = SENT_AT + timedelta(seconds=age_s)

    assert is_signed(BODY, timestamp=TIMESTAMP, signature=SIGNATURE, secret=SECRET, now=now) == is_accepted


@pytest.mark.parametrize(
    ("body", "timestamp", "signature", "secret"),
    [
        (BODY + b"&", TIMESTAMP, SIGNATURE, SECRET),
        (BODY, str(int(TIMESTAMP) + 1), SIGNATURE, SECRET),
        (BODY, TIMESTAMP, SIGNATURE, SECRET[:-1]),
        (BODY, TIMESTAMP, SIGNATURE[:-1], SECRET),
        (BODY, TIMESTAMP, SIGNATURE.removeprefix("v0="), SECRET),
        (BODY, TIMESTAMP, SIGNATURE.replace("v0", "v1"), SECRET),
        (BODY, TIMESTAMP, SIGNATURE + "é", SECRET),
        (BODY, TIMESTAMP, "", SECRET),
        (BODY, "", SIGNATURE, SECRET),
        (BODY, "now", SIGNATURE, SECRET),
        (BODY, "٣" * 10, SIGNATURE, SECRET),
        (BODY, f" {TIMESTAMP}", SIGNATURE, SECRET),
        (BODY, "9" * 400, SIGNATURE, SECRET),
    ],
)
def test_whatever_differs_is_refused(body: bytes, timestamp: str, signature: str, secret: str) -> None:
    assert is_signed(BODY, timestamp=TIMESTAMP, signature=SIGNATURE, secret=SECRET, now=SENT_AT)
    assert not is_signed(body, timestamp=timestamp, signature=signature, secret=secret, now=SENT_AT)
