"""The documents that describe Daymark to other programs: `python -m tests.contract.documents` writes them from the code.

`docs/openapi.json` describes the HTTP side of ingest, `docs/openapi-pages.json` what pages answer to programs, and
`docs/asyncapi.json` everything that travels over NATS.
"""

import json
from typing import Any, Final

from tests.contract.apis.pages_document import make_pages_openapi
from tests.contract.asyncapi_document import make_asyncapi
from tests.contract.openapi_document import make_openapi
from tests.running_daymark import ROOT

OPENAPI: Final = ROOT / "docs" / "openapi.json"
PAGES_OPENAPI: Final = ROOT / "docs" / "openapi-pages.json"
ASYNCAPI: Final = ROOT / "docs" / "asyncapi.json"


def format_document(document: dict[str, Any]) -> str:
    """The document as it is checked in."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    OPENAPI.write_text(format_document(make_openapi()), encoding="utf-8")
    PAGES_OPENAPI.write_text(format_document(make_pages_openapi()), encoding="utf-8")
    ASYNCAPI.write_text(format_document(make_asyncapi()), encoding="utf-8")
