"""The documents that are answered. Numbers with decimals are text."""

from datetime import date, datetime
from decimal import Decimal

from shared.events import Presence, RepId, VersionNumber
from shared.requests.endpoint import Schema


class ApiError(Schema):
    """What happened, and what to do."""

    error: str


class DayScore(Schema):
    """One day of a rep. `score` is None without a target; `is_open` until the day is over. `disputes` counts the activities
    that the rep disputes."""

    day: date
    presence: Presence
    score: Decimal | None
    is_open: bool
    playbook_version: VersionNumber | None
    disputes: int


class DayScoreList(Schema):
    """The days of a rep, the newest first."""

    rep: RepId
    days: tuple[DayScore, ...]


class WinDocument(Schema):
    """What was celebrated of a rep, or what `author` thanked for, as far as the reader may read it."""

    day: date
    rep: str
    title: str
    text: str
    author: str


class WinList(Schema):
    """The newest first."""

    wins: tuple[WinDocument, ...]


class RuleEffectDocument(Schema):
    """What messages of a rule add to the score of the next working day: `points`, in 95 of 100 cases between `low` and `high`.
    All three are None while `not_known_because` says what is missing."""

    rule: str
    title: str
    sent: int
    withheld: int
    answered: int
    points: float | None
    low: float | None
    high: float | None
    not_known_because: str


class RuleEffectList(Schema):
    """In the rules' order of priority."""

    measured_at: datetime
    rules: tuple[RuleEffectDocument, ...]
