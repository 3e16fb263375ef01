"""The hash by which an erased person is recognised, and where a text mentions somebody."""

import pytest

from shared.privacy.erasure import mention_of, tombstone, tombstone_of_key, tombstone_of_person

KEY = b"recognises the erased"


def test_the_hash_of_a_person_never_changes() -> None:
    """With a new way of hashing nobody who was erased would be recognised."""
    assert tombstone_of_person(b"key", "ana").hex() == "886cad86a14635797d78af31c1cd49804dbda2972ca0ce3288db075980170fad"
    assert tombstone_of_key(b"key").hex() == "29f595ec9b504477abaed92b68f6c4542c681e07d69fb331e8fda1d28a2a72a1"


def test_each_key_and_each_person_has_another_hash() -> None:
    hashes = {tombstone_of_person(key, person) for key in (b"a", b"b") for person in ("ana", "ben", "")}

    assert len(hashes | {tombstone_of_key(b"a"), tombstone_of_key(b"b")}) == 8


def test_the_parts_of_a_hash_cannot_run_into_each_other() -> None:
    parts: list[tuple[str | None, ...]] = [("ab", "c"), ("a", "bc"), ("abc",), ("ab", "c", ""), ("ab", "c", None), ('ab","c',)]

    assert len({tombstone(KEY, *each) for each in parts}) == len(parts)


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Ask Ana Diaz about it", ["Ana Diaz"]),
        ("ANA DIAZ, ana diaz", ["ANA DIAZ", "ana diaz"]),
        ("mail a.diaz@example.com.", ["a.diaz@example.com"]),
        ("Joana Diaz, Ana Diazez, xa.diaz@example.com, a-diaz@example.com", []),
        ("<b>Ana Diaz</b>", ["Ana Diaz"]),
        ("", []),
    ],
)
def test_a_mention_is_found_in_any_case_and_never_inside_another_name(text: str, mentions: list[str]) -> None:
    pattern = mention_of(["Ana Diaz", "a.diaz@example.com", ""])

    assert pattern.findall(text) == mentions


def test_without_texts_nothing_is_a_mention() -> None:
    assert mention_of([]).search("Ana Diaz") is None
    assert mention_of([""]).search("Ana Diaz") is None
