"""What a manager wants to see of their inbox, as the address says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from services.nudges.domain.roster.access import Action, RosterToday, may
from services.nudges.pages.messages.stored_messages import Selection
from services.nudges.pages.way_back import nudge_id_in
from shared.events import NudgeId, NudgeKind, PersonId, RepId
from shared.languages.messages import marked

DISPUTES: Final = "dispute"
KIND_LABELS: Final = {
    DISPUTES: marked("Disputes"),
    NudgeKind.RECOGNITION: marked("Recognition"),
    NudgeKind.CELEBRATION: marked("Celebrations"),
    NudgeKind.COACHING: marked("Coaching hints"),
    NudgeKind.DIGEST: marked("About the team"),
    NudgeKind.ANNOUNCEMENT: marked("Announcements"),
    NudgeKind.CORRECTION: marked("Corrections"),
}
"""By what a manager can choose. What they say to a rep has a place of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxQuery:
    """`rep_id` and `kind` are empty for all. The page begins with the `first` message, or with the newest."""

    rep_id: str = ""
    kind: str = ""
    first: NudgeId | None = None

    @property
    def is_filtered(self) -> bool:
        return bool(self.rep_id or self.kind)

    @property
    def has_disputes(self) -> bool:
        return self.kind in {"", DISPUTES}

    @property
    def has_messages(self) -> bool:
        return self.kind != DISPUTES

    @property
    def selection(self) -> Selection:
        kind = NudgeKind(self.kind) if self.kind and self.has_messages else None
        return Selection(rep_id=RepId(PersonId(self.rep_id)) if self.rep_id else None, kind=kind)

    @property
    def text(self) -> str:
        """The query of an address that shows the same; empty for everything."""
        return self.starting_with(None)

    def starting_with(self, first: NudgeId | None) -> str:
        """The query of an address that shows the same from a message on."""
        fields = {"rep": self.rep_id, "kind": self.kind, "from": first or ""}
        query = urlencode({name: value for name, value in fields.items() if value})
        return f"?{query}" if query else ""


def read_query(parameters: Mapping[str, str], manager_id: PersonId, today: RosterToday) -> InboxQuery:
    """What the address does not say rightly is as if it did not say it."""
    rep_id, kind, first = (parameters.get(name, "") for name in ("rep", "kind", "from"))
    return InboxQuery(
        rep_id=rep_id if may(manager_id, Action.MANAGE, PersonId(rep_id), today) else "",
        kind=kind if kind in KIND_LABELS else "",
        first=nudge_id_in(first),
    )
