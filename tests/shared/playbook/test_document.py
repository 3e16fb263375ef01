"""How a playbook is written: plainly where nobody can mistake it, and otherwise so that every YAML reader reads it right."""

import pytest

from shared.playbook.document import BehaviourDocument, GoalDocument, PlaybookDocument, UnverifiedDocument, write_playbook

CALLS = BehaviourDocument(
    key="calls",
    label="Calls, long ones",
    reason="Talk.",
    counts={"kinds": ("call", "video call"), "min_duration_s": "120", "min_amount": "500"},
    targets=("12", "12", "10", "10", "6", "", "0"),
    weight="60",
    cap="2",
)
GOAL = GoalDocument(key="month", label="Month", counts={}, period="month", step="30", step_min="20", step_max="40")
RULES = UnverifiedDocument(counts="true", rules={"bursts": {"more_than": "5", "within_s": "60", "kinds": ("call",)}})


def test_a_file_states_everything_in_a_fixed_order() -> None:
    same = BehaviourDocument(key="demos", label="Demos", targets=("1",) * 7, weight="40")
    document = PlaybookDocument(
        team="north",
        effective_from="2026-01-12",
        message='Say "hello".',
        behaviours=(CALLS, same),
        goals=(GOAL,),
        unverified=RULES,
    )

    assert write_playbook(document) == (
        "team: north\n"
        "effective_from: 2026-01-12\n"
        'message: "Say \\"hello\\"."\n'
        "behaviours:\n"
        "  - key: calls\n"
        '    label: "Calls, long ones"\n'
        "    why: Talk.\n"
        '    counts: {kinds: [call, video call], min_duration_s: 120, min_amount: "500"}\n'
        "    target: {mon: 12, tue: 12, wed: 10, thu: 10, fri: 6}\n"
        "    weight: 60\n"
        "    cap: 2\n"
        "  - key: demos\n"
        "    label: Demos\n"
        "    counts: {}\n"
        "    target: 1\n"
        "    weight: 40\n"
        "goals:\n"
        "  - key: month\n"
        "    label: Month\n"
        "    counts: {}\n"
        "    period: month\n"
        "    step: 30\n"
        "    step_min: 20\n"
        "    step_max: 40\n"
        "unverified:\n"
        "  counts: true\n"
        "  bursts: {more_than: 5, within_s: 60, kinds: [call]}\n"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Calls", "Calls"),
        ("no", '"no"'),
        ("NULL", '"NULL"'),
        ("", '""'),
        ("12", '"12"'),
        ("- a", '"- a"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("a ", '"a "'),
        ("Llámadas", '"Llámadas"'),
        ("a\\b", '"a\\\\b"'),
        ("a\n---\nteam: south", '"a\\u000a---\\u000ateam: south"'),
        ("\u2028\u0085\ufeff", '"\\u2028\\u0085\\ufeff"'),
        ("😀", '"😀"'),
    ],
)
def test_a_text_is_quoted_where_it_could_be_mistaken(text: str, written: str) -> None:
    calls = CALLS.model_copy(update={"label": text})
    document = PlaybookDocument(team="north", effective_from="2026-01-12", behaviours=(calls,))

    assert write_playbook(document).splitlines()[4] == f"    label: {written}"


@pytest.mark.parametrize(("typed", "written"), [("", '""'), ("six", "six"), ("06", '"06"'), ("1.50", '"1.50"'), ("0.5", "0.5")])
def test_what_is_no_number_is_kept_as_it_was_typed(typed: str, written: str) -> None:
    calls = CALLS.model_copy(update={"weight": typed})

    assert f"    weight: {written}\n" in write_playbook(PlaybookDocument(team="north", effective_from="", behaviours=(calls,)))
    assert write_playbook(PlaybookDocument(team="", effective_from="")) == 'team: ""\neffective_from: ""\nbehaviours: []\n'
