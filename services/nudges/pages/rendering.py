"""Renders pages from templates, with the headers that isolate a page from others."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from services.nudges.deliver.personal.neutral_text import neutral
from services.nudges.domain.feedback.answers import WRONG_REASON_LABELS
from services.nudges.domain.phrases import whole_score
from services.nudges.links import NEXT_HOUR_PATH
from services.nudges.pages.entrance import OUTSIDE, Entrance

FOLDER: Final = Path(__file__).parent
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action {forms}; "
    "frame-ancestors 'none'{scripts}"
)
_SCRIPTS: Final = "; script-src 'self'; connect-src 'self'"
_HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_RETRY_HEADERS: Final = {"Retry-After": "2"}


class Renderer:
    """Everything that is put into a page is escaped and without what nobody sees, and a missing value is an error."""

    def __init__(self, *, is_demonstration: bool = False) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            finalize=_visible,
        )
        self._templates.globals["next_hour_path"] = NEXT_HOUR_PATH if is_demonstration else ""
        self._templates.globals["wrong_reason_labels"] = WRONG_REASON_LABELS
        self._templates.filters["sentence_case"] = capitalize_first
        self._templates.filters["lower_first"] = lower_first
        self._templates.filters["whole_score"] = whole_score

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        has_forms: bool = False,
        has_script: bool = False,
        entrance: Entrance = OUTSIDE,
        **content: object,
    ) -> Response:
        """A page for whoever came in. Its forms can be sent only if it `has_forms`, or if its visitor can sign out. Its script
        runs, and reads what the server sends, only if it `has_script`."""
        html = self._templates.get_template(template).render(content, entrance=entrance)
        forms = "'self'" if has_forms or entrance.is_signed_in else "'none'"
        policy = _POLICY.format(forms=forms, scripts=_SCRIPTS if has_script else "")
        return HTMLResponse(html, status, headers={"Content-Security-Policy": policy, **_HEADERS})

    def html(self, template: str, **content: object) -> str:
        """A template as HTML, such as a part of a page."""
        return self._templates.get_template(template).render(content)

    def not_found(self, entrance: Entrance = OUTSIDE) -> Response:
        """The same page whatever is missing, so that nobody learns what exists."""
        return self.page("not_found.html", status=404, entrance=entrance)

    def link_ended(self) -> Response:
        """For a link in a message that is too old."""
        return self.page("link_ended.html", status=410)

    def address_ended(self, sign_in_path: str) -> Response:
        """For the address of a page that was handed out before people could sign in."""
        return self.page("address_ended.html", status=410, sign_in_path=sign_in_path)

    def stale_form(self, entrance: Entrance) -> Response:
        """For a form that does not belong to the session: its page was opened before somebody signed in anew, or elsewhere."""
        return self.page("stale_form.html", status=403, entrance=entrance)

    def unavailable(self) -> Response:
        """For when nothing can be shown or stored for a moment."""
        response = self.page("unavailable.html", status=503)
        response.headers.update(_RETRY_HEADERS)
        return response


def capitalize_first(text: str) -> str:
    """The text with its first letter in upper case; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text within a sentence: with its first letter in lower case; the rest stays as it is."""
    return text[:1].lower() + text[1:]


def _visible(value: object) -> object:
    """Names, labels and notes without characters that hide text or turn it around. What templates made stays as it is."""
    return neutral(value) if isinstance(value, str) and not isinstance(value, Markup) else value
