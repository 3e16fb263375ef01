"""In which language is written: what a browser prefers, and what is said for a block."""

import asyncio

import pytest

from shared.languages.current import current_language, preferred_language, set_language, using_language


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-GB,en;q=0.9,es;q=0.8", "en"),
        ("de-DE,de;q=0.9,es;q=0.8,en;q=0.7", "es"),
        ("fr, en;q=0.2, es;q=0.7", "es"),
        ("es;q=0, de", "en"),
        ("ES", "es"),
        ("es;q=many,;;;,=", "en"),
    ],
)
def test_the_language_is_the_first_that_the_browser_prefers_and_that_there_is(accept_language: str, language: str) -> None:
    assert preferred_language(accept_language) == language


def test_a_block_has_its_language_and_afterwards_all_is_as_before() -> None:
    with using_language("es"):
        assert current_language() == "es"
        with using_language("xx"):
            assert current_language() == "es"
    assert current_language() == "en"


async def test_each_task_has_its_own_language() -> None:
    async def write() -> str:
        set_language("es")
        set_language("")
        return current_language()

    assert await asyncio.create_task(write()) == "es"
    assert current_language() == "en"
