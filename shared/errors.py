"""The root of every error that Daymark raises on purpose.

The docstring of an error class is its message to people: what happened and what to do about it. What it happened to
is passed in when it is raised.
"""


class DaymarkError(Exception):
    """Daymark cannot go on."""

    def __init__(self, subject: str = "") -> None:
        sentence = " ".join((type(self).__doc__ or "").split())
        super().__init__(f"{subject}: {sentence}" if subject else sentence)
        self.subject = subject
