"""Where somebody goes on after signing in."""

import pytest

from services.nudges.pages.doors.own_paths import own_path, sign_in_path


@pytest.mark.parametrize("path", ["/", "/you/ana/-", "/recognise/mara/ana/-?nudge=n1&x=%2F%2Fevil", "/a:b", "/" + "x" * 499])
def test_a_path_of_the_pages_stays_as_it_is(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "you/ana/-",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        "/\n/evil.example/",
        " //evil.example",
        "/ /evil.example",
        "javascript:alert(1)",
        "/é",
        "/" + "x" * 500,
    ],
)
def test_anything_else_is_no_path_of_them(path: str) -> None:
    assert own_path(path) == ""


def test_the_sign_in_page_is_asked_to_lead_on() -> None:
    assert sign_in_path("/you/ana/-?a=b&c") == "/sign-in?next=%2Fyou%2Fana%2F-%3Fa%3Db%26c"
    assert sign_in_path("") == "/sign-in"
