"""Pages from templates, with the headers that keep a page to itself."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from services.nudges.domain.answers import WRONG_WORDS

FOLDER: Final = Path(__file__).parent
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_RETRY: Final = {"Retry-After": "2"}


class Renderer:
    """Whatever is put into a page is escaped, and nothing may be left out."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.globals["wrong_words"] = WRONG_WORDS

    def page(self, template: str, *, status: int = 200, has_forms: bool = False, **content: object) -> Response:
        """A page; only one that `has_forms` can send any."""
        html = self._templates.get_template(template).render(**content)
        policy = _POLICY.format(forms="'self'" if has_forms else "'none'")
        return HTMLResponse(html, status, headers={"Content-Security-Policy": policy, **_HEADERS})

    def not_found(self) -> Response:
        """The same page whatever is missing, so that nobody learns what there is."""
        return self.page("not_found.html", status=404)

    def away(self) -> Response:
        """Nothing can be shown or kept for a moment."""
        answer = self.page("away.html", status=503)
        answer.headers.update(_RETRY)
        return answer
