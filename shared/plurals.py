"""Numbers with their nouns, for sentences that people read."""


def count_nouns(number: int, singular: str, plural: str = "") -> str:
    """For example `1 rep`, `0 reps` or `2 activities`. The plural is given only where it does not just add an s."""
    return f"{number} {singular}" if number == 1 else f"{number} {plural or singular + 's'}"
