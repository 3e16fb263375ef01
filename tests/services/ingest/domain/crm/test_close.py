"""Close: which signatures are accepted."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.close import ADAPTER
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch, Source
from shared.observation import SourceName

KEY: Final = b"b9260244ef33625f9b4b26a27db08758cdd39478b852c73f2d33ab042eb8abb4"
SOURCE: Final = Source(name=SourceName("close"), kind="close", secrets=(b"00ff", KEY), outcomes={"outcome_demo": "held"})
BODY: Final = (
    b'{"event": {"id": "ev_4YUAT9G7PQNYEX0V7HpiZa", "date_created": "2019-01-01T13:33:00.842000", "data": {"object_type": '
    b'"activity.note", "action": "created", "note": "test content"}}, "subscription_id": "whsub_mBTylJxRXaBOXcuQmgUdmL"}'
)
HASH, TIME_S = "e6cf27a55de463dc46d8b5c16d2afe74d766e8f0c9892422c93573521cd377ed", 1557751596


def _signed(body: bytes = BODY, digest: str = HASH, time: int | str = TIME_S) -> RawWebhook:
    return RawWebhook(headers={"close-sig-hash": digest, "close-sig-timestamp": str(time)}, body=body)


def _now(off_s: int = 0) -> datetime:
    return datetime.fromtimestamp(TIME_S, UTC) + timedelta(seconds=off_s)


@pytest.mark.parametrize("off_s", [-300, 0, 300])
def test_a_published_vector_is_accepted_within_five_minutes(off_s: int) -> None:
    assert ADAPTER.verify(_signed(), SOURCE, now=_now(off_s)).body == BODY


@pytest.mark.parametrize(
    "webhook",
    [
        _signed(body=BODY + b"\n"),
        _signed(digest=HASH[:-1] + "e"),
        _signed(digest=""),
        _signed(digest="ä"),
        _signed(time=TIME_S + 1),
        _signed(time="nan"),
        RawWebhook(headers={}, body=BODY),
    ],
)
def test_anything_else_is_refused(webhook: RawWebhook) -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(webhook, SOURCE, now=_now())


@pytest.mark.parametrize("off_s", [-301, 301])
def test_a_time_further_off_is_refused(off_s: int) -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(_signed(), SOURCE, now=_now(off_s))


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(window_s=259_200)
