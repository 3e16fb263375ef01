"""How whoever steps the time learns that a service has caught up with it."""

from datetime import datetime

from shared.requests.endpoint import Endpoint, NoQuery, Schema


class ClockStatus(Schema):
    """Where a service's clock stands, and whether all work that is due by then is done."""

    now: datetime
    caught_up: bool


def status_endpoint(service: str) -> Endpoint[NoQuery, ClockStatus]:
    """How whoever steps the time asks a service. Replicas share the subject: what is due lives in the servers."""
    return Endpoint(subject=f"clock.status.v1.{service}", query=NoQuery, reply=ClockStatus)
