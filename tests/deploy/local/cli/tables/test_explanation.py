"""How a day's score is explained on the terminal."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

from deploy.local.cli.tables.explanation import print_explanation
from deploy.output import Output
from shared.events import BehaviourKey, PersonId, RepId
from shared.observation import ActivityId, SourceName
from shared.requests.nudges import DisputeList, DisputeRow
from shared.requests.scores import ExplainedActivity, Explanation

ACME, CALLS = SourceName("acme"), BehaviourKey("calls")


def make_activity(activity_id: str, **changes: object) -> ExplainedActivity:
    """A call of Ana's at 9:40 in Madrid that counts."""
    activity = ExplainedActivity(
        source=ACME,
        account="",
        activity_id=ActivityId(activity_id),
        kind="call",
        facts={"started_at": "2026-03-02T08:40:00Z"},
        counts_for=(CALLS,),
        fails={},
    )
    return activity.model_copy(update=changes)


def make_explanation(*activities: ExplainedActivity) -> Explanation:
    return Explanation(
        rep=RepId(PersonId("ana")),
        day=date(2026, 3, 2),
        timezone="Europe/Madrid",
        presence="working",
        playbook_from=date(2026, 3, 1),
        announcement_delivered_at=datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC),
        score=Decimal(50),
        arithmetic="100 x (1 x min(1/2, 1.5)) / (1) = 50.00",
        lines=(),
        activities=activities,
    )


def make_dispute(activity_id: str, **changes: object) -> DisputeRow:
    dispute = DisputeRow(
        source=ACME,
        account="",
        activity_id=ActivityId(activity_id),
        reason="not_mine",
        disputed_at=datetime(2026, 3, 3, 9, tzinfo=UTC),
        resolution="",
        resolved_by="",
    )
    return dispute.model_copy(update=changes)


def print_to_text(explanation: Explanation, disputes: DisputeList | None) -> list[str]:
    output = StringIO()
    print_explanation(explanation, disputes, Output(output, width=200))
    return [line.rstrip() for line in output.getvalue().splitlines()]


def test_the_first_line_has_the_score_and_the_announcement_of_the_version() -> None:
    lines = print_to_text(make_explanation(), DisputeList(rows=()))

    assert lines[0] == (
        "ana, 2026-03-02 (Europe/Madrid): score 50.00; working; playbook from 2026-03-01 (announced 2026-03-02 08:00 UTC)"
    )
    assert lines[1] == "  100 x (1 x min(1/2, 1.5)) / (1) = 50.00"
    assert lines[-1] == "No activity on this day."


def test_a_day_without_a_target_has_no_score() -> None:
    without_score = make_explanation().model_copy(
        update={"score": None, "announcement_delivered_at": None, "presence": "holiday"}
    )

    (line, *_) = print_to_text(without_score, DisputeList(rows=()))

    assert line.endswith("no score (no target that day); holiday; playbook from 2026-03-01 (not announced to the rep yet)")


def test_an_entered_absence_names_who_entered_it() -> None:
    away = make_explanation().model_copy(update={"score": None, "presence": "absent", "absence_entered_by": "Mara Lind"})

    (line, *_) = print_to_text(away, DisputeList(rows=()))

    assert "no score (no target that day); absent (entered by Mara Lind); playbook" in line


def test_an_activity_counts_or_has_the_filters_that_it_failed() -> None:
    meetings = BehaviourKey("meetings")
    fails = {CALLS: "duration_s 30 is below 120", meetings: "kind call is not meeting"}
    too_short = make_activity("c2", counts_for=(), fails=fails, of_other_kind=(meetings,))
    other_kind = make_activity("c3", counts_for=(), fails={CALLS: "kind email is not call"}, of_other_kind=(CALLS,))
    doubtful = make_activity("c4", unverified=("burst",))

    lines = print_to_text(make_explanation(make_activity("c1"), too_short, other_kind, doubtful), DisputeList(rows=()))

    assert [line.split("  ")[-1].strip() for line in lines[-4:]] == [
        "counts for calls",
        "does not count: calls: duration_s 30 is below 120",
        "does not count: no behaviour counts this kind",
        "counts for calls (unverified: burst)",
    ]
    assert "4 activities" in lines
    assert lines[-4].startswith("  09:40:00  call")


def test_a_dispute_is_shown_with_its_activity_and_remains_when_the_activity_has_moved() -> None:
    resolved = make_dispute("c1", resolution="put_right", resolved_by="mara")
    moved = make_dispute("c9")

    lines = print_to_text(make_explanation(make_activity("c1")), DisputeList(rows=(resolved, moved)))

    assert lines[-2].endswith("counts for calls (disputed 2026-03-03: not mine; put right, decided by mara)")
    assert lines[-1] == "  no longer on this day: acme/c9 (disputed 2026-03-03: not mine)"


def test_a_sentence_mentions_that_disputes_are_not_known() -> None:
    lines = print_to_text(make_explanation(make_activity("c1")), None)

    assert lines[-1] == "Disputes are not shown, because nudges does not answer."
    assert "1 activity" in lines
