"""CloudEvents 1.0 in NATS binary mode: attributes are `ce-*` headers, the data is the body.

Specification: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/nats-protocol-binding.md
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from shared.trace import HEADER as TRACEPARENT

JSON: Final = "application/json"


def event_headers(
    *,
    event_id: str,
    event_type: str,
    source: str,
    subject: str,
    time: datetime,
    traceparent: str,
    content_type: str = JSON,
    deduplicate: bool = True,
    extensions: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers of one event. `source` is a URI reference such as `/scoring`. With `deduplicate`, JetStream drops a second
    event with the same id within its window."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-type": event_type,
        "ce-source": source,
        "ce-subject": subject,
        "ce-time": time.isoformat(),
        "ce-datacontenttype": content_type,
        TRACEPARENT: traceparent,
    }
    if deduplicate:
        headers["Nats-Msg-Id"] = event_id
    for name, value in (extensions or {}).items():
        headers[f"ce-{name}"] = value
    return headers
