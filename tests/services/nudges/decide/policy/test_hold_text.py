"""Why a message waits, as people read it."""

import pytest

from services.nudges.decide.policy.hold_text import hold_text
from services.nudges.decide.policy.may_send import DAY_UNKNOWN, NOT_WORKING, SILENT_FEED
from services.nudges.decide.policy.retraction import next_morning
from services.nudges.domain.feedback.undo import CAN_BE_UNDONE
from services.nudges.domain.working_time import working_time_of_rep
from shared.languages.current import using_language
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.reports import report

REASONS = sorted(
    NOT_WORKING
    | {
        DAY_UNKNOWN,
        CAN_BE_UNDONE,
        "no working hours that day",
        "before working hours",
        "after working hours",
        "other praise was already due that day",
        "another message was already due that day",
        next_morning(working_time_of_rep(report()), "Europe/Madrid", now=NOON).because,
    }
)


@pytest.mark.parametrize("because", REASONS)
def test_each_reason_is_translated_where_it_is_read(because: str) -> None:
    with using_language("es"):
        spanish = hold_text(because)

    assert hold_text(because) == because
    assert spanish != because


def test_the_name_of_a_silent_feed_stays_as_it_is() -> None:
    with using_language("es"):
        assert hold_text(SILENT_FEED.format(feed="Calls {x}")) == "no llegan datos de Calls {x}"
