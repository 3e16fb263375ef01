"""`docs/messages.md`: every message that people receive, with an example. `python -m tests.contract.messages` writes it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from shared.events import NudgeKind
from tests.services.nudges.rules.examples import EXAMPLES, Example

MESSAGES: Final = Path(__file__).parents[2] / "docs" / "messages.md"
_INTRODUCTION: Final = """# Messages

Every message that Daymark sends, with an example of what its recipient sees. The Harbor team sells software, and Laura Klein
leads it.

Most messages have several wordings, so that nobody gets the same one twice in two weeks. Each has a reason line with the facts
behind it. A rep gets at most one message a day, within their working hours, and none on a holiday or a full day of leave.
Announcements, corrections, what a manager says to a rep, and the day plan, where it is turned on for a team or a rep, come on
top. Several nudges can travel in one message. A manager gets at most one message on a working morning, and within
the hour one about new disputes; their leave is not known. Each person chooses what they get, except for announcements and
corrections.

This page is generated from the code: `python -m tests.contract.messages` writes it.
"""
_SECTIONS: Final[Sequence[tuple[str, frozenset[NudgeKind]]]] = (
    ("Celebrations", frozenset({NudgeKind.CELEBRATION})),
    ("Coaching", frozenset({NudgeKind.COACHING})),
    ("Announcements and corrections", frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION})),
    ("From managers to reps", frozenset({NudgeKind.THANKS})),
    ("To managers", frozenset({NudgeKind.RECOGNITION, NudgeKind.DIGEST})),
)


def messages() -> str:
    """The page as it is checked in."""
    return "\n".join([_INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    for title, kinds in _SECTIONS:
        yield f"## {title}\n"
        for example in EXAMPLES:
            if example.candidate.kind in kinds:
                yield from _example(example)


def _example(example: Example) -> Iterator[str]:
    yield f"### {example.title}\n"
    yield f"**When:** {example.when}\n"
    yield f"**Limits:** {example.limits}\n"
    yield f"{example.receiver}:\n"
    yield from (f"- {wording}" for wording in example.candidate.wordings)
    yield f"\n*{example.candidate.reason}*\n"


if __name__ == "__main__":
    MESSAGES.write_text(messages(), encoding="utf-8")
