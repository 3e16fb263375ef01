"""What pages show, for programs: the same rights, as JSON or CSV.

Comes in: requests in a session. Goes out: documents that `docs/openapi-pages.json` describes. Promised: nobody learns more than
from the pages, and every refusal is JSON that says what to do.
"""
