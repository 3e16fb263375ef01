"""Reading our own observation format out of JSON, for the senders that speak it."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from services.ingest.domain.webhook import BodyUnreadable, Refused
from shared.observation import Observation, ObservationRefused, observation_from

ITEMS_MAX: Final = 1_000


def read_json(body: bytes) -> object:
    """The JSON value that the body holds.

    Raises:
        BodyUnreadable: it holds none, or one nested too deep.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as refused:
        raise BodyUnreadable(f"body is no JSON ({type(refused).__name__})") from None


def read_items(documents: Sequence[object], *, account: str) -> list[Observation | Refused]:
    """Each document as an observation, or as refused. `account` is the source's, for those that name none.

    Raises:
        BodyUnreadable: there are more than a body may hold.
    """
    if len(documents) > ITEMS_MAX:
        raise BodyUnreadable(f"body holds more than {ITEMS_MAX} items")
    return [_read_item(number, document, account=account) for number, document in enumerate(documents)]


def _read_item(number: int, document: object, *, account: str) -> Observation | Refused:
    if not isinstance(document, Mapping):
        return Refused(item=number, problem="not a JSON object")
    try:
        return observation_from({"account": account, **document})
    except ObservationRefused as refused:
        return Refused(item=number, problem=f"{refused.where}: {refused.problem}")
