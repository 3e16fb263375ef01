"""No identifier contains a word that the glossary has replaced by the standard term.

Identifiers are split at underscores and capitals, and whole words are compared: `looked_at` is found, `lookup` is not. Names
are read in Python where they are defined, in SQL (also within Python), in templates, and in the keys of settings.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from textwrap import dedent
from typing import Final

from tests.house.checks.annotations import last_name
from tests.house.names import Name, NameKind, defined_names, split_name, sql_names
from tests.house.repository import CODE, Breach, Module, Repository

RETIRED: Final[Mapping[str, str]] = {
    "manager": "leader leaders leading led",
    "observation or recent_nudges": "said said_to saids sayings saying",
    "observed, received or first_seen": "hear heard hears hearing",
    "announcement, delivered or announce": "telling tellings told tell tells untold",
    "acknowledged": "has_read keeps_word keep_word",
    "decide, enqueue or send": "speak speaks speaking spoken spoke speaker speakers",
    "quiet_hours, cooldown or daily_cap": "rest_days spent unspent",
    "nudge, text or phrase": "word words",
    "candidate": "called calleds",
    "suppressed": "dropped",
    "deferred": "held held_back",
    "withheld or holdout": "held_out heldout hold_out holds_out holding_out",
    "holdout or assignment": "lot lots lottery lotteries drawn",
    "propensity or probability": "chance chances",
    "channel or http_client": "way_out ways_out wayout waysout",
    "correction or retraction": "take_back takes_back taken_back took_back",
    "baseline": "usual usually usuals",
    "detector": "drop_watch drop_watcher drop_watchers",
    "silent_feed": "quiet_feed quiet_feeds feed_quiet",
    "scheduled_check or lookback": "look looks take_looks looked looker lookers",
    "dead_letter": "set_aside",
    "reprocess": "reread re_read",
    "erase or erased": "forget forgets forgetting forgot forgotten forgettable unforgotten remembered",
    "unmatched_user": "nobody nobodys nobodies",
    "dispute": "contest contests contested contesting uncontested",
    "RuleContext": "situation situations",
    "open_and_close_days": "turn_day turn_days turned_day turned_days",
    "RetryPolicy": "patience",
    "client or list_all": "question questions",
    "background_jobs": "loops",
    "rarely or slow_jobs": "seldom seldom_work",
}
"""From the standard term to the words that it replaces. `way_out` means `way` directly followed by `out`."""

RETIRED_EXACTLY: Final[Mapping[str, str]] = {"AWAY": "TRANSIENT_ERRORS"}
"""Whole names that are retired although their words are not."""

_ENGLISH: Final = """
    nobody usual look looks looked called question tell tells words
"""
ENGLISH: Final = frozenset(_ENGLISH.split())
"""Retired words that are plain English in the name of a test, because it is a sentence."""

ALLOWED: Final[Mapping[str, str]] = {
    "look_ahead": "to look ahead is standard English",
    "forget_key": "the setting `privacy.forget_key` keeps its name: installations have it",
    "forget": "the command `daymark forget` keeps its name: people have it in their scripts",
    "retired_words": "the name of this check",
    "plain_words": "the migration that introduced the terms of the glossary",
}
"""Names and parts of names that are allowed, and why."""

ALLOWED_IN: Final[Mapping[str, Mapping[str, str]]] = {
    "docs": {"held": "the outcome of a meeting that took place"},
    "tests/services/ingest": {"held": "the outcome of a meeting that took place"},
    "tests/house": {
        "held": "an example in a test",
        "word": "this check compares words",
        "words": "this check compares words",
    },
}
"""Retired words that are allowed in one file or folder: path, word, reason."""

FORMER_NAMES: Final[Mapping[str, str]] = {
    "tests/house": "the tests of the checks, whose SQL is a sample of mistakes",
    "tests/services/nudges/migrations/test_plain_words.py": "fills the tables as they were before they were renamed",
}
"""Where the SQL within Python has retired names, and why."""

LANDED: Final[Mapping[str, int]] = {"services/nudges/migrations": 21, "services/scoring/migrations": 5}
"""The last migration of each folder that was released before the glossary. Released migrations are never edited."""

_BY_WORDS: Final = {tuple(words.split("_")): term for term, line in RETIRED.items() for words in line.split()}
_WORDS_MAX: Final = max(map(len, _BY_WORDS))
_ALLOWED_WORDS: Final = frozenset(map(split_name, ALLOWED))
_SQL: Final = re.compile(r"\b(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|JOIN\s)")
_FIELDS_OF: Final = frozenset({"TypedDict", "NamedTuple", "namedtuple", "make_dataclass"})
_TEMPLATE_PART: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TEMPLATE_TEXT: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_TEMPLATE_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_INDENTED: Final = re.compile(r"(?:^ {4}[^\n]*\n)+", re.MULTILINE)
_RENAMED_AWAY: Final = re.compile(
    r"\b(?:ALTER|DROP)\s+(?:TABLE|VIEW|INDEX|TYPE|FUNCTION|SEQUENCE|TRIGGER)\s+(?:IF\s+EXISTS\s+)?(\w+(?:\s*,\s*\w+)*)"
    r"|\bRENAME\s+(?:COLUMN\s+|CONSTRAINT\s+)?(\w+)\s+TO\b"
    r"|\bDROP\s+(?:COLUMN|CONSTRAINT)\s+(?:IF\s+EXISTS\s+)?(\w+)",
    re.IGNORECASE,
)


def retired_words_in_python(repository: Repository) -> Iterator[Breach]:
    for module in repository.modules:
        allowed = _allowed_in(module.path)
        for name in defined_names(module):
            for retired, term in retired_in(name.text, is_sentence=_is_test_function(module, name)):
                if name.text not in allowed and retired not in allowed:
                    yield _breach(module.at(name.node), f"the {name.kind} `{name.text}`", retired, term)


def retired_words_in_sql(repository: Repository) -> Iterator[Breach]:
    """Names of tables, columns and queries. A migration may use the names that it renames or drops."""
    for path in repository.sql_paths:
        if _has_landed(path):
            continue
        text = repository.text(path)
        leaving = _renamed_away(text) if path.parent.name == "migrations" else frozenset()
        allowed = _allowed_in(path)
        for name, line in sorted(set(sql_names(text)), key=lambda name_and_line: name_and_line[1]):
            if name.lower() in leaving or name in allowed:
                continue
            for retired, term in retired_in(name):
                if retired not in allowed:
                    yield _breach(f"{path}:{line}", f"the SQL name `{name}`", retired, term)


def retired_words_in_sql_of_python(repository: Repository) -> Iterator[Breach]:
    """Names in the SQL that a Python string holds."""
    for module in repository.modules:
        if any(module.path.is_relative_to(place) for place in FORMER_NAMES):
            continue
        for node, text in _texts_in(module):
            if _SQL.search(text):
                names = (name for name, _ in sql_names(text))
                yield from _judge(module.path, module.at(node), names, "the SQL name")


def retired_words_in_fields(repository: Repository) -> Iterator[Breach]:
    """Names of the fields that a call of `TypedDict`, `namedtuple` and the like defines."""
    for module in repository.modules:
        for node in module.nodes:
            if isinstance(node, ast.Call) and last_name(node.func) in _FIELDS_OF and len(node.args) > 1:
                yield from _judge(module.path, module.at(node), _field_names(node.args[1]), "the field")


def retired_words_in_templates(repository: Repository) -> Iterator[Breach]:
    """Names in `{{ }}` and `{% %}`. What a template shows is prose and not checked."""
    for path in repository.paths:
        if path.suffix == ".html":
            text = repository.text(path)
            for part in _TEMPLATE_PART.finditer(text):
                place = f"{path}:{text.count(chr(10), 0, part.start()) + 1}"
                yield from _judge(path, place, _TEMPLATE_NAME.findall(_TEMPLATE_TEXT.sub("", part[0])), "the name")


def retired_words_in_settings(repository: Repository) -> Iterator[Breach]:
    """Keys of TOML files in the code, and of the samples in the documents."""
    for path in repository.paths:
        if path.suffix == ".toml" and path.parts[0] in CODE:
            samples = [repository.text(path)]
        elif path.suffix == ".md":
            samples = [dedent(block) for block in _INDENTED.findall(f"{repository.text(path)}\n")]
        else:
            continue
        for sample in samples:
            yield from _judge(path, str(path), _toml_keys(sample), "the key")


def retired_words_in_paths(repository: Repository) -> Iterator[Breach]:
    """Names of modules, of `.sql` files and of their folders."""
    paths = [path for path in repository.paths if path.suffix in {".py", ".sql"} and not _has_landed(path)]
    folders = sorted({folder for path in paths for folder in path.parents if folder.parts})
    for path in (*folders, *paths):
        allowed = _allowed_in(path)
        for retired, term in retired_in(path.stem, is_sentence=path.parts[0] == "tests" and path.suffix == ".py"):
            if path.stem not in allowed and retired not in allowed:
                yield _breach(str(path), f"the name `{path.stem}`", retired, term)


def retired_in(name: str, *, is_sentence: bool = False) -> Iterator[tuple[str, str]]:
    """The retired words in an identifier, each with the term to use."""
    if name.strip("_") in RETIRED_EXACTLY:
        yield name.strip("_"), RETIRED_EXACTLY[name.strip("_")]
    words = split_name(name)
    start = 0
    while start < len(words):
        length = _allowed_length(words, start)
        if not length:
            length, term = _retired_length(words, start)
            retired = "_".join(words[start : start + length])
            if term and not (is_sentence and retired in ENGLISH):
                yield retired, term
        start += length


def _allowed_length(words: tuple[str, ...], start: int) -> int:
    """How many words from `start` on are allowed together. A single allowed word must be the whole name."""
    for length in range(min(_WORDS_MAX, len(words) - start), 1, -1):
        if words[start : start + length] in _ALLOWED_WORDS:
            return length
    return len(words) if words in _ALLOWED_WORDS else 0


def _retired_length(words: tuple[str, ...], start: int) -> tuple[int, str]:
    """The longest sequence of retired words from `start` on: its length and the term to use; 1 and no term if there is none."""
    for length in range(min(_WORDS_MAX, len(words) - start), 0, -1):
        term = _BY_WORDS.get(words[start : start + length])
        if term:
            return length, term
    return 1, ""


def _judge(path: PurePosixPath, place: str, names: Iterable[str], subject: str) -> Iterator[Breach]:
    allowed = _allowed_in(path)
    for name in sorted(set(names) - allowed):
        for retired, term in retired_in(name):
            if retired not in allowed:
                yield _breach(place, f"{subject} `{name}`", retired, term)


def _texts_in(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """The strings of a module. What a formatted string fills in is left out."""
    within = {id(part) for node in module.nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in module.nodes:
        if isinstance(node, ast.JoinedStr):
            yield node, " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within:
            yield node, node.value


def _field_names(fields: ast.expr) -> Iterator[str]:
    match fields:
        case ast.Constant(value=str(text)):
            yield from text.replace(",", " ").split()
        case ast.Dict(keys=keys):
            yield from (name for key in keys if key is not None for name in _field_names(key))
        case ast.List(elts=parts):
            yield from (name for part in parts for name in _field_names(part))
        case ast.Tuple(elts=[ast.Constant(value=str(name)), ast.expr() as kind, *_]) if not isinstance(kind, ast.Constant):
            yield name
        case ast.Tuple(elts=parts):
            yield from (name for part in parts for name in _field_names(part))
        case _:
            return


def _toml_keys(text: str) -> Iterator[str]:
    try:
        pending: list[object] = [tomllib.loads(text)]
    except tomllib.TOMLDecodeError:  # a sample of something else
        return
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield from map(str, value)
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def _breach(place: str, subject: str, retired: str, term: str) -> Breach:
    return Breach(place=place, fact=f"{subject} has the retired word `{retired}`", remedy=f"say `{term}`")


def _is_test_function(module: Module, name: Name) -> bool:
    return module.is_test and name.kind is NameKind.FUNCTION and name.text.startswith("test_")


def _allowed_in(path: PurePosixPath) -> frozenset[str]:
    places = {str(path), *map(str, path.parents)}
    return frozenset(name for place, names in ALLOWED_IN.items() if place in places for name in names)


def _has_landed(path: PurePosixPath) -> bool:
    number = path.stem.partition("_")[0]
    return number.isdecimal() and int(number) <= LANDED.get(str(path.parent), 0)


def _renamed_away(sql: str) -> frozenset[str]:
    lists = [names for match in _RENAMED_AWAY.finditer(sql) for names in match.groups() if names]
    return frozenset(name.lower() for names in lists for name in re.findall(r"\w+", names))
