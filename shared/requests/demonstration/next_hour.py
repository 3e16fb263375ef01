"""What pages ask of the demonstration, where one is played."""

from datetime import datetime
from typing import Final

from shared.requests.endpoint import Endpoint, NoQuery, Schema


class ReachedTime(Schema):
    """Up to when the demonstration has been played."""

    now: datetime


NEXT_HOUR: Final = Endpoint(subject="demo.next_hour.v1", query=NoQuery, reply=ReachedTime)
"""Play the next hour at once, and reply when it is over."""
