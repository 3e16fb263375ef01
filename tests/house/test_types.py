"""Where the type checker is switched off, a check says so: `Any`, and `**` of values whose types nobody knows."""

from pathlib import PurePosixPath

import pytest

from tests.house.checks.any_types import any_outside_borders, borders_without_any
from tests.house.checks.borders import border_of
from tests.house.checks.keyword_splats import borders_without_splats, untyped_splats
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
    ],
)
def test_any_is_refused_outside_the_borders(plant: Plant, code: str) -> None:
    breaches = lines(any_outside_borders(plant({"services/nudges/decide/compose.py": code})))

    assert len(breaches) == 1
    assert breaches[0].startswith("services/nudges/decide/compose.py:1: `Any` outside the borders of foreign JSON")


def test_any_is_allowed_at_a_border_and_in_an_idiom_that_needs_it(plant: Plant) -> None:
    files = {
        ADAPTER: "from typing import Any\n\ndef read(item: Any) -> None: ...\n",
        "shared/clock.py": "from typing import Any\n\ndef run(work: Coroutine[Any, Any, Result]) -> Result: ...\n",
    }

    assert lines(any_outside_borders(plant(files))) == []


def test_a_test_may_read_json_of_any_shape_and_take_no_argument_of_any_type(plant: Plant) -> None:
    code = (
        "def reply() -> dict[str, Any]: ...\ndef rows() -> list[Mapping[str, Any]]: ...\ndef day(**changes: Any) -> None: ...\n"
    )

    breaches = lines(any_outside_borders(plant({"tests/services/nudges/reports.py": code})))

    assert len(breaches) == 1
    assert breaches[0].startswith("tests/services/nudges/reports.py:3: ")


def test_a_border_that_no_longer_needs_any_is_named(plant: Plant) -> None:
    breaches = lines(borders_without_any(plant({ADAPTER: "def read(item: object) -> None: ...\n"})))

    assert len(breaches) == 1
    assert breaches[0].startswith("services/ingest/domain/crm/*: is exempt and needs no exemption")


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ("def work(how: Any):\n    send(**how)", "`**how` is annotated `Any`"),
        ("def work(how: dict[str, Any]):\n    send(**how)", "`**how` is annotated `dict[str, Any]`"),
        ("def work(how: Mapping[str, Any] | None):\n    send(**how)", "`**how` is annotated"),
        ("def work(**how: Any):\n    send(**how)", "`**how` is annotated `Any`"),
        ("def work(row: asyncpg.Record):\n    send(**row)", "`**row` is annotated `asyncpg.Record`"),
        ("def work():\n    how: Any = {}\n    send(**how)", "`**how` is annotated `Any`"),
        ("def work(how: 'dict[str, Any]'):\n    def inner():\n        send(**how)", "`**how` is annotated"),
        ("def work(row):\n    send(**dict(row))", "`**dict(row)` comes from `dict()`"),
        ("def work(row):\n    values = dict(row)\n    send(**values)", "`**values` comes from `dict()`"),
        ("def work(model):\n    send(**model.model_dump())", "comes from `model_dump()`"),
        ("async def work(reply):\n    send(**await reply.json())", "comes from `json()`"),
        ("def work(day):\n    send(**vars(day))", "comes from `vars()`"),
        ("def work(day):\n    send(**day.__dict__)", "loses the types"),
        ("def base() -> dict[str, Any]: ...\nsend(**base())", "comes from `base() -> dict[str, Any]`"),
        ("def work(base: dict[str, int], more: Any):\n    send(**base | more)", "is annotated `Any`"),
        ("def work(how: Any):\n    send(**{'at': 1, **how})", "is annotated `Any`"),
        ("how: dict[str, Any] = {}\n[send(**how) for _ in rows]", "`**how` is annotated"),
        ("def work(how: Any):\n    return lambda: send(**how)", "`**how` is annotated `Any`"),
    ],
)
def test_a_splat_of_unknown_types_is_refused(plant: Plant, code: str, fact: str) -> None:
    breaches = lines(untyped_splats(plant({"services/nudges/app.py": code})))

    assert len(breaches) == 1
    assert fact in breaches[0]
    assert breaches[0].endswith("; pass one frozen value, or name the arguments")


@pytest.mark.parametrize(
    "code",
    [
        "def work(limits: dict[str, int]):\n    send(**limits)",
        "send(**{'at': 1})",
        "send(**dict(at=1))",
        "def work(*arguments: P.args, **named: P.kwargs):\n    send(*arguments, **named)",
        "values = {**dict(row)}",
        "def work(how: Any): ...\ndef other(how: dict[str, int]):\n    send(**how)",
    ],
)
def test_a_splat_of_known_types_is_left_alone(plant: Plant, code: str) -> None:
    assert lines(untyped_splats(plant({"services/nudges/app.py": code}))) == []


def test_a_test_of_foreign_json_may_splat_it_and_is_named_when_it_no_longer_does(plant: Plant) -> None:
    splat = "def body(**changes: Any):\n    send(**changes)\n"

    needed = plant({"tests/services/ingest/senders.py": splat})
    assert [*lines(untyped_splats(needed)), *lines(borders_without_splats(needed))] == []

    unneeded = plant({"tests/services/ingest/senders.py": "send(at=1)\n"})
    breaches = lines(borders_without_splats(unneeded))
    assert len(breaches) == 1
    assert breaches[0].startswith("tests/services/ingest/**: is exempt and needs no exemption; take it out of BORDERS")


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
def test_a_pattern_takes_one_part_for_a_star_and_any_number_for_two(path: str, pattern: str, fits: bool) -> None:
    assert (border_of(PurePosixPath(path), {pattern: "a reason"}) == pattern) is fits
