"""The way back to the page on which somebody pressed a button, with what they had chosen there, and what the page says then."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request

from services.nudges.domain.feedback.undo import UNDO_FOR
from shared.events import NudgeId

_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_CHOICES: Final = ("rep", "kind", "from", "days")
"""What the query of a page's address may choose."""
ANSWERED: Final = "answered"
"""The query of an address names with it the nudge that was answered on a page that does not show it any more."""
_UNDONE: Final = "undone"
_TOO_LATE: Final = "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """Somebody has pressed *Undo* for a nudge or a dispute. `is_done`: it was possible."""

    id: str
    is_done: bool
    seconds: int = int(UNDO_FOR.total_seconds())


def nudge_id_in(text: str) -> NudgeId | None:
    """What somebody has typed into an address or a form, if it may be the id of a nudge."""
    return NudgeId(text) if _ID.fullmatch(text) else None


def query_of(request: Request, outcome: Mapping[str, str] | None = None) -> str:
    """The query of the page's address with what was chosen, and with what came of the button; empty for nothing."""
    chosen = {name: request.query_params[name] for name in _CHOICES if name in request.query_params}
    query = urlencode(chosen | dict(outcome or {}))
    return f"?{query}" if query else ""


def outcome_of_undo(undone_id: str, *, is_done: bool) -> Mapping[str, str]:
    """As the address says it."""
    return {_UNDONE if is_done else _TOO_LATE: undone_id}


def read_undone(request: Request) -> Undone | None:
    """What the address says; None if nobody has pressed the button."""
    for name in (_UNDONE, _TOO_LATE):
        if request.query_params.get(name):
            return Undone(id=request.query_params[name], is_done=name == _UNDONE)
    return None
