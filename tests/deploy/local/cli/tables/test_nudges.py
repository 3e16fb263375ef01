"""How nudges and channels are listed on the terminal."""

from datetime import UTC, date, datetime
from io import StringIO

from deploy.local.cli.tables.nudges import print_channels, print_nudges
from deploy.output import Output
from shared.events import NudgeId, NudgeKind, PersonId, TeamId
from shared.requests.nudges import ChannelList, ChannelRow, DeliveryRow, NudgeRow

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SENT = NudgeRow(
    id=NudgeId("n1"),
    rule="plan_done",
    kind=NudgeKind.CELEBRATION,
    person=PersonId("ana"),
    person_name="Ana Ruiz",
    team=TeamId("north"),
    occasion="2026-03-02",
    day=date(2026, 3, 2),
    text="Plan done.",
    reason="6 of 6 calls.",
    status="sent",
    because="",
    propensity=0.9,
    decided_at=NOW,
    send_at=NOW,
    delivered=("inbox",),
)
FAILED = DeliveryRow(
    channel="webhook", state="failed", attempts=3, due_at=NOW, delivered_at=None, last_error="the receiver is gone (410)"
)


def print_to_text(*rows: NudgeRow) -> str:
    output = StringIO()
    print_nudges(rows, Output(output, width=200))
    return output.getvalue()


def test_a_nudge_is_listed_with_its_message_and_reason() -> None:
    lines = print_to_text(SENT).splitlines()

    assert lines[1].split() == ["2026-03-02", "ana", "plan_done", "sent", "Plan", "done."]
    assert lines[2].strip() == "6 of 6 calls."


def test_the_status_has_its_reason_the_retraction_and_failed_deliveries() -> None:
    row = SENT.model_copy(
        update={
            "status": "deferred",
            "because": "after working hours",
            "retracted": "a call was deleted",
            "deliveries": (FAILED,),
        }
    )

    text = print_to_text(row)

    assert "deferred: after working hours" in text
    assert "retracted: a call was deleted" in text
    assert "webhook failed (the receiver is gone (410); 3 attempts)" in text


def test_without_nudges_there_is_a_sentence_instead_of_an_empty_table() -> None:
    assert print_to_text() == "No nudges yet.\n"


def test_a_channel_is_listed_with_its_state_and_counts() -> None:
    paused = ChannelRow(
        name="webhook",
        state="paused",
        since=NOW,
        paused_until=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        last_error="busy (429)",
        waiting=3,
        waiting_since=NOW,
        given_up=1,
    )
    output = StringIO()

    print_channels(ChannelList(channels=(paused,)), Output(output, width=200))

    row = output.getvalue().splitlines()[2].split()
    assert row == ["webhook", "paused", "2026-03-02", "08:00", "2026-03-02", "09:30", "3", "1", "busy", "(429)"]
