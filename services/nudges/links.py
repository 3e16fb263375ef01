"""Addresses of pages. Most open for the person who is signed in; those in messages are signed, and open for whoever has them.

A signature is for one person and one kind of page, and for some days. Those that were handed out before people could sign in
name no last day.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final, assert_never

from shared.errors import DaymarkError
from shared.events import ManagerId, NudgeId, PersonId, PossibleAbsence, RepId

SIGNED_IN: Final = "-"
"""Stands in an address where the signature would: it opens for the person who is signed in."""
SETUP_PATH: Final = "/setup"
"""Leads an operator through the first use."""
SOURCES_PATH: Final = "/sources"
"""What each source sends, for operators."""
EFFECTS_PATH: Final = "/effects"
"""What the messages of each rule achieve, for managers."""
PEOPLE_PATH: Final = "/people"
"""Today's roster, for operators."""
DELIVERY_PATH: Final = "/delivery"
"""Whether messages reach people, for operators."""
WINS_PATH: Final = "/wins"
"""What was celebrated in the teams of whoever is signed in."""
NEXT_HOUR_PATH: Final = "/demo/next-hour"
LANGUAGE_PATH: Final = "/language"
"""Lets the demonstration go on."""
TODAY_PATH: Final = "/today"
TOKENS_PATH: Final = "/tokens"
"""Opens the teams of the manager who is signed in."""
PLAYBOOK_PATH: Final = "/playbook"
"""What a good day is in the teams of whoever is signed in."""
MESSAGE_LINK_AGE_MAX: Final = timedelta(days=14)
"""How long the links in a message work."""
_TOKEN_HEX: Final = 32
_DAY: Final = "%Y%m%d"


class NoLinkSecret(DaymarkError):
    """No secret is configured with which a link to a page could be signed. Set nudges.link_secret to env:NAME or file:PATH."""


class Door(Enum):
    """The kinds of pages, each with the beginning of its addresses."""

    INBOX = "inbox"
    OWN_PAGE = "you"
    ANSWER = "answer"
    MAIL = "mail"
    ABSENCE = "absence"
    RECOGNISE = "recognise"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """A valid one. It opens until the end of `last_day` in UTC; None if it names no day."""

    last_day: date | None


class Links:
    """`base_url` is where people reach the pages. Without a secret no link can be signed, and none opens. With
    `people_can_sign_in`, messages lead to a rep's own page and to a manager's inbox without a signature."""

    def __init__(self, *, base_url: str, secret: str | None, people_can_sign_in: bool = True) -> None:
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._people_can_sign_in = people_can_sign_in

    def sign_in_url(self, token: str) -> str:
        """The address of the page with the button that signs somebody in."""
        return f"{self._base_url}/sign-in/{token}"

    def welcome_url(self, token: str) -> str:
        """The address at which the first operator says who they are."""
        return f"{self._base_url}/welcome/{token}"

    def own_page_url(self, rep_id: RepId, *, last_day: date) -> str:
        """The address of a rep's own page, as it stands in a message. It is signed where nobody could sign in.

        Raises:
            NoLinkSecret: it has to be signed, and no secret is configured.
        """
        if self._people_can_sign_in:
            return self._url(own_page_path(rep_id))
        token = self._sign(_content(Door.OWN_PAGE, {"person": rep_id}), last_day)
        return self._url(f"/{Door.OWN_PAGE.value}/{rep_id}/{token}")

    def inbox_url(self, manager_id: ManagerId, *, last_day: date) -> str:
        """The address of a manager's inbox, as it stands in a message. It is signed where nobody could sign in.

        Raises:
            NoLinkSecret: it has to be signed, and no secret is configured.
        """
        if self._people_can_sign_in:
            return self._url(inbox_path(manager_id))
        token = self._sign(_content(Door.INBOX, {"person": manager_id}), last_day)
        return self._url(f"/{Door.INBOX.value}/{manager_id}/{token}")

    def answer_url(self, nudge_id: NudgeId, person_id: PersonId) -> str:
        """The address of a page on which a person answers one nudge, and which shows nothing else.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return self._url(f"/{Door.ANSWER.value}/{self.answer_path(nudge_id, person_id)}")

    def answer_path(self, nudge_id: NudgeId, person_id: PersonId) -> str:
        """The last three segments of that address, in which one differs from another. It ends with the message.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return f"{nudge_id}/{person_id}/{self._sign(_content(Door.ANSWER, {'nudge': nudge_id, 'person': person_id}))}"

    def mail_url(self, person_id: PersonId) -> str:
        """The address of the page on which a person chooses which messages they get, and stops mail. It never ends, as mail is
        kept for long.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return self._url(f"/{self.mail_path(person_id)}")

    def mail_path(self, person_id: PersonId, *, is_signed_in: bool = False) -> str:
        """The path of that address, without the slash at its beginning. For somebody who `is_signed_in` it is not signed.

        Raises:
            NoLinkSecret: it has to be signed, and no secret is configured.
        """
        token = SIGNED_IN if is_signed_in else self._sign(_content(Door.MAIL, {"person": person_id}))
        return f"{Door.MAIL.value}/{person_id}/{token}"

    def mail_url_if_any(self, person_id: PersonId) -> str:
        """That address; empty if no link can be signed."""
        return self.mail_url(person_id) if self._secret else ""

    def absence_url(self, manager_id: ManagerId, absence: PossibleAbsence, *, last_day: date) -> str:
        """The address of the page on which a manager enters that a rep was away; these days are filled in.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return self._url(f"/{Door.ABSENCE.value}/{self.absence_path(manager_id, absence, last_day=last_day)}")

    def absence_path(self, manager_id: ManagerId, absence: PossibleAbsence, *, last_day: date | None) -> str:
        """The last three segments of that address, and its query, in which one differs from another. Without a `last_day` it
        opens for the manager who is signed in.

        Raises:
            NoLinkSecret: it has to be signed, and no secret is configured.
        """
        rep_id = absence.rep.id
        token = self._token(Door.ABSENCE, manager_id, rep_id, last_day=last_day)
        return f"{manager_id}/{rep_id}/{token}?from={absence.first.isoformat()}&until={absence.last.isoformat()}"

    def recognise_url(self, sender_id: PersonId, rep_id: RepId, nudge_id: NudgeId | None = None, *, last_day: date) -> str:
        """The address of the page on which a manager or a colleague writes to a rep.

        Raises:
            NoLinkSecret: no secret is configured.
        """
        return self._url(f"/{Door.RECOGNISE.value}/{self.recognise_path(sender_id, rep_id, nudge_id, last_day=last_day)}")

    def recognise_path(
        self, sender_id: PersonId, rep_id: RepId, nudge_id: NudgeId | None = None, *, last_day: date | None
    ) -> str:
        """The last three segments of that address, and its query: the nudge for which a manager thanks. Without a `last_day` it
        opens for the sender who is signed in.

        Raises:
            NoLinkSecret: it has to be signed, and no secret is configured.
        """
        query = f"?nudge={nudge_id}" if nudge_id is not None else ""
        return f"{sender_id}/{rep_id}/{self._token(Door.RECOGNISE, sender_id, rep_id, last_day=last_day)}{query}"

    def find_signature(self, door: Door, parameters: Mapping[str, str], token: str) -> Signature | None:
        """What the last segment of an address says. `parameters` are the other segments: `person`, and `rep` or `nudge`. None
        if it is no signature for them."""
        content = _content(door, parameters)
        try:
            day_of_token, is_dated, _ = token.partition(".")
            last_day = date.fromisoformat(day_of_token) if is_dated else None
            expected = self._sign(content, last_day)
        except (NoLinkSecret, ValueError):
            return None
        is_genuine = hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogateescape"))
        return Signature(last_day=last_day) if is_genuine else None

    def _url(self, path: str) -> str:
        return f"{self._base_url}{path}"

    def _token(self, door: Door, person_id: PersonId, rep_id: RepId, *, last_day: date | None) -> str:
        if last_day is None:
            return SIGNED_IN
        return self._sign(_content(door, {"person": person_id, "rep": rep_id}), last_day)

    def _sign(self, content: str, last_day: date | None = None) -> str:
        """32 hex digits of HMAC-SHA256, after the last day and a full stop if there is one."""
        if not self._secret:
            raise NoLinkSecret
        day = last_day.strftime(_DAY) if last_day is not None else ""
        signed = f"until/{day}/{content}" if day else content
        digest = hmac.new(self._secret.encode(), signed.encode(), hashlib.sha256).hexdigest()[:_TOKEN_HEX]
        return f"{day}.{digest}" if day else digest


def inbox_path(manager_id: PersonId) -> str:
    """The inbox of a manager who is signed in."""
    return f"/{Door.INBOX.value}/{manager_id}/{SIGNED_IN}"


def own_page_path(rep_id: PersonId) -> str:
    """The own page of a rep who is signed in."""
    return f"/{Door.OWN_PAGE.value}/{rep_id}/{SIGNED_IN}"


def rep_page_path(rep_id: PersonId) -> str:
    """The page of a rep, as it opens for the rep and for their managers who are signed in."""
    return f"/people/{rep_id}"


def rep_day_path(rep_id: PersonId, day: date) -> str:
    """A day of a rep, as it opens for the rep and for their managers who are signed in."""
    return f"{rep_page_path(rep_id)}/day/{day.isoformat()}"


def preferences_path(person_id: PersonId) -> str:
    """Where somebody who is signed in chooses which messages they get."""
    return f"/{Door.MAIL.value}/{person_id}/{SIGNED_IN}"


def playbook_path(team_id: str) -> str:
    """What a good day is in a team."""
    return f"{PLAYBOOK_PATH}/{team_id}"


def edit_playbook_path(team_id: str) -> str:
    """The form that changes it."""
    return f"{playbook_path(team_id)}/edit"


def last_day_of_links(sent_at: datetime) -> date:
    """Until when the links in a message work that is sent at that time."""
    return (sent_at + MESSAGE_LINK_AGE_MAX).date()


def _content(door: Door, parameters: Mapping[str, str]) -> str:
    """What is signed. An id holds no slash, so a rep and a manager with the same id have different signatures."""
    person_id = parameters["person"]
    match door:
        case Door.INBOX:
            return person_id
        case Door.OWN_PAGE | Door.MAIL:
            return f"{door.value}/{person_id}"
        case Door.ANSWER:
            return f"{door.value}/{parameters['nudge']}/{person_id}"
        case Door.ABSENCE | Door.RECOGNISE:
            return f"{door.value}/{person_id}/{parameters['rep']}"
        case _:
            assert_never(door)
