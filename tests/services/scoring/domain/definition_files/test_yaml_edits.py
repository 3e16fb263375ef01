"""A file that is changed where it stands: all that its author wrote stays."""

from typing import Final

import pytest

from services.scoring.domain.definition_files.yaml_edits import Entry, NotEditable, append_entry, remove, set_value

EVA: Final[Entry] = {"id": "eva", "name": "Eva: #1", "identities": [{"source": "acme", "user": "88"}]}
EVA_IN_ONE_LINE = "{id: eva, name: 'Eva: #1', identities: [{source: acme, user: '88'}]}"
EVA_IN_LINES = """\
- id: eva
  name: 'Eva: #1'
  identities:
    - source: acme
      user: '88'
"""
AUTHORS = """\
# Who sells.
teams:
  - id: north
    name: "Nörth"   # since 2020
    reps:
      - {id: ana, name: Ana,
         identities: [{source: acme, user: "7"}]}   # the first
        # Ana's second CRM comes in May.

      # Those who left:
      - id: ben
        name: |
          Ben Ode
"""
REPS = ("teams", 0, "reps")


def _indented(lines: str, indent: int) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in lines.splitlines())


def test_an_entry_stands_below_the_last_one_of_its_list_and_nothing_else_changes() -> None:
    behind = "      # Nobody else.\n  - {id: south, name: South}\n"

    assert append_entry(AUTHORS + behind, REPS, EVA) == AUTHORS + _indented(EVA_IN_LINES, 6) + behind


def test_comments_that_are_indented_deeper_belong_to_the_entry_above() -> None:
    above, below = AUTHORS.split("\n\n")
    text = f"{above}\n"

    assert append_entry(text, REPS, EVA) == text + _indented(EVA_IN_LINES, 6)
    assert below


@pytest.mark.parametrize("empty", ["", " []", "  ~", " null", " [\n  ]"])
@pytest.mark.parametrize("comment", ["", "   # none yet"])
def test_an_empty_list_becomes_one_with_a_line_for_each_key(empty: str, comment: str) -> None:
    text = f"teams:{empty}{comment}"

    assert append_entry(text, ("teams",), EVA) == f"teams:{comment}\n{_indented(EVA_IN_LINES, 2)}"


def test_a_list_that_is_missing_is_added_behind_the_last_key() -> None:
    text = "teams:\n- id: north\n  name: North\n# the end\n"

    assert append_entry(text, REPS, EVA) == (
        "teams:\n- id: north\n  name: North\n  reps:\n" + _indented(EVA_IN_LINES, 4) + "# the end\n"
    )


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("teams: [{id: north}]", "teams: [{id: north, reps: [EVA]}]"),
        ("teams: [{id: north,}]", "teams: [{id: north, reps: [EVA],}]"),
        ("teams: [{reps: []}]", "teams: [{reps: [EVA]}]"),
        ("teams: [{reps: }]", "teams: [{reps: [EVA]}]"),
        ("teams: [{reps: [{id: é}  # first\n]}]", "teams: [{reps: [{id: é}, EVA  # first\n]}]"),
    ],
)
def test_what_stands_in_one_line_stays_in_one_line(text: str, changed: str) -> None:
    assert append_entry(text, REPS, EVA) == changed.replace("EVA", EVA_IN_ONE_LINE)


def test_line_ends_stay_as_they_are() -> None:
    text = AUTHORS.replace("\n", "\r\n")

    assert append_entry(text, REPS, EVA) == text + _indented(EVA_IN_LINES, 6).replace("\n", "\r\n")


def test_a_value_replaces_the_old_one_and_a_new_key_follows_another() -> None:
    ana, ben = (*REPS, 0, "email"), (*REPS, 1, "name")

    assert set_value(AUTHORS, ("teams", 0, "name"), "a: b", after="id") == AUTHORS.replace('"Nörth"', "'a: b'")
    assert set_value(AUTHORS, ana, "ana@example.com", after="name") == AUTHORS.replace(
        "name: Ana,", "name: Ana, email: ana@example.com,"
    )
    assert set_value(AUTHORS, (*REPS, 1, "email"), "b@example.com", after="name") == f"{AUTHORS}        email: b@example.com\n"
    assert set_value("teams:\n  email:  # none\n", ("teams", "email"), "a@b.c", after="name") == (
        "teams:\n  email: a@b.c  # none\n"
    )
    with pytest.raises(NotEditable):
        set_value(f"{AUTHORS}        timezone: UTC\n", ben, "Ben", after="id")


@pytest.mark.parametrize("list_of", [REPS, ("teams", 1, "reps")])
def test_a_change_that_would_change_anything_else_is_refused(list_of: tuple[str | int, ...]) -> None:
    """Both teams share one list, so that an entry would stand in both."""
    text = "teams:\n  - {id: north, reps: &all [{id: ana}]}\n  - {id: south, reps: *all}\n"

    with pytest.raises(NotEditable, match="daymark roster export"):
        append_entry(text, list_of, EVA)


def test_a_value_can_be_a_list_whatever_it_replaces() -> None:
    text = "teams:\n  - id: north\n    days:\n      - mon\n      - tue   # a week\n    name: North\n"

    assert set_value(text, ("teams", 0, "days"), ["mon"], after="id") == text.replace(
        "days:\n      - mon\n      - tue", "days: [mon]"
    )
    assert set_value(AUTHORS, (*REPS, 0, "days"), ["mon", "tue"], after="id") == AUTHORS.replace(
        "id: ana,", "id: ana, days: [mon, tue],"
    )


def test_what_is_removed_goes_with_its_comments_and_nothing_else_changes() -> None:
    text = AUTHORS.replace("\n\n", "\n")
    ana, _, ben = text.partition("      # Those who left:\n")
    head, _, _ = ana.partition("      - {id: ana")

    assert remove(text, (*REPS, 0)) == head + "      # Those who left:\n" + ben
    assert remove(text, (*REPS, 1)) == ana + "      # Those who left:\n"
    assert remove(text, (*REPS, 0, "identities")) == text.replace(',\n         identities: [{source: acme, user: "7"}]', "")
    assert remove(text, (*REPS, 0, "identities", 0)) == remove(text, (*REPS, 0, "identities"))
    assert remove(text, (*REPS, 0, "id")) == text.replace("id: ana, ", "")
    assert remove(text, ("teams", 0, "name")) == text.replace('    name: "Nörth"   # since 2020\n', "")
    assert remove("teams: [{id: a}, {id: b}, {id: c}]", ("teams", 1)) == "teams: [{id: a}, {id: c}]"


def test_what_cannot_be_removed_alone_stays() -> None:
    shared = "teams:\n  - {id: north, reps: &all [{id: ana}, {id: ben}]}\n  - {id: south, reps: *all}\n"

    with pytest.raises(NotEditable):
        remove(shared, ("teams", 1, "reps", 0))
    with pytest.raises(NotEditable):
        remove(AUTHORS, (*REPS, 1, "id"))  # the dash of its entry stands in its line
