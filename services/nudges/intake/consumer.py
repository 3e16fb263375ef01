"""The subscribers to SCORES: day reports, and announcements and withdrawals of playbook versions.

The durable consumer is provisioned from the declared table; FastStream binds to it and declares nothing (`declare=False`), since
its own declaration would rewrite the stream. A message is acknowledged after the commit.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Final

import asyncpg
import structlog
from faststream import AckPolicy, Context
from faststream.nats import JStream, NatsMessage, NatsRouter, PullSub

from services.nudges.decide.announcements import withdraw_version
from services.nudges.decide.decision_context import DecisionContext, DecisionSettings
from services.nudges.domain.decision import Outcome
from services.nudges.intake.announcements import take_in_announcement
from services.nudges.intake.day_reports import take_in_day_report
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.events import PLAYBOOK_ANNOUNCED, PLAYBOOK_WITHDRAWN, DayReport, PlaybookAnnounced, PlaybookWithdrawn
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace, trace_id

_log = structlog.get_logger()
_AT_ONCE_MAX: Final = 20
_SUBJECT: Final = "*.*.v1"
"""All of SCORES."""
