"""Names that somebody may have meant."""

from shared.suggestions import find_misspelt_keys, suggest, with_suggestion


def test_the_most_similar_names_are_suggested_whatever_their_case() -> None:
    assert suggest("PRYA", ["ana", "priya", "prya-2", "Pry"]) == "did you mean priya or Pry or prya-2?"
    assert suggest("taget", ["target", "targets"], at_most=1) == "did you mean target?"


def test_nothing_is_suggested_when_no_name_is_similar() -> None:
    assert suggest("zz", ["ana", "ben"]) == ""
    assert [with_suggestion("zz", ["ana"]), with_suggestion("an", ["ana"])] == ["zz", "an (did you mean ana?)"]


def test_a_missing_key_is_matched_with_the_one_that_is_misspelt_in_the_same_mapping() -> None:
    unknown = [("a", 0, "nmae"), ("a", 0, "colour"), ("a", 1, "ix")]
    missing = [("a", 0, "name"), ("a", 0, "user"), ("a", 1, "id"), ("b", "name")]

    assert find_misspelt_keys(unknown, missing) == {("a", 0, "nmae"): ("a", 0, "name"), ("a", 1, "ix"): ("a", 1, "id")}


def test_a_missing_key_is_meant_by_one_misspelt_key_only() -> None:
    assert find_misspelt_keys([("nmae",), ("nam",)], [("name",)]) == {("nmae",): ("name",)}
