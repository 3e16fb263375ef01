"""What people received, one entry for each rep whom a message is about."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from bench.trials.trace import Meaning
from services.nudges.domain.candidate import BRIEF_RULE
from services.nudges.domain.moments import Moment
from services.nudges.rules.catalogue import MANAGER_RULES, REP_RULES, RULES
from shared.events import Nudge, NudgeId, NudgeKind, PersonId, RepId

_LIST_SENT: Final = """
-- What went out, by itself or as a part of another message.
SELECT event::text AS event, sent_day, send_at FROM nudge WHERE status IN ('sent', 'bundled') ORDER BY send_at, seq
"""
_INFORMING: Final = frozenset(
    {
        *("digest", "recognition_due", "back_today", "first_day_of_rep", "starts_today"),
        *("away_today", "could_use_a_hand", "disputes", "sent_to_team"),
    }
)
"""Rules for managers that hold nothing against the reps whom they mention, or repeat what a rule about reps has sent. One that
is not listed here does."""
_RIGHT_ABOUT: Final = {
    "gone_silent": frozenset({Meaning.FALL, Meaning.ABSENT}),
    "roster_check": frozenset({Meaning.ABSENT, Meaning.NOT_ROSTERED}),
}
"""Rules that hold nothing against anybody but ask: whether somebody is away, and whether the roster is right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A message as far as it is about one rep; about nobody in particular if `rep_id` is None. `about_day` is the day that the
    nudge is stored with, `day` the receiver's own day on which it arrived."""

    nudge_id: NudgeId
    rule: str
    receiver: PersonId
    rep_id: RepId | None
    about_day: date
    day: date
    at: datetime
    text: str


async def list_messages(pool: asyncpg.Pool, names: Mapping[RepId, str]) -> list[Sent]:
    """Every message of a rule, in the order in which they went out. Announcements and corrections are left out. `names` are the
    reps' full names, by which managers' messages call them if nothing shorter tells them apart."""
    return [sent for row in await pool.fetch(_LIST_SENT) for sent in _read(row, names)]


def _read(row: asyncpg.Record, names: Mapping[RepId, str]) -> Iterator[Sent]:
    nudge = Nudge.model_validate_json(row["event"])
    if nudge.rule not in RULES:
        return
    text = next((part.text for part in nudge.parts if part.id == nudge.id), nudge.text)
    for rep_id in _reps_of(nudge, text, names):
        yield Sent(
            nudge_id=nudge.id,
            rule=nudge.rule,
            receiver=nudge.person.id,
            rep_id=rep_id,
            about_day=nudge.day,
            day=row["sent_day"],
            at=row["send_at"],
            text=text,
        )


def _reps_of(nudge: Nudge, text: str, names: Mapping[RepId, str]) -> list[RepId | None]:
    """Of a message to a manager, those whom it names: `about` of the first in a bundle lists those of all its parts."""
    if nudge.rule in REP_RULES:
        return [RepId(nudge.person.id)]
    is_brief = nudge.rule == BRIEF_RULE  # what it says about those of the last one is no new name
    mentioned = dict.fromkeys(mention.id for mention in nudge.about if mention.behaviour or not is_brief)
    named: list[RepId | None] = [rep_id for rep_id in mentioned if _is_named(names.get(rep_id, ""), text)]
    return named if is_against(nudge.rule) or len(named) == 1 else [None]


def _is_named(name: str, text: str) -> bool:
    return bool(name) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def count_follow_ups(messages: Sequence[Sent]) -> tuple[int, int]:
    """How often briefs said that a rep is clearly up since an earlier one, and that they aren't yet."""
    texts = {sent.nudge_id: sent.text for sent in messages if sent.rule == BRIEF_RULE}.values()
    return sum(text.count(" is clearly up on ") for text in texts), sum(text.count(" isn't clearly up on ") for text in texts)


def is_against(rule: str) -> bool:
    """Whether a rule holds something against the rep whom it is about, or asks a manager about them."""
    return REP_RULES[rule].is_shortfall if rule in REP_RULES else rule not in _INFORMING


def asks(rule: str) -> bool:
    """Whether a rule only asks about somebody who logged nothing."""
    return rule in _RIGHT_ABOUT


def right_about(rule: str) -> frozenset[Meaning]:
    """The changes of which a message of the rule is true."""
    return _RIGHT_ABOUT.get(rule, frozenset({Meaning.FALL}))


def is_praise(rule: str) -> bool:
    return RULES[rule].kind is NudgeKind.CELEBRATION


def is_about_the_day(rule: str) -> bool:
    """Whether a rule speaks of the day that its nudge is stored with, and not of the days before it."""
    return rule not in MANAGER_RULES and RULES[rule].moment is not Moment.MORNING
