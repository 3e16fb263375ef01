"""The addresses of pages that were handed out before people could sign in, signed as they were then."""

import hashlib
import hmac

from shared.events import ManagerId, NudgeId, PersonId, PossibleAbsence, RepId


class OldAddresses:
    """They name no last day."""

    def __init__(self, *, base_url: str, secret: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._secret = secret

    def inbox_url(self, manager_id: ManagerId) -> str:
        return f"{self._base_url}/inbox/{manager_id}/{self._sign(manager_id)}"

    def own_page_url(self, rep_id: RepId) -> str:
        return f"{self._base_url}/you/{rep_id}/{self._sign(f'you/{rep_id}')}"

    def absence_url(self, manager_id: ManagerId, absence: PossibleAbsence) -> str:
        rep_id = absence.rep.id
        days = f"?from={absence.first.isoformat()}&until={absence.last.isoformat()}"
        return f"{self._base_url}/absence/{manager_id}/{rep_id}/{self._sign(f'absence/{manager_id}/{rep_id}')}{days}"

    def recognise_url(self, sender_id: PersonId, rep_id: RepId, nudge_id: NudgeId | None = None) -> str:
        query = f"?nudge={nudge_id}" if nudge_id is not None else ""
        return f"{self._base_url}/recognise/{sender_id}/{rep_id}/{self._sign(f'recognise/{sender_id}/{rep_id}')}{query}"

    def _sign(self, content: str) -> str:
        return hmac.new(self._secret.encode(), content.encode(), hashlib.sha256).hexdigest()[:32]
