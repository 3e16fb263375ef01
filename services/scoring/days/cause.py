"""What made it necessary to count a day again."""

import msgspec


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """`is_history` is true while only imported observations caused it. `is_redefinition` is true when a roster or a playbook
    did, which may change more of an open day's report than its score."""

    traceparent: str | None = None
    is_history: bool = False
    is_redefinition: bool = False
