"""Count and log what was decided."""

from collections.abc import Sequence

import structlog

from services.nudges.domain.decision import Outcome
from services.nudges.metrics import NudgesMetrics
from shared.trace import trace_id

_log = structlog.get_logger()


def log_outcomes(outcomes: Sequence[Outcome], metrics: NudgesMetrics, *, traceparent: str | None = None) -> None:
    """One count and one line per outcome; nothing in it names a person."""
    for outcome in outcomes:
        metrics.decided.labels(outcome.rule, outcome.status).inc()
        _log.info("nudge_decided", rule=outcome.rule, verdict=outcome.status, trace_id=trace_id(traceparent))
