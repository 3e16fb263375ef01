"""What pages say of a recognition: to whoever wrote it, and to the rep."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.nudges.decide.policy.may_send import DAY_UNKNOWN, NOT_WORKING
from services.nudges.domain.decision import NudgeStatus
from services.nudges.domain.feedback.thanks import RecognitionId, occasion_phrase, thanks_sentence
from services.nudges.domain.feedback.undo import CAN_BE_UNDONE
from services.nudges.domain.phrases import (
    capitalized,
    clock_time,
    day_name,
    day_phrase,
    first_name,
    natural_name,
)
from services.nudges.domain.working_time import local_day
from services.nudges.pages.cards.card import RESTORED
from services.nudges.pages.thanks.written_thanks import WrittenThanks
from shared.languages.messages import gettext


@dataclass(frozen=True, kw_only=True, slots=True)
class ThanksLine:
    """One recognition in a list. `person` is the other one: the rep for the sender, the sender for the rep. `about` is what
    it was for; `state` is empty for the rep. `can_undo`: it has not gone out yet."""

    id: RecognitionId
    person: str
    day: str
    text: str
    about: str
    state: str
    can_undo: bool


def lines_of_sender(written: Iterable[WrittenThanks], *, now: datetime) -> list[ThanksLine]:
    """What somebody wrote, with what has become of it."""
    return [
        _line(thanks, person=natural_name(thanks.rep_name), state=describe_state(thanks, now=now), now=now)
        for thanks in written
    ]


def lines_of_rep(received: Iterable[WrittenThanks], *, now: datetime) -> list[ThanksLine]:
    """What was said to a rep."""
    return [_line(thanks, person=natural_name(thanks.recognition.sender.name), state="", now=now) for thanks in received]


def describe_state(thanks: WrittenThanks, *, now: datetime) -> str:
    """`Sent today at 10:42 Madrid time.`, or when it will be."""
    if thanks.is_unsent:
        return gettext("Not sent again: {reason}").format(reason=gettext(RESTORED))
    if thanks.status is NudgeStatus.SUPPRESSED or thanks.send_at is None:
        return gettext("Not sent: {reason}.").format(reason=gettext(thanks.because))
    if thanks.because == CAN_BE_UNDONE:
        return gettext("Waiting. It goes out in a few seconds; until then you can take it back.")
    if thanks.because == DAY_UNKNOWN:
        return gettext("Waiting. It goes out once {name}'s day has begun.").format(name=first_name(thanks.rep_name))
    if thanks.status is NudgeStatus.DEFERRED and thanks.because in NOT_WORKING:
        text = gettext("Waiting until {name} is at work again ({reason}).")
        return text.format(name=first_name(thanks.rep_name), reason=gettext(thanks.because))
    at = _moment(thanks.send_at, thanks.timezone, now=now)
    if thanks.status is NudgeStatus.DEFERRED:
        return gettext("Waiting: {reason}. It goes out {at}.").format(reason=gettext(thanks.because), at=at)
    return gettext("Sent {at}.").format(at=at)


def _line(thanks: WrittenThanks, *, person: str, state: str, now: datetime) -> ThanksLine:
    recognition, today = thanks.recognition, local_day(now, thanks.timezone)
    text = (
        gettext("“{text}”").format(text=recognition.text)
        if recognition.text
        else thanks_sentence(recognition.about_day, recognition.facts, today=today)
    )
    about = occasion_phrase(recognition, today=today) if recognition.text else ""
    written_on = local_day(recognition.written_at, thanks.timezone)
    return ThanksLine(
        id=recognition.id,
        person=person,
        day=capitalized(day_name(written_on, today=today)),
        text=text,
        about=capitalized(about),
        state=state,
        can_undo=bool(state) and thanks.status is NudgeStatus.DEFERRED,
    )


def _moment(instant: datetime, timezone: str, *, now: datetime) -> str:
    """`tomorrow at 09:00 Madrid time`."""
    day = day_phrase(local_day(instant, timezone), today=local_day(now, timezone))
    city = timezone.rpartition("/")[2].replace("_", " ")
    return gettext("{on_day} at {time} {city} time").format(on_day=day, time=clock_time(instant, timezone), city=city)
