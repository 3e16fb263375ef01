"""Addresses of pages that open to whoever has them: each is signed for one person and one kind of page."""

import hashlib
import hmac
from typing import Final

from shared.errors import DaymarkError

_TOKEN_HEX: Final = 32
_OF_REPS: Final = "you/"
_OF_ANSWERS: Final = "answer/"


class NoLinkSecret(DaymarkError):
    """No secret is configured that could sign a link to a page. Set nudges.link_secret to env:NAME or file:PATH."""


class Links:
    """`base_url` is where people reach the pages. Without a secret nothing can be signed, and nothing opens."""

    def __init__(self, *, base_url: str, secret: str | None) -> None:
        self._base_url = base_url.rstrip("/")
        self._secret = secret

    def of_manager(self, manager_id: str) -> str:
        """The address of a manager's inbox.

        Raises:
            NoLinkSecret: there is none.
        """
        return f"{self._base_url}/inbox/{manager_id}/{self._token(manager_id)}"

    def of_rep(self, rep_id: str) -> str:
        """The address of a rep's own page.

        Raises:
            NoLinkSecret: there is none.
        """
        return f"{self._base_url}/you/{rep_id}/{self._token(_OF_REPS + rep_id)}"

    def of_answer(self, nudge_id: str, person_id: str) -> str:
        """The address at which a person says what they think of one nudge, and where nothing else is seen.

        Raises:
            NoLinkSecret: there is none.
        """
        return f"{self._base_url}/answer/{self.path_of_answer(nudge_id, person_id)}"

    def path_of_answer(self, nudge_id: str, person_id: str) -> str:
        """The part of that address in which one differs from another.

        Raises:
            NoLinkSecret: there is none.
        """
        return f"{nudge_id}/{person_id}/{self._token(f'{_OF_ANSWERS}{nudge_id}/{person_id}')}"

    def opens_inbox(self, manager_id: str, token: str) -> bool:
        return self._opens(manager_id, token)

    def opens_own_page(self, rep_id: str, token: str) -> bool:
        return self._opens(_OF_REPS + rep_id, token)

    def opens_answer(self, nudge_id: str, person_id: str, token: str) -> bool:
        return self._opens(f"{_OF_ANSWERS}{nudge_id}/{person_id}", token)

    def _opens(self, signed: str, token: str) -> bool:
        try:
            expected = self._token(signed)
        except NoLinkSecret:
            return False
        return hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogateescape"))

    def _token(self, signed: str) -> str:
        """32 hex digits of HMAC-SHA256. An id holds no slash, so that a rep and a manager of one id have different ones."""
        if not self._secret:
            raise NoLinkSecret
        return hmac.new(self._secret.encode(), signed.encode(), hashlib.sha256).hexdigest()[:_TOKEN_HEX]
