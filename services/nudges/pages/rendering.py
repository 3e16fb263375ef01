"""Renders pages from templates, with the headers that isolate a page from others."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from services.nudges.deliver.personal.neutral_text import in_order, neutral
from services.nudges.domain.feedback.answers import WRONG_REASON_LABELS
from services.nudges.domain.phrases import whole_score
from services.nudges.links import LANGUAGE_PATH, NEXT_HOUR_PATH
from services.nudges.pages.entrance import OUTSIDE, Entrance
from shared.languages.catalogue import language_names
from shared.languages.current import current_language
from shared.languages.formats import decimal_text, full_date_text, number_text
from shared.languages.messages import gettext, ngettext, pgettext

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
        self._templates = _make_environment(NEXT_HOUR_PATH if is_demonstration else "")

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


@cache
def _make_environment(next_hour_path: str) -> Environment:
    """The templates, each compiled once. What they translate is in the language of whoever reads the page."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_visible,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined] # what its extension adds
    environment.globals |= {
        "gettext": _translate,
        "ngettext": _translate_number,
        "pgettext": pgettext,
        "current_language": current_language,
        "languages": language_names(),
        "language_path": LANGUAGE_PATH,
        "next_hour_path": next_hour_path,
        "wrong_reason_labels": WRONG_REASON_LABELS,
    }
    environment.filters["in_order"] = _in_order
    environment.filters["sentence_case"] = capitalize_first
    environment.filters["lower_first"] = lower_first
    environment.filters["whole_score"] = whole_score
    environment.filters["two_decimals"] = partial(decimal_text, decimals=2)
    environment.filters["full_date"] = full_date_text
    return environment


def capitalize_first(text: str) -> str:
    """The text with its first letter in upper case; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text within a sentence: with its first letter in lower case; the rest stays as it is."""
    return text[:1].lower() + text[1:]


def _visible(value: object) -> object:
    """Names, labels and notes without characters that hide text or turn it around. What templates made stays as it is."""
    return neutral(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _translate(message: str, **values: object) -> Markup:
    """A text of a template, with values in it. The text is markup, the values are not."""
    return Markup(gettext(message)) % _shown(values)  # noqa: S704 - catalogues are part of the program


def _translate_number(singular: str, plural: str, num: int, **values: object) -> Markup:
    """Likewise, for so many things. The number itself is written as the language writes it."""
    shown = _shown(values | {name: number_text(Decimal(num)) for name in ("num", "count") if values.get(name, num) == num})
    return Markup(ngettext(singular, plural, num)) % shown  # noqa: S704 - catalogues are part of the program


def _shown(values: Mapping[str, object]) -> Mapping[str, object]:
    return {name: _visible(value) for name, value in values.items()}


def _in_order(text: str) -> Markup:
    """A message as it is read: names from right to left stay in their places. Not for what can be edited."""
    return escape(in_order(neutral(text)))
