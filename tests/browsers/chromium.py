"""A real browser for the tests that need one: Debian's Chromium, driven by chromedriver over the W3C WebDriver protocol."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest

_READY: Final = re.compile(r"started successfully on port (\d+)")
_PORT_IN_USE: Final = "Address already in use"
_STARTS_MAX: Final = 5
_TIMEOUT_S: Final = 30.0
_OPTIONS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")


def has_chromium() -> bool:
    """Whether both programs are installed: on Debian, `apt-get install chromium chromium-driver`."""
    return shutil.which("chromium") is not None and shutil.which("chromedriver") is not None


needs_chromium: Final = pytest.mark.skipif(
    not has_chromium(), reason="needs Chromium: apt-get install chromium chromium-driver"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chromium:
    """One window of one browser."""

    session: httpx.Client

    def open(self, url: str) -> None:
        """Go to a page, and wait until it is loaded."""
        self._post("url", {"url": url})

    def click(self, selector: str) -> None:
        """Click the first element that a CSS selector finds, once it is there. A page that it leads to is loaded afterwards."""
        self.wait_for(f"document.querySelector({json.dumps(selector)}) !== null")
        (element,) = self._post("element", {"using": "css selector", "value": selector}).values()
        self._post(f"element/{element}/click", {})

    def enter(self, selector: str, text: str) -> None:
        """Type a text into the first element that a CSS selector finds, in place of what it holds."""
        self.wait_for(f"document.querySelector({json.dumps(selector)}) !== null")
        (element,) = self._post("element", {"using": "css selector", "value": selector}).values()
        self._post(f"element/{element}/clear", {})
        self._post(f"element/{element}/value", {"text": text})

    def press(self, keys: str) -> None:
        """Press keys one after another, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._post("actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def press_together(self, *keys: str) -> None:
        """Press keys in this order, and let go of none before all are down: Control and A."""
        pressed = [{"type": "keyDown", "value": key} for key in keys]
        strokes = [*pressed, *({"type": "keyUp", "value": key} for key in reversed(keys))]
        self._post("actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def describe_focus(self) -> tuple[str, str]:
        """The role and the name of what has the focus, as a screen reader says them."""
        focused = self._get("element/active")
        assert isinstance(focused, dict)
        (element,) = focused.values()
        return str(self._get(f"element/{element}/computedrole")), str(self._get(f"element/{element}/computedlabel"))

    def run(self, script: str, *arguments: object) -> object:
        """What the body of a JavaScript function returns."""
        return self._value(self.session.post("execute/sync", json={"script": script, "args": list(arguments)}))

    def wait_for(self, condition: str) -> object:
        """Wait until a JavaScript expression is true, and return its value."""
        script = (
            "const done = arguments[0]; const look = () => { const value = (" + condition + ");"
            " value ? done(value) : setTimeout(look, 20) }; look()"
        )
        return self._value(self.session.post("execute/async", json={"script": script, "args": []}))

    def command(self, name: str, parameters: Mapping[str, object]) -> None:
        """A command of the Chrome DevTools Protocol."""
        self._post("goog/cdp/execute", {"cmd": name, "params": parameters})

    def take_picture(self, path: Path) -> None:
        """Of what the window shows."""
        picture = self._get("screenshot")
        assert isinstance(picture, str)
        path.write_bytes(base64.b64decode(picture))

    def _post(self, path: str, body: Mapping[str, object]) -> dict[str, str]:
        value = self._value(self.session.post(path, json=body))
        return value if isinstance(value, dict) else {}

    def _get(self, path: str) -> object:
        return self._value(self.session.get(path))

    @staticmethod
    def _value(response: httpx.Response) -> object:
        value: object = response.json()["value"]
        assert response.is_success, value
        return value


@contextmanager
def _running_driver() -> Iterator[str]:
    """The port of a chromedriver. It takes a port that is free for IPv6, and ends if that is in use for IPv4. Then another is
    started."""
    output = ""
    for _ in range(_STARTS_MAX):
        with subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as driver:
            assert driver.stdout is not None
            try:
                port, output = _read_port(driver.stdout)
                if port is not None:
                    yield port
                    return
            finally:
                driver.terminate()
        if _PORT_IN_USE not in output:
            break
    raise AssertionError(f"chromedriver did not start: {output}")


def _read_port(lines: Iterable[str]) -> tuple[str | None, str]:
    """The port that chromedriver says that it has taken, if it has, and what it said before."""
    before = ""
    for line in lines:
        if (match := _READY.search(line)) is not None:
            return match[1], before
        before += line
    return None, before


@contextmanager
def running_chromium(language: str = "en") -> Iterator[Chromium]:
    """A browser with a profile of its own, which asks for pages in a language."""
    with tempfile.TemporaryDirectory() as profile, _running_driver() as port:
        options = {"args": [*_OPTIONS, f"--user-data-dir={profile}", f"--accept-lang={language}"]}
        capabilities = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        sessions = f"http://127.0.0.1:{port}/session"
        opened = httpx.post(sessions, json=capabilities, timeout=_TIMEOUT_S, trust_env=False).raise_for_status().json()
        session_id = opened["value"]["sessionId"]
        with httpx.Client(base_url=f"{sessions}/{session_id}/", timeout=_TIMEOUT_S, trust_env=False) as client:
            try:
                yield Chromium(session=client)
            finally:
                client.delete(f"{sessions}/{session_id}")  # chromedriver leaves a browser behind whose session it has
