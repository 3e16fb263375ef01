"""Somebody who uses a page with the keyboard alone: what has the focus is known by its role and its name, as a screen reader
says them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tests.browsers.chromium import Chromium

TAB: Final = "\ue004"
ENTER: Final = "\ue007"
SPACE: Final = " "
CONTROL: Final = "\ue009"
_STOPS_MAX: Final = 150
_WAIT_S: Final = 30.0
_POLL_S: Final = 0.02
_SHOWS_FOCUS: Final = """
const focused = document.activeElement;
if (focused === document.body) return true;
const style = getComputedStyle(focused);
const place = focused.getBoundingClientRect();
return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && place.top < innerHeight && place.bottom > 0;
"""
_SELECTED: Final = """
const field = document.activeElement;
return field.value.slice(field.selectionStart, field.selectionEnd);
"""


class Focus(NamedTuple):
    """What has the focus: `link` *Ana Ruiz*, `button` *Save*, `textbox` *Your note*."""

    role: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyboard:
    """Every stop on the way must be visible. The way is an error message's: what is missed is said with what was there."""

    chromium: Chromium

    def tab_to(self, role: str, name: str) -> None:
        """Press Tab until something with this role has the focus whose name begins so."""
        stops: list[Focus] = []
        for _ in range(_STOPS_MAX):
            self.chromium.press(TAB)
            focus = self.focus()
            assert self.chromium.run(_SHOWS_FOCUS), f"nobody sees that {focus} has the focus"
            if focus.role == role and focus.name.startswith(name):
                return
            stops.append(focus)
        raise AssertionError(f"no {role} {name!r} among {stops}")

    def follow(self, role: str, name: str, until: str) -> None:
        """Go to a link or a button, press it, and wait until the page says something."""
        self.tab_to(role, name)
        self.chromium.press(ENTER)
        self.see(until)

    def type(self, role: str, name: str, text: str) -> None:
        """Go to a field, and type."""
        self.tab_to(role, name)
        self.chromium.press(text)

    def copy(self, role: str, name: str) -> str:
        """Go to a text that can be copied, and select all of it. Returns what Control and C would copy."""
        self.tab_to(role, name)
        self.chromium.press_together(CONTROL, "a")
        return str(self.chromium.run(_SELECTED))

    def see(self, text: str) -> None:
        """Return once the text is there. A script that waited for it would end with its page, which may be left meanwhile."""
        deadline_s = time.monotonic() + _WAIT_S
        while text not in (page := self.text()):
            assert time.monotonic() < deadline_s, f"{text!r} is not on the page: {page}"
            time.sleep(_POLL_S)

    def text(self) -> str:
        """What the page shows."""
        return str(self.chromium.run("return document.body ? document.body.innerText : ''"))

    def focus(self) -> Focus:
        return Focus(*self.chromium.describe_focus())

    def stops(self) -> Sequence[Focus]:
        """Everything that can have the focus, in the order of Tab."""
        first, stops = None, list[Focus]()
        for _ in range(_STOPS_MAX):
            self.chromium.press(TAB)
            focus = self.focus()
            if focus == first:
                break
            first = first or focus
            stops.append(focus)
        return stops
