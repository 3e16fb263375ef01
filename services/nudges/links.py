"""Addresses of pages that open for whoever has them. Each is signed for one person and one kind of page."""

import hashlib
import hmac
from typing import Final

from shared.errors import DaymarkError
from shared.events import ManagerId, NudgeId, PersonId, PossibleAbsence, RepId

_TOKEN_HEX: Final = 32
_OWN_PAGE: Final = "you/"
_ANSWER: Final = "answer/"
_ABSENCE: Final = "absence/"
_MAIL: Final = "mail/"
_RECOGNISE: Final = "recognise/"


class NoLinkSecret(DaymarkError):
    """No secret is configured with which a link to a page could be signed. Set nudges.link_secret to env:NAME or file:PATH."""


class Links:
    """`base_url` is where people reach the pages. Without a secret no link can be signed, and none opens."""

    def __init__(self, *, base_url: str, secret: str | None) -> None:
        self._base_url = base_url.rstrip("/")
        self._secret = secret

    def inbox_url(self, manager_id: ManagerId) -> str:
        """The address of a manager's inbox.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return f"{self._base_url}/inbox/{manager_id}/{self._sign(manager_id)}"

    def own_page_url(self, rep_id: RepId) -> str:
        """The address of a rep's own page.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return f"{self._base_url}/you/{rep_id}/{self._sign(_OWN_PAGE + rep_id)}"

    def answer_url(self, nudge_id: NudgeId, person_id: PersonId) -> str:
        """The address of a page on which a person answers one nudge, and which shows nothing else.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return f"{self._base_url}/answer/{self.answer_path(nudge_id, person_id)}"

    def answer_path(self, nudge_id: NudgeId, person_id: PersonId) -> str:
        """The last three segments of that address, in which one differs from another.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return f"{nudge_id}/{person_id}/{self._sign(f'{_ANSWER}{nudge_id}/{person_id}')}"

    def mail_url(self, person_id: PersonId) -> str:
        """The address of the page on which a person chooses which messages they get, and stops mail.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return f"{self._base_url}/{self.mail_path(person_id)}"

    def mail_path(self, person_id: PersonId) -> str:
        """The path of that address, without the slash at its beginning.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return f"{_MAIL}{person_id}/{self._sign(_MAIL + person_id)}"

    def mail_url_if_any(self, person_id: PersonId) -> str:
        """That address; empty if no link can be signed."""
        return self.mail_url(person_id) if self._secret else ""

    def absence_url(self, manager_id: ManagerId, absence: PossibleAbsence) -> str:
        """The address of the page on which a manager enters that a rep was away; these days are filled in.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return f"{self._base_url}/absence/{self.absence_path(manager_id, absence)}"

    def absence_path(self, manager_id: ManagerId, absence: PossibleAbsence) -> str:
        """The last three segments of that address, and its query, in which one differs from another.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        rep_id = absence.rep.id
        signature = self._sign(f"{_ABSENCE}{manager_id}/{rep_id}")
        return f"{manager_id}/{rep_id}/{signature}?from={absence.first.isoformat()}&until={absence.last.isoformat()}"

    def recognise_path(self, sender_id: PersonId, rep_id: RepId, nudge_id: NudgeId | None = None) -> str:
        """The last three segments of the address of the page on which a manager or a colleague writes to a rep, and its query:
        the nudge for which a manager thanks.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        query = f"?nudge={nudge_id}" if nudge_id is not None else ""
        return f"{sender_id}/{rep_id}/{self._sign(f'{_RECOGNISE}{sender_id}/{rep_id}')}{query}"

    def recognise_url(self, sender_id: PersonId, rep_id: RepId, nudge_id: NudgeId | None = None) -> str:
        """The address of that page.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return f"{self._base_url}/recognise/{self.recognise_path(sender_id, rep_id, nudge_id)}"

    def can_open_inbox(self, manager_id: ManagerId, token: str) -> bool:
        return self._is_signature(manager_id, token)

    def can_open_own_page(self, rep_id: RepId, token: str) -> bool:
        return self._is_signature(_OWN_PAGE + rep_id, token)

    def can_open_answer(self, nudge_id: NudgeId, person_id: PersonId, token: str) -> bool:
        return self._is_signature(f"{_ANSWER}{nudge_id}/{person_id}", token)

    def can_open_mail(self, person_id: PersonId, token: str) -> bool:
        return self._is_signature(_MAIL + person_id, token)

    def can_open_absence(self, manager_id: ManagerId, rep_id: RepId, token: str) -> bool:
        return self._is_signature(f"{_ABSENCE}{manager_id}/{rep_id}", token)

    def can_recognise(self, sender_id: PersonId, rep_id: RepId, token: str) -> bool:
        return self._is_signature(f"{_RECOGNISE}{sender_id}/{rep_id}", token)

    def _is_signature(self, content: str, token: str) -> bool:
        try:
            expected = self._sign(content)
        except NoLinkSecret:
            return False
        return hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogateescape"))

    def _sign(self, content: str) -> str:
        """32 hex digits of HMAC-SHA256. An id holds no slash, so a rep and a manager with the same id have different tokens."""
        if not self._secret:
            raise NoLinkSecret
        return hmac.new(self._secret.encode(), content.encode(), hashlib.sha256).hexdigest()[:_TOKEN_HEX]
