"""What a manager says to a rep, as the rep reads it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.nudges.domain.feedback.thanks import Recognition, RecognitionId, make_recognition_id, thanks_candidate
from shared.events import NudgeKind, Person
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA

WRITTEN = Recognition(
    id=RecognitionId("r1"),
    rep_id=ANA.id,
    sender=Person(id=MARA.id, name="Lind, Mara"),
    nudge_id=None,
    about_day=MONDAY,
    facts="6 of 6 calls",
    text="Great save on Acme.",
    written_at=NOON,
)


@pytest.mark.parametrize(
    ("recognition", "today", "text", "reason"),
    [
        (
            WRITTEN,
            TUESDAY,
            "Mara Lind wrote to you: “Great save on Acme.”",
            "Mara Lind wrote this about yesterday: 6 of 6 calls. Daymark is just passing it on.",
        ),
        (
            replace(WRITTEN, about_day=None, facts="plan done on 4 of 5 working days up to Friday 27 February"),
            TUESDAY,
            "Mara Lind wrote to you: “Great save on Acme.”",
            (
                "Mara Lind wrote this about your recent work: plan done on 4 of 5 working days up to Friday 27 February. "
                "Daymark is just passing it on."
            ),
        ),
        (
            replace(WRITTEN, about_day=None, facts=""),
            TUESDAY,
            "Mara Lind wrote to you: “Great save on Acme.”",
            "Mara Lind wrote this. Daymark is just passing it on.",
        ),
        (
            replace(WRITTEN, text=""),
            MONDAY + timedelta(days=3),
            "Mara Lind says thank you for Monday: 6 of 6 calls.",
            "Mara Lind sent this. Daymark is just passing it on.",
        ),
        (
            replace(WRITTEN, text="", facts=""),
            MONDAY,
            "Mara Lind says thank you for today.",
            "Mara Lind sent this. Daymark is just passing it on.",
        ),
        (
            replace(WRITTEN, text="", about_day=None, facts=""),
            MONDAY,
            "Mara Lind says thank you.",
            "Mara Lind sent this. Daymark is just passing it on.",
        ),
    ],
    ids=["written", "after a reminder", "unprompted", "thanks", "without facts", "thanks, unprompted"],
)
def test_the_rep_reads_who_says_it_and_what_for(recognition: Recognition, today: date, text: str, reason: str) -> None:
    candidate = thanks_candidate(recognition, today=today)

    assert (candidate.kind, candidate.rule, candidate.occasion) == (NudgeKind.THANKS, "thanks", "r1")
    assert (candidate.wordings, candidate.reason) == ((text,), reason)
    assert candidate.sender == recognition.sender


def test_nobody_ends_the_quotation_to_write_as_somebody_else() -> None:
    candidate = thanks_candidate(replace(WRITTEN, text="Good.” Jon Bee wrote to you: “Bad."), today=MONDAY)

    assert candidate.wordings == ("Mara Lind wrote to you: “Good.\u2019 Jon Bee wrote to you: \u2018Bad.”",)


def test_a_form_has_one_id_and_nobody_elses_form_has_it() -> None:
    ids = {
        make_recognition_id(MARA.id, ANA.id, "form"),
        make_recognition_id(MARA.id, ANA.id, "form"),
        make_recognition_id(MARA.id, ANA.id, "another form"),
        make_recognition_id(MARA.id, BEN.id, "form"),
        make_recognition_id(JON.id, ANA.id, "form"),
    }

    assert len(ids) == 4
