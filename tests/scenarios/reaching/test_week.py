"""Over a week and a Monday, each person receives what is theirs once, in their own way, and each answer is recorded once."""

from collections import Counter
from pathlib import Path

import pytest

from shared.events import NudgeKind
from tests.scenarios.reaching.week import NOTE, WAYS, WRITTEN, play_week

_BESIDE_THE_CAP = {NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION, NudgeKind.THANKS}
_MANAGERS = ("mara", "jon")


@pytest.mark.timeout(600)
async def test_everybody_is_reached_in_their_own_way_and_can_answer(tmp_path: Path) -> None:
    week = await play_week(tmp_path / "d")
    nudges = [week.nudges[receipt.nudge_id] for receipt in week.receipts]
    a_day = Counter(
        (nudge.person, nudge.send_at.date()) for nudge in nudges if nudge.send_at and nudge.kind not in _BESIDE_THE_CAP
    )

    assert {receipt.person: receipt.way for receipt in week.receipts} == WAYS
    assert [nudge.person for nudge in nudges] == [receipt.person for receipt in week.receipts]
    assert sorted(nudge.id for nudge in nudges) == sorted(
        nudge.id for nudge in week.nudges.values() if nudge.status == "sent" and nudge.person in WAYS
    )
    assert set(a_day.values()) == {1}
    assert [sum(person == manager for person, _ in a_day) for manager in _MANAGERS] == [5, 5]
    thanks: dict[str, str] = {nudge.person: nudge.text for nudge in nudges if nudge.kind is NudgeKind.THANKS}
    assert {rep: thanks.get(rep, "") for _, rep in WRITTEN} == {
        "carla": f"Mara Lind wrote to you: “{NOTE}”",
        "hugo": "Jon Keller says thank you.",
        "bruno": "Ana Ruiz wrote to you: “Thanks for taking my calls on Friday.”",
    }
    assert len(week.answered) == len(WAYS) - 1  # an announcement, which is read and not answered, was all that Jack got
    assert sorted(week.answers) == sorted((nudge_id, person, "not_useful") for nudge_id, person in week.answered)
    assert "3 people cannot be reached: fumi" in week.doctor
