"""What facts and their values are called."""

from shared.fact_values import ACTIVITY_KINDS, DIRECTIONS, OUTCOMES
from shared.facts import FILTERED_FACTS
from shared.languages.current import using_language
from shared.languages.value_names import NAMES, direction_name, fact_name, kind_name, outcome_name


def test_every_value_of_ours_has_a_name_and_a_value_of_a_sender_is_its_own() -> None:
    ours = [*ACTIVITY_KINDS, *OUTCOMES, *DIRECTIONS, *(fact.label or fact.name for fact in FILTERED_FACTS)]

    assert sorted(NAMES) == sorted(name.replace("_", " ") for name in ours)
    assert (kind_name("meeting_booked"), outcome_name("no_answer"), kind_name("site_visit")) == (
        "meeting booked",
        "no answer",
        "site visit",
    )
    with using_language("es"):
        assert [kind_name("email"), outcome_name("open"), direction_name("inbound"), fact_name("duration")] == [
            "correo",
            "abierta",
            "entrante",
            "duración",
        ]
        assert kind_name("site_visit") == "site visit"
