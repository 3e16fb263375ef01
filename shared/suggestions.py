"""What somebody may have meant who wrote a name that does not exist."""

import difflib
from collections.abc import Iterable


def suggest(name: str, known: Iterable[str], *, at_most: int = 3) -> str:
    """`did you mean priya or pryor?`, the most similar name first. Empty if no known name is similar."""
    by_lower_case = {candidate.lower(): candidate for candidate in sorted(known)}
    similar = difflib.get_close_matches(name.lower(), by_lower_case, n=at_most)
    return f"did you mean {' or '.join(by_lower_case[match] for match in similar)}?" if similar else ""


def with_suggestion(name: str, known: Iterable[str]) -> str:
    """The name, followed by similar ones in parentheses: the subject of an error."""
    suggestion = suggest(name, known)
    return f"{name} ({suggestion})" if suggestion else name
