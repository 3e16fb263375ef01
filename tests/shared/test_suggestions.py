"""Names that somebody may have meant."""

from shared.suggestions import suggest, with_suggestion


def test_the_most_similar_names_are_suggested_whatever_their_case() -> None:
    assert suggest("PRYA", ["ana", "priya", "prya-2", "Pry"]) == "did you mean priya or Pry or prya-2?"
    assert suggest("taget", ["target", "targets"], at_most=1) == "did you mean target?"


def test_nothing_is_suggested_when_no_name_is_similar() -> None:
    assert suggest("zz", ["ana", "ben"]) == ""
    assert [with_suggestion("zz", ["ana"]), with_suggestion("an", ["ana"])] == ["zz", "an (did you mean ana?)"]
