"""How often somebody may ask for a sign-in link, by the address from which they ask."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

from shared.service.http.connections import address_of

_WITHIN: Final = timedelta(minutes=10)
_ADDRESSES_MAX: Final = 10_000


class AskingLimit:
    """Counts what this process is asked. It remembers a limited number of addresses: those that asked last."""

    def __init__(self, *, asked_max: int) -> None:
        self._asked_max = asked_max
        self._asked: OrderedDict[str, deque[datetime]] = OrderedDict()

    def allows(self, host: str, *, now: datetime) -> bool:
        """Count one more. Returns whether it is one of those that are allowed within ten minutes; others do not count."""
        address = address_of(host)
        asked = self._asked.setdefault(address, deque())
        self._asked.move_to_end(address)
        while len(self._asked) > _ADDRESSES_MAX:
            self._asked.popitem(last=False)
        while asked and now - asked[0] >= _WITHIN:
            asked.popleft()
        if len(asked) >= self._asked_max:
            return False
        asked.append(now)
        return True
