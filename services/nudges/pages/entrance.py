"""How a visitor has come in, as pages and templates need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.nudges.domain.phrases import natural_name
from services.nudges.domain.roster.access import EMPTY_TODAY, RosterToday
from services.nudges.links import (
    DELIVERY_PATH,
    EFFECTS_PATH,
    PEOPLE_PATH,
    PLAYBOOK_PATH,
    SETUP_PATH,
    SIGNED_IN,
    SOURCES_PATH,
    TODAY_PATH,
    WINS_PATH,
    inbox_path,
    own_page_path,
    preferences_path,
)
from shared.events import PersonId, TeamId
from shared.languages.messages import marked

OPERATOR_PAGES: Final = (
    (marked("Delivery"), DELIVERY_PATH),
    (marked("People"), PEOPLE_PATH),
    (marked("Sources"), SOURCES_PATH),
    (marked("Set up"), SETUP_PATH),
)
"""The pages of whoever runs Daymark."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entrance:
    """Who came in, as the roster has them `today`.

    Somebody who is signed in has a session, and a `csrf` token, which every form carries. Somebody who came by a link has none;
    then the links on the page end on the `last_day` of theirs. `address_ends_on` is the day from which a page opens for them
    only once they sign in; None unless they came by an address that never ended. `address` is the page that they opened; empty
    for what they posted.
    """

    person_id: PersonId
    today: RosterToday
    token: str = SIGNED_IN
    csrf: str = ""
    session_id: int | None = None
    last_day: date | None = None
    address_ends_on: date | None = None
    address: str = ""

    @property
    def is_signed_in(self) -> bool:
        return bool(self.csrf)

    @property
    def name(self) -> str:
        return natural_name(self.today.name_of(self.person_id))

    @property
    def teams(self) -> Sequence[TeamId]:
        """Those that they manage today, then the one in which they sell."""
        person = self.today.people[self.person_id]
        own = (person.team,) if person.team is not None and person.team not in person.manages else ()
        return (*sorted(person.manages), *own)

    @property
    def pages(self) -> Sequence[tuple[str, str]]:
        """The pages that open for whoever is signed in: pairs of a label, not yet translated, and an
        address. The first one is where they begin."""
        if not self.is_signed_in:
            return ()
        is_manager, is_rep = self.today.is_manager(self.person_id), self.today.is_rep(self.person_id)
        pages = []
        if is_manager:
            pages.extend([(marked("Today"), TODAY_PATH), (marked("Inbox"), inbox_path(self.person_id))])
        if is_rep:
            pages.append((marked("Your day") if is_manager else "Today", own_page_path(self.person_id)))
        if is_manager or is_rep:
            pages.extend([(marked("Playbook"), PLAYBOOK_PATH), (marked("Wins"), WINS_PATH)])
        if is_manager:
            pages.append((marked("Effects"), EFFECTS_PATH))
        if self.person_id in self.today.operators:
            pages.extend(OPERATOR_PAGES)
        if is_manager or is_rep:
            pages.append((marked("Preferences"), preferences_path(self.person_id)))
        return pages


OUTSIDE: Final = Entrance(person_id=PersonId(""), today=EMPTY_TODAY)
"""Of a page that is open to everybody."""
