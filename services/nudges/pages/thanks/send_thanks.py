"""Send what somebody writes on a page or in Slack."""

from collections.abc import Callable
from datetime import timedelta

import asyncpg

from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decide.thanks.occasions import list_thankable
from services.nudges.decide.thanks.recognise_rep import NotTheirRep, Recognised, Written, recognise_rep
from services.nudges.decision_log import log_outcomes
from services.nudges.domain.feedback.thanks import TEXT_LENGTH_MAX
from services.nudges.domain.feedback.undo import AT_ONCE
from services.nudges.domain.roster.access import Action, RosterToday, may
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.events import ManagerId, NudgeId
from shared.languages.messages import gettext
from shared.trace import continue_trace


def too_long_message(length: int) -> str:
    """What somebody reads who has written too much."""
    text = gettext("Nothing was sent. Your message is {length} characters long; the limit is {limit}.")
    return text.format(length=length, limit=TEXT_LENGTH_MAX)


class ThanksSender:
    """`on_decided` is called after each commit of a message."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        clock: Clock,
        metrics: NudgesMetrics,
        *,
        settings: DecisionSettings,
        on_decided: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._metrics = metrics
        self._settings = settings
        self._on_decided = on_decided

    async def send(self, written: Written, *, hold: timedelta = AT_ONCE) -> Recognised:
        """Raises what `recognise_rep` raises."""
        context = self._settings.at(self._clock.now(), traceparent=continue_trace(None))
        recognised = await recognise_rep(self._pool, written, context, hold=hold)
        if recognised.outcome is not None:
            log_outcomes([recognised.outcome], self._metrics, traceparent=context.traceparent)
            self._on_decided()
        return recognised

    async def send_for_nudge(
        self, manager_id: ManagerId, nudge_id: NudgeId, text: str, today: RosterToday, *, hold: timedelta = AT_ONCE
    ) -> None:
        """Thank the rep whom a nudge is about. The nudge is the form: it sends one message, wherever and however often the
        manager presses the button. It is held back for some time in which it can be undone.

        Raises:
            NotTheirRep: there is nobody whom this manager can thank for it.
            AlreadySent: the rep has been thanked for it in other words.
            TextTooLong: the text has more characters than may be sent.
        """
        thankable = await list_thankable(self._pool, [nudge_id], manager_id=manager_id)
        rep = thankable.get(nudge_id)
        if rep is None or not may(manager_id, Action.MANAGE, rep.rep_id, today):
            raise NotTheirRep(f"{manager_id}, {nudge_id}")
        written = Written(sender_id=manager_id, rep_id=rep.rep_id, form=nudge_id, text=text, nudge_id=nudge_id)
        await self.send(written, hold=hold)
