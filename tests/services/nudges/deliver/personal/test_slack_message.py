"""A nudge as a Slack message: its blocks, and the text beside them."""

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from services.nudges.deliver.personal.slack_message import slack_message
from services.nudges.deliver.personal.transport import personal_message
from shared.events import Nudge, NudgeId, NudgeKind, NudgePart, Person, PersonId, PossibleThanks, Rep, RepId
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.slack import block_mistakes

URL = "https://pages.example/answer/plan-done/ana/def"
OWN_PAGE = "https://pages.example/you/ana/abc"
DIGEST_TEXT = "Monday, 4 of 5 reps did their plan.\nAna made 12 of 10 calls."
PARTS = (
    NudgePart(id=NudgeId("digest"), kind=NudgeKind.DIGEST, rule="digest", text=DIGEST_TEXT),
    NudgePart(id=NudgeId("due"), kind=NudgeKind.RECOGNITION, rule="recognition_due", text="Ana's five days deserve a word."),
)
NUDGES = {
    NudgeKind.CELEBRATION: make_nudge("celebration", url=URL),
    NudgeKind.COACHING: make_nudge(
        "coaching", kind=NudgeKind.COACHING, rule="pace", text="Ana, 3 calls are left. The afternoon is yours.", url=URL
    ),
    NudgeKind.RECOGNITION: make_nudge(
        "recognition", person=MARA, kind=NudgeKind.RECOGNITION, text="Ana has done her plan five days in a row.", url=URL
    ),
    NudgeKind.DIGEST: make_nudge(
        "digest",
        person=MARA,
        kind=NudgeKind.DIGEST,
        text="\n".join(part.text for part in PARTS),
        reason="Five days with a plan.\nNobody has said anything.",
        url=URL,
        parts=PARTS,
    ),
    NudgeKind.ANNOUNCEMENT: make_nudge(
        "announcement", kind=NudgeKind.ANNOUNCEMENT, text="Ana, from Monday on calls count double.", url=OWN_PAGE
    ),
    NudgeKind.CORRECTION: make_nudge(
        "correction", kind=NudgeKind.CORRECTION, text="Ana, yesterday's message was wrong: 9 of 10 calls.", url=OWN_PAGE
    ),
    NudgeKind.THANKS: make_nudge(
        "thanks", kind=NudgeKind.THANKS, text="Mara Lind wrote to you: “That call with Acme was a masterclass.”", url=OWN_PAGE
    ),
}
HOSTILE = [
    "<!channel>",
    "<!here|here>",
    "<@U024BE7LH>",
    "<!subteam^S1|sales>",
    "@everyone @channel",
    "<https://evil.example|your page>",
    "&lt;!channel&gt;",
    "*bold* _it_ `code`",
    ":smile:",
    "\u202enAna",
    "A" * 50_000,
    "عائشة",
]


def _written(nudge: Nudge, *, has_buttons: bool = True, answered: Mapping[NudgeId, str] | None = None) -> dict[str, Any]:
    message = slack_message(personal_message(nudge, stop_url=""), has_buttons=has_buttons, answered=answered or {})
    return {"text": message.text, "blocks": list(message.blocks)}


def _strings(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string with the key at which it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner, key)
    elif isinstance(value, str):
        yield key, value


@pytest.mark.parametrize("kind", NudgeKind)
def test_slack_takes_the_blocks_of_every_kind(kind: NudgeKind) -> None:
    assert list(block_mistakes(_written(NUDGES[kind])["blocks"])) == []


def test_the_id_is_a_uuid_of_the_nudge_and_the_time_for_which_it_was_decided() -> None:
    nudges = (make_nudge("n1"), make_nudge("n1", text="Other words."), make_nudge("n2"))
    first, again, other = (slack_message(personal_message(nudge, stop_url=""), has_buttons=True).id for nudge in nudges)

    assert first == again != other
    assert first == "aad89d44-2c44-5c12-b047-aaad153337af"


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_a_name_or_a_label_holds_becomes_a_mention_a_link_or_markup(name: str) -> None:
    nudge = make_nudge(
        person=Person(id=PersonId("ana"), name=name),
        text=f"{name}, you did your plan.",
        reason=f"{name} 10 of 10.",
        url=URL,
    )

    written = _written(nudge)

    assert not {"<", ">"} & set(written["text"])
    text = html.unescape(written["text"]).replace("\u200e", "")
    assert text == f"{nudge.text}\nWhy you get this:\n{nudge.reason}".replace("\u202e", "")[:3_000]
    assert not [text for key, text in _strings(written["blocks"]) if key == "type" and text == "mrkdwn"]
    assert {text for key, text in _strings(written["blocks"]) if key == "url"} == {URL}
    assert not [key for key, _ in _strings(written["blocks"]) if key in {"user_id", "usergroup_id", "range", "channel_id"}]
    assert list(block_mistakes(written["blocks"])) == []


def test_every_text_of_the_blocks_is_without_emoji() -> None:
    blocks = _written(make_nudge(text="Ana :smile:"))["blocks"]

    texts = [block["text"] for block in blocks if block["type"] == "section"]
    texts += [text for block in blocks if block["type"] == "context" for text in block["elements"]]
    assert [text["emoji"] for text in texts] == [False, False]


def test_a_long_text_is_spread_over_blocks_and_loses_nothing() -> None:
    text = "\n".join(f"Line {number:04} of the announcement." for number in range(300))

    blocks = _written(make_nudge(text=text))["blocks"]

    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert "\n".join(sections) == text
    assert len(sections) > 1
    assert max(map(len, sections)) <= 3_000


def test_an_endless_text_is_cut_to_what_slack_takes() -> None:
    written = _written(make_nudge(text="A" * 300_000, reason="B" * 300_000))

    assert list(block_mistakes(written["blocks"])) == []
    assert len(written["text"]) <= 4_000


def test_a_nudge_without_a_text_is_named_by_its_rule() -> None:
    written = _written(make_nudge(text="", reason=""))

    assert list(block_mistakes(written["blocks"])) == []
    assert written["blocks"][0]["text"]["text"] == "plan_done"


def test_without_a_page_there_is_no_link() -> None:
    assert "url" not in [key for key, _ in _strings(_written(make_nudge())["blocks"])]


def _shape(nudge: Nudge, *, has_buttons: bool = True, answered: Mapping[NudgeId, str] | None = None) -> list[str]:
    """Each block by its type, and the buttons by what they answer."""
    blocks = _written(nudge, has_buttons=has_buttons, answered=answered)["blocks"]
    return [
        " ".join((block["block_id"], *(button["action_id"] for button in block["elements"])))
        if block["type"] == "actions"
        else block["type"]
        for block in blocks
    ]


@pytest.mark.parametrize(
    ("kind", "buttons"),
    [
        (NudgeKind.CELEBRATION, "celebration not_useful wrong later"),
        (NudgeKind.COACHING, "coaching not_useful wrong later"),
        (NudgeKind.RECOGNITION, "recognition recognised not_useful wrong later"),
    ],
)
def test_the_buttons_are_the_answers_that_the_recipient_can_give(kind: NudgeKind, buttons: str) -> None:
    assert _shape(NUDGES[kind]) == ["section", buttons, "context", "rich_text"]


@pytest.mark.parametrize("kind", [NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION])
def test_what_has_no_answer_has_no_buttons(kind: NudgeKind) -> None:
    assert _shape(NUDGES[kind]) == ["section", "context", "rich_text"]


def test_each_nudge_of_a_message_has_buttons_of_its_own_until_it_is_answered() -> None:
    digest, due = "digest coached not_useful wrong", "due recognised not_useful wrong later"

    assert _shape(NUDGES[NudgeKind.DIGEST]) == ["section", digest, "section", due, "context", "rich_text"]
    answered = {NudgeId("digest"): "talked about it"}
    assert _shape(NUDGES[NudgeKind.DIGEST], answered=answered) == ["section", "context", "section", due, "context", "rich_text"]


def test_without_buttons_the_page_is_where_it_is_answered() -> None:
    nudge = NUDGES[NudgeKind.CELEBRATION]

    assert _shape(nudge, has_buttons=False) == ["section", "context", "rich_text"]
    labels = [json.dumps(_written(nudge, has_buttons=has_buttons)["blocks"][-1]) for has_buttons in (True, False)]
    assert ["Open in Daymark" in label for label in labels] == [True, False]
    assert ["Answer, or say that something is wrong" in label for label in labels] == [False, True]


def _due(count: int) -> Nudge:
    """A reminder that names so many reps."""
    reps = [ANA, *[Rep(id=RepId(PersonId(f"rep-{number}")), name=f"Rep Number{number}") for number in range(1, count)]]
    thanks = tuple(
        PossibleThanks(rep=rep, nudge_id=NudgeId(f"due-{rep.id}"), url=f"https://pages.example/recognise/{rep.id}")
        for rep in reps
    )
    return NUDGES[NudgeKind.RECOGNITION].model_copy(update={"thanks": thanks})


def _links_of(blocks: Sequence[Any]) -> list[str]:
    """What the links of the last block say."""
    assert blocks[-1]["type"] == "rich_text"
    return [section["elements"][0]["text"] for section in blocks[-1]["elements"]]


def test_what_else_the_reader_can_do_and_their_settings_are_links_of_their_own() -> None:
    message = slack_message(personal_message(_due(1), stop_url="https://pages.example/mail/mara/x"), has_buttons=False)

    assert _links_of(message.blocks) == ["Write to Ana Ruiz", "Say thank you, or answer", "Choose which messages you get"]
    assert list(block_mistakes(json.loads(json.dumps(message.blocks)))) == []


def test_the_reader_writes_to_a_rep_in_the_message_itself() -> None:
    blocks = _written(_due(1))["blocks"]

    assert _shape(_due(1)) == [
        "section",
        "recognition recognised not_useful wrong later",
        "input",
        "thanks:due-ana thank",
        "context",
        "rich_text",
    ]
    assert blocks[2]["label"]["text"] == "Write to Ana Ruiz"
    assert blocks[3]["elements"][0]["text"]["text"] == "Send to Ana"
    assert _links_of(blocks) == ["Open in Daymark"]
    assert list(block_mistakes(blocks)) == []


def test_to_many_reps_the_reader_writes_on_their_pages() -> None:
    blocks = _written(_due(7))["blocks"]

    assert [block["type"] for block in blocks].count("input") == 5
    assert _links_of(blocks) == ["Write to Rep Number5", "Write to Rep Number6", "Open in Daymark"]
    assert list(block_mistakes(blocks)) == []


def test_what_was_written_stands_where_its_field_was() -> None:
    sentence = "To Ana Ruiz: “Well done.” Sent today at 10:42 Madrid time."
    message = slack_message(personal_message(_due(2), stop_url=""), has_buttons=True, thanked={NudgeId("due-ana"): sentence})
    blocks = json.loads(json.dumps(message.blocks))

    assert [block["type"] for block in blocks] == ["section", "actions", "context", "input", "actions", "context", "rich_text"]
    assert blocks[2]["elements"][0]["text"] == sentence
    assert blocks[3]["block_id"] == "note:due-rep-1"


def test_whoever_has_written_to_the_rep_need_not_answer_the_reminder() -> None:
    reminder = _due(1)
    reminder = reminder.model_copy(update={"thanks": (reminder.thanks[0].model_copy(update={"nudge_id": reminder.id}),)})
    message = slack_message(personal_message(reminder, stop_url=""), has_buttons=True, thanked={reminder.id: "To Ana: thanks."})

    assert [block["type"] for block in message.blocks] == ["section", "context", "context", "rich_text"]
