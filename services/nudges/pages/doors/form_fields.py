"""What a form sends, and whether it is one of this session."""

import hmac
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request

from services.nudges.pages.entrance import Entrance

CSRF_FIELD: Final = "csrf"
_FIELDS_MAX: Final = 700
"""The form of a playbook has the most: up to 20 behaviours and 20 goals."""
_OTHER_SITES: Final = frozenset({"cross-site", "same-site"})


async def read_fields(request: Request) -> QueryParams:
    """The text fields of a form. Files are refused."""
    form = await request.form(max_fields=_FIELDS_MAX, max_files=0)
    return QueryParams([(name, value) for name, value in form.multi_items() if isinstance(value, str)])


def is_from_other_site(request: Request) -> bool:
    """Whether a browser says that a page of another site sent the form."""
    return request.headers.get("sec-fetch-site", "") in _OTHER_SITES


def is_from_own_form(fields: QueryParams, entrance: Entrance) -> bool:
    """Whether a page of this session sent the form, and not one of another site."""
    return hmac.compare_digest(fields.get(CSRF_FIELD, "").encode(), entrance.csrf.encode())
