"""A form as a browser fills it in and posts it."""

from html.parser import HTMLParser

import httpx

EDIT = "/playbook/north/edit"


class _Fields(HTMLParser):
    """The fields of the form with the id `playbook-form`, as a browser would post them without a button."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._is_inside = False
        self._textarea = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = values.get("id") == "playbook-form"
        if not self._is_inside:
            return
        if tag == "input":
            self.fields[values["name"]] = values.get("value", "")
        elif tag == "textarea":
            self._textarea = values["name"]
            self.fields[self._textarea] = ""
        elif tag == "select":
            self._select = values["name"]
        elif tag == "option" and ("selected" in values or self._select not in self.fields):
            self.fields[self._select] = values["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea] += data


def fields_of(html: str) -> dict[str, str]:
    """By name. A browser leaves out the first line break in a text area."""
    parser = _Fields()
    parser.feed(html)
    return parser.fields


async def press(browser: httpx.AsyncClient, page: httpx.Response, do: str, **typed: str) -> httpx.Response:
    """Press a button after typing into some fields; two underscores in a name stand for a dot."""
    changes = {name.replace("__", "."): value for name, value in typed.items()}
    fields = {**fields_of(page.text), **changes, "do": do}
    lines = {name: value.replace("\n", "\r\n") for name, value in fields.items()}
    return await browser.post(EDIT, data=lines)
