"""What can be asked about webhooks that ingest did not take."""

from datetime import datetime
from typing import Final

from shared.requests.endpoint import Endpoint, NoQuery, Schema


class UnknownPathRow(Schema):
    """A path that no source has: how often it was posted to since the replica that answers started, and when last."""

    path: str
    requests: int
    newest_at: datetime


class UnknownPathList(Schema):
    """The most frequent first, at most a hundred."""

    paths: tuple[UnknownPathRow, ...]


UNKNOWN_PATHS: Final = Endpoint(subject="ingest.unknown_paths.v1", query=NoQuery, reply=UnknownPathList)
