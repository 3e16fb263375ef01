"""Retired words are found in identifiers of every kind. Standard words that resemble them are not."""

import pytest

from tests.house.checks.words.retired_words import (
    retired_in,
    retired_words_in_fields,
    retired_words_in_paths,
    retired_words_in_python,
    retired_words_in_settings,
    retired_words_in_sql,
    retired_words_in_sql_of_python,
    retired_words_in_templates,
)
from tests.house.conftest import Plant, lines


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ("def list_nobodys(): ...", "the function `list_nobodys` has the retired word `nobodys`; say `unmatched_user`"),
        ("class Situation: ...", "the class `Situation` has the retired word `situation`; say `RuleContext`"),
        ("class SaidBefore: ...", "the class `SaidBefore` has the retired word `said`"),
        ("def load(*, said_to): ...", "the value `said_to` has the retired word `said_to`; say `observation or recent_nudges`"),
        ("held_out = 1", "the value `held_out` has the retired word `held_out`; say `withheld or holdout`"),
        ("class Day:\n    heard_at: int", "the value `heard_at` has the retired word `heard`"),
        ("def init(self):\n    self._told = 1", "the attribute `_told` has the retired word `told`"),
        ("for contest in disputes: ...", "the value `contest` has the retired word `contest`; say `dispute`"),
        ("draw = lambda lottery: 1", "the value `lottery` has the retired word `lottery`"),
        ("if (look := find()): ...", "the value `look` has the retired word `look`"),
        ("with open() as spoken: ...", "the value `spoken` has the retired word `spoken`"),
        ("import client as questions", "the value `questions` has the retired word `questions`"),
        ("AWAY = (OSError,)", "the value `AWAY` has the retired word `AWAY`; say `TRANSIENT_ERRORS`"),
        ("try: ...\nexcept OSError as telling: ...", "the value `telling` has the retired word `telling`"),
    ],
)
def test_a_retired_word_is_found_in_every_kind_of_definition(plant: Plant, code: str, fact: str) -> None:
    breaches = lines(retired_words_in_python(plant({"services/module.py": code})))

    assert len(breaches) == 1
    assert fact in breaches[0]


@pytest.mark.parametrize(
    "name",
    [
        "call_later",
        "lookup",
        "look_ahead",
        "unusual",
        "holdout",
        "recall",
        "call",
        "HOLDOUT",
        "forget_key",
        "away",
        "household",
        "slots",
    ],
)
def test_a_standard_word_that_resembles_a_retired_one_is_no_breach(name: str) -> None:
    assert list(retired_in(name)) == []


def test_using_a_name_is_no_breach(plant: Plant) -> None:
    used = 'report(told_at=1)\nprint(record.told_at, record["told_at"])\n'

    assert lines(retired_words_in_python(plant({"services/module.py": used}))) == []


def test_the_name_of_a_test_may_use_words_that_are_plain_english(plant: Plant) -> None:
    sentences = "def test_nobody_has_called_before(): ...\ndef test_a_rep_is_told_twice(): ...\n"

    breaches = lines(retired_words_in_python(plant({"tests/test_reps.py": sentences})))

    assert len(breaches) == 1
    assert breaches[0].startswith("tests/test_reps.py:2: ")


def test_held_is_allowed_in_tests_of_adapters_where_it_is_the_outcome_of_a_meeting(plant: Plant) -> None:
    files = {"tests/services/ingest/domain/crm/test_acme.py": "HELD = 1", "services/nudges/outcome.py": "HELD = 1"}

    breaches = lines(retired_words_in_python(plant(files)))

    assert [line.partition(":")[0] for line in breaches] == ["services/nudges/outcome.py"]


def test_names_in_sql_are_checked_but_not_comments_and_strings(plant: Plant) -> None:
    sql = "-- name: list_contests\n-- All that were told.\nSELECT usual FROM day WHERE status = 'held_out' AND heard_at > $1;\n"

    breaches = lines(retired_words_in_sql(plant({"services/nudges/days.sql": sql})))

    assert sorted(line.partition(" has")[0] for line in breaches) == [
        "services/nudges/days.sql:1: the SQL name `list_contests`",
        "services/nudges/days.sql:3: the SQL name `heard_at`",
        "services/nudges/days.sql:3: the SQL name `usual`",
    ]


@pytest.mark.parametrize(
    "code",
    [
        'await connection.fetch("SELECT told_at FROM day")',
        'await connection.execute(f"SELECT {columns} FROM {schema}.day WHERE told_at > $1")',
        'SQL = """\nUPDATE day SET told_at = $1\n"""',
        'SQL = "INSERT INTO day (id, told_at) VALUES ($1, $2)"',
        'SQL = "DELETE FROM day " "WHERE told_at < $1"',
        'SQL = "day JOIN telling ON telling.told_at = day.at"',
    ],
)
def test_a_retired_word_in_sql_within_python_is_found(plant: Plant, code: str) -> None:
    breaches = lines(retired_words_in_sql_of_python(plant({"tests/test_days.py": code})))

    assert [line for line in breaches if "tests/test_days.py:1: the SQL name `told_at` has the retired word `told`" in line]


@pytest.mark.parametrize(
    "code",
    ["title = 'You told us'", "SQL = \"SELECT 'told' FROM day\"", "'Select what you told us from the list.'", 'row["told_at"]'],
)
def test_a_retired_word_in_other_text_is_no_breach(plant: Plant, code: str) -> None:
    assert lines(retired_words_in_sql_of_python(plant({"tests/test_days.py": code}))) == []


@pytest.mark.parametrize(
    "code",
    [
        'Day = TypedDict("Day", {"score": int, "told_at": int})',
        'Day = namedtuple("Day", "score told_at")',
        'Day = collections.namedtuple("Day", ["score", "told_at"])',
        'Day = namedtuple("Day", ("score", "told_at"))',
        'Day = NamedTuple("Day", [("score", int), ("told_at", int)])',
        'Day = make_dataclass("Day", ["score", ("told_at", int)])',
    ],
)
def test_a_retired_word_in_a_field_that_a_call_defines_is_found(plant: Plant, code: str) -> None:
    breaches = lines(retired_words_in_fields(plant({"shared/day.py": code})))

    assert len(breaches) == 1
    assert breaches[0].startswith("shared/day.py:1: the field `told_at` has the retired word `told`")


@pytest.mark.parametrize("part", ["{{ day.told_at }}", "{% for telling in day %}", "{{ lot | upper }}", "{%- if\n told -%}"])
def test_a_retired_word_in_a_template_is_found(plant: Plant, part: str) -> None:
    page = f'<p class="told">\n{part} We told you. {{{{ "told" }}}}</p>\n'

    breaches = lines(retired_words_in_templates(plant({"services/nudges/pages/templates/day.html": page})))

    assert len(breaches) == 1
    assert breaches[0].startswith("services/nudges/pages/templates/day.html:2: the name `")


def test_a_retired_word_in_a_key_of_the_settings_is_found(plant: Plant) -> None:
    files = {
        "shared/daymark.default.toml": '[nudges]\nheld_out = 0.1  # held\nmode = "told"\nforget_key = ""\n',
        "docs/page.md": 'We told you:\n\n    [nudges.told]\n    key = "told"\n\n    $ daymark told\n\n    told not toml\n',
        "pyproject.toml": "told = 1\n",
    }

    assert [line.partition("; ")[0] for line in lines(retired_words_in_settings(plant(files)))] == [
        "docs/page.md: the key `told` has the retired word `told`",
        "shared/daymark.default.toml: the key `held_out` has the retired word `held_out`",
    ]


def test_a_migration_that_was_released_before_the_glossary_is_not_checked(plant: Plant) -> None:
    sql = "CREATE TABLE contest (told_at timestamptz);"

    breaches = lines(
        retired_words_in_sql(
            plant({"services/nudges/migrations/0018_contests.sql": sql, "services/nudges/migrations/0022_disputes.sql": sql})
        )
    )

    assert {line.partition(":")[0] for line in breaches} == {"services/nudges/migrations/0022_disputes.sql"}


def test_a_migration_may_use_the_names_that_it_renames_or_drops(plant: Plant) -> None:
    sql = (
        "ALTER TABLE contest RENAME TO dispute;\nALTER TABLE dispute RENAME COLUMN told_at TO delivered_at;\n"
        "ALTER INDEX look_due RENAME TO check_due;\nDROP VIEW IF EXISTS heard, told;\nALTER TABLE day DROP COLUMN usual;\n"
    )

    assert lines(retired_words_in_sql(plant({"services/nudges/migrations/0022_plain.sql": sql}))) == []


def test_a_migration_may_not_rename_to_a_retired_word(plant: Plant) -> None:
    sql = "ALTER TABLE dispute RENAME TO contest;\n"

    breaches = lines(retired_words_in_sql(plant({"services/nudges/migrations/0022_plain.sql": sql})))

    assert len(breaches) == 1


def test_names_of_modules_sql_files_and_folders_are_checked(plant: Plant) -> None:
    files = {"services/telling/day.py": "", "services/nudges/list_nobodys.sql": "", "docs/the-lottery.md": ""}

    breaches = lines(retired_words_in_paths(plant(files)))

    assert [line.partition(":")[0] for line in breaches] == ["services/telling", "services/nudges/list_nobodys.sql"]
