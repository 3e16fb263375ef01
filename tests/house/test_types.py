"""`Any` and the unpacking of values of unknown types are breaches outside of the files that are exempt."""

import re
from pathlib import PurePosixPath

import pytest

from tests.house.checks.any_types import any_outside_exempt_files, unused_any_exemptions
from tests.house.checks.exemptions import find_exemption
from tests.house.checks.keyword_unpacking import untyped_unpacking, unused_unpacking_exemptions
from tests.house.conftest import Plant, lines

ADAPTER = "services/ingest/domain/crm/acme.py"


@pytest.mark.parametrize(
    "code",
    [
        "def work(value: Any) -> None: ...",
        "def work() -> dict[str, Any]: ...",
        "how: Any = {}",
        "Row = tuple[Any, ...]",
        "def work(value: typing.Any) -> None: ...",
        "run: Coroutine[Any, Any, Any]",
        "from typing import Any as Anything\ndef work(value: Anything) -> None: ...",
        "from typing_extensions import Any as Anything\nRow = dict[str, Anything]",
        'def work(value: "Any") -> None: ...',
        'def work(value: "dict[str, Any]") -> None: ...',
        'def work(*values: list["Any"]) -> None: ...',
        'def work() -> "Any": ...',
        'async def work() -> "list[Any] | None": ...',
        'class Day:\n    counts: "dict[str, typing.Any]"',
        'row = cast("dict[str, Any]", value)',
        'Row: TypeAlias = "dict[str, Any]"',
        'Row = dict[str, "Any"]',
        'Row = TypeVar("Row", bound="Any")',
        'from typing import Any as Anything\ndef work(value: "Anything") -> None: ...',
        'work = [lambda: cast("Any", 1)]',
    ],
)
def test_any_is_a_breach_in_a_file_that_is_not_exempt(plant: Plant, code: str) -> None:
    breaches = lines(any_outside_exempt_files(plant({"services/nudges/decide/compose.py": code})))

    assert len(breaches) == 1
    assert re.match(r"services/nudges/decide/compose.py:[12]: `Any` in a file that is not exempt", breaches[0])


@pytest.mark.parametrize(
    "code",
    [
        'text = "Any"',
        'title = labels["Any"]',
        'def work(value: Literal["Any"] = "Any") -> None: ...',
        'def work() -> None:\n    """Any."""',
        'AnyFact = "Any | None"',
        "from services.facts import Anything",
    ],
)
def test_the_word_any_in_text_and_in_other_names_is_no_breach(plant: Plant, code: str) -> None:
    assert lines(any_outside_exempt_files(plant({"services/nudges/decide/compose.py": code}))) == []


def test_any_is_allowed_in_an_exempt_file_and_in_an_idiom_that_needs_it(plant: Plant) -> None:
    files = {
        ADAPTER: "from typing import Any\n\ndef read(item: Any) -> None: ...\n",
        "shared/clock.py": "from typing import Any\n\ndef run(work: Coroutine[Any, Any, Result]) -> Result: ...\n",
    }

    assert lines(any_outside_exempt_files(plant(files))) == []


def test_a_test_may_read_json_but_may_not_take_arguments_of_type_any(plant: Plant) -> None:
    returned = "def reply() -> dict[str, Any]: ...\ndef rows() -> 'list[Mapping[str, Any]]': ...\n"
    code = f"{returned}def day(**changes: Any) -> None: ...\n"

    breaches = lines(any_outside_exempt_files(plant({"tests/services/nudges/reports.py": code})))

    assert len(breaches) == 1
    assert breaches[0].startswith("tests/services/nudges/reports.py:3: ")


def test_an_exemption_that_is_no_longer_needed_is_a_breach(plant: Plant) -> None:
    breaches = lines(unused_any_exemptions(plant({ADAPTER: "def read(item: object) -> None: ...\n"})))

    assert len(breaches) == 1
    assert breaches[0].startswith("services/ingest/domain/crm/*: is exempt and needs no exemption")


@pytest.mark.parametrize(
    "code",
    [
        "def work(how: Any):\n    send(**how)",
        "def work(how):\n    send(**how)",
        "def work(how: object):\n    send(**how)",
        "def work(how: dict[str, Any]):\n    send(**how)",
        "def work(how: dict[str, object]):\n    send(**how)",
        "def work(how: Mapping[str, list[Any]]):\n    send(**how)",
        "def work(how: Mapping[str, Any] | None):\n    send(**how)",
        "def work(how: Mapping):\n    send(**how)",
        "def work(**how: Any):\n    send(**how)",
        "def work(**how: 'Any'):\n    send(**how)",
        "def work(row: asyncpg.Record):\n    send(**row)",
        "def work():\n    how: Any = {}\n    send(**how)",
        "def work(how: 'dict[str, Any]'):\n    def inner():\n        send(**how)",
        "def work(how: dict[str, 'Any']):\n    send(**how)",
        "Row = dict[str, Any]\ndef work(row: Row):\n    send(**row)",
        "from typing import Any as Anything\ndef work(row: dict[str, Anything]):\n    send(**row)",
        "Value = Any\ndef work(row: dict[str, Value]):\n    send(**row)",
        "def work(row):\n    send(**dict(row))",
        "def work(row):\n    values = dict(row)\n    send(**values)",
        "def work(model):\n    send(**model.model_dump())",
        "async def work(reply):\n    send(**await reply.json())",
        "def work(day):\n    send(**vars(day))",
        "def work(day):\n    send(**day.__dict__)",
        "def base() -> dict[str, Any]: ...\nsend(**base())",
        "from services.nudges.base import base\nsend(**base())",
        "def work(base: dict[str, int], more: Any):\n    send(**base | more)",
        "def work(how: Any):\n    send(**{'at': 1, **how})",
        "def work(how: Any):\n    send(**(how or {}))",
        "how: dict[str, Any] = {}\n[send(**how) for _ in rows]",
        "def work(how: Any):\n    return lambda: send(**how)",
        "async def work():\n    return [Day(**row) for row in await connection.fetch(QUERY)]",
        "async def work():\n    row = await connection.fetchrow(QUERY)\n    return Day(**row)",
        "async def work():\n    if (row := await connection.fetchrow(QUERY)):\n        send(**row)",
        "async def work():\n    async for row in connection.cursor(QUERY):\n        send(**row)",
        "def work(rows: list[dict[str, Any]]):\n    for row in rows:\n        send(**row)",
        "def work(rows: list[dict[str, int]]):\n    send(**rows[0])",
        "def work(row: dict[str, int]):\n    return [send(**row) for row in fetch()]",
        "def work(row: dict[str, int]):\n    return lambda row: send(**row)",
        "class Day:\n    row: dict[str, int]\n    def work(self):\n        send(**row)",
        "class Day:\n    def work(self):\n        send(**self.values)",
        "def work(key, value):\n    send(**{key: value for key in value})",
        "from services.nudges.limits import LIMITS\nsend(**LIMITS)",
        "run = partial(send, **fetch())",
        "@send(**fetch())\ndef work(): ...",
    ],
)
def test_unpacking_values_of_unknown_types_is_a_breach(plant: Plant, code: str) -> None:
    limits = "LIMITS: Final[Mapping[str, Any]] = {}\n"
    repository = plant({"services/nudges/app.py": code, "services/nudges/limits.py": limits})

    breaches = lines(untyped_unpacking(repository))

    assert len(breaches) == 1
    assert breaches[0].startswith("services/nudges/app.py:")
    assert breaches[0].endswith("; pass one frozen value, name the arguments, or annotate a mapping to one concrete type")


@pytest.mark.parametrize(
    "code",
    [
        "def work(limits: dict[str, int]):\n    send(**limits)",
        "def work(limits: 'dict[str, int]'):\n    send(**limits)",
        "def work():\n    limits: Mapping[str, int] = fetch()\n    [send(**limits) for _ in rows]",
        "send(**{'at': 1})",
        "send(**dict(at=1))",
        "def work(limits: dict[str, int]):\n    send(**{'at': 1, **limits} | limits)",
        "def work(limits: dict[str, int]):\n    send(**(limits if limits else {}))",
        "def work(*arguments: P.args, **named: P.kwargs):\n    send(*arguments, **named)",
        "def work(**headers: str):\n    send(**headers)",
        "def work(**headers: Literal['Any']):\n    send(**headers)",
        "values = {**dict(row)}",
        "def work(how: Any): ...\ndef other(how: dict[str, int]):\n    send(**how)",
        "class Fields(TypedDict): ...\ndef work(**fields: Unpack[Fields]):\n    send(**fields)",
        "Fields = TypedDict('Fields', {'at': int})\ndef work(fields: Fields):\n    send(**fields)",
        "from services.nudges.limits import Fields\ndef work(fields: Fields):\n    send(**(fields | Fields(at=1)))",
        "from services.nudges.limits import Limits\ndef work(limits: Limits):\n    send(**limits)",
        "from services.nudges.limits import LIMITS\nsend(**LIMITS)",
    ],
)
def test_unpacking_values_of_known_types_is_no_breach(plant: Plant, code: str) -> None:
    limits = (
        "class Base(TypedDict): ...\nclass Fields(Base):\n    at: int\nLimits = Mapping[str, int]\nLIMITS: Final[Limits] = {}\n"
    )
    repository = plant({"services/nudges/app.py": code, "services/nudges/limits.py": limits})

    assert lines(untyped_unpacking(repository)) == []


def test_a_test_that_builds_foreign_json_is_exempt_as_long_as_it_needs_to_be(plant: Plant) -> None:
    code = "def body(**changes: Any):\n    send(**changes)\n"

    needed = plant({"tests/services/ingest/senders.py": code})
    assert [*lines(untyped_unpacking(needed)), *lines(unused_unpacking_exemptions(needed))] == []

    unneeded = plant({"tests/services/ingest/senders.py": "send(at=1)\n"})
    breaches = lines(unused_unpacking_exemptions(unneeded))
    assert len(breaches) == 1
    assert breaches[0].startswith("tests/services/ingest/**: is exempt and needs no exemption; take it out of EXEMPT_FILES")


@pytest.mark.parametrize(
    ("path", "pattern", "fits"),
    [
        ("a/b.py", "a/*", True),
        ("a/b/c.py", "a/*", False),
        ("a/b/c.py", "a/**", True),
        ("a/c.py", "a/**/c.py", True),
        ("a/b/b/c.py", "a/**/c.py", True),
        ("a/b/d.py", "a/**/c.py", False),
        ("b/a/c.py", "a/*", False),
    ],
)
def test_one_star_matches_one_part_of_a_path_and_two_match_any_number(path: str, pattern: str, fits: bool) -> None:
    assert (find_exemption(PurePosixPath(path), {pattern: "a reason"}) == pattern) is fits
