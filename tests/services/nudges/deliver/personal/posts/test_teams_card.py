"""A nudge as an Adaptive Card, which Teams takes and which mentions nobody."""

import json
from typing import Any

import pytest

from services.nudges.deliver.personal.posts.teams_card import teams_card, teams_payload
from services.nudges.deliver.personal.transport import ANSWER_LABEL, SETTINGS_LABEL, personal_message
from shared.events import Nudge, NudgeId, NudgeKind, PossibleThanks
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.deliver.personal.posts.teams_schema import payload_mistakes

URL = "https://pages.example/answer/n1/ana/abc"
STOP_URL = "https://pages.example/mail/ana/x"
SETTINGS = {"type": "Action.OpenUrl", "title": SETTINGS_LABEL, "url": STOP_URL}


def _body(nudge: Nudge) -> bytes:
    return teams_payload(personal_message(nudge, stop_url=STOP_URL), recipient="ana@example.com")


def _card(nudge: Nudge) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(_body(nudge))["attachments"][0]["content"]
    return card


def _texts(nudge: Nudge) -> list[str]:
    return [run["text"] for block in _card(nudge)["body"] for run in block["inlines"]]


@pytest.mark.parametrize("kind", NudgeKind)
def test_teams_takes_every_kind(kind: NudgeKind) -> None:
    assert list(payload_mistakes(_body(make_nudge(kind=kind, url=URL)))) == []


def test_the_recipient_and_the_id_stand_beside_the_card_and_not_in_it() -> None:
    payload = json.loads(_body(make_nudge("n1")))

    assert (payload["recipient"], payload["id"]) == ("ana@example.com", "n1.20260302110000")
    assert "ana@example.com" not in json.dumps(payload["attachments"])


def test_the_card_has_the_text_the_reason_and_buttons_that_open_the_page_and_the_settings() -> None:
    nudge = make_nudge(text="You did it, Ana.\nSix of six.", reason="Plan reached.\nFirst time this week.", url=URL)

    assert _texts(nudge) == ["You did it, Ana.", "Six of six.", "Why you get this:", "Plan reached.", "First time this week."]
    assert _card(nudge)["actions"] == [
        {"type": "Action.OpenUrl", "title": "Answer, or say that something is wrong", "url": URL},
        SETTINGS,
    ]


def test_what_else_the_reader_can_do_and_their_settings_have_buttons_of_their_own_as_many_as_teams_shows() -> None:
    thanks = tuple(PossibleThanks(rep=ANA, nudge_id=NudgeId(f"n{number}"), url=f"{URL}/{number}") for number in range(6))
    nudge = make_nudge(url=URL, thanks=thanks)

    actions = _card(nudge)["actions"]

    assert [action["url"] for action in actions] == [
        *(f"{URL}/{number}" for number in range(4)),
        URL,
        STOP_URL,
    ]
    assert [action["title"] for action in actions[3:]] == ["Write to Ana Ruiz", ANSWER_LABEL, SETTINGS_LABEL]


def test_without_a_page_there_is_no_button_for_it() -> None:
    assert _card(make_nudge())["actions"] == [SETTINGS]
    assert "actions" not in teams_card(personal_message(make_nudge(), stop_url=""))


def test_only_the_reason_is_small_and_a_line_above_it_sets_it_apart() -> None:
    blocks = _card(make_nudge(text="One.\nTwo.", reason="Three.\nFour."))["body"]

    assert [block["inlines"][0].get("size") for block in blocks] == [None, None, "Small", "Small", "Small"]
    assert [block.get("separator", False) for block in blocks] == [False, False, True, False, False]
    assert [block["spacing"] for block in blocks] == ["Default", "Default", "Medium", "None", "Small"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "Due {{DATE(2026-03-02T10:00:00Z, SHORT)}} now",
            "Due { {DATE(2026-03-02T10:00:00Z, SHORT)}} now",
        ),
        ("{{{{", "{ { { {"),
        ("<at>Everyone</at> **bold** [page](https://evil.example)", "<at>Everyone</at> **bold** [page](https://evil.example)"),
        ("\u202enAna\u200b", "nAna"),
    ],
)
def test_no_text_is_a_function_a_mention_or_markup(text: str, written: str) -> None:
    nudge = make_nudge(text=text)

    assert _texts(nudge)[0] == written
    assert {block["type"] for block in _card(nudge)["body"]} == {"RichTextBlock"}
    assert "entities" not in json.dumps(_card(nudge))
    assert list(payload_mistakes(_body(nudge))) == []


@pytest.mark.parametrize("letter", ["A", "ß", "漢", "👏"])
def test_an_endless_text_is_cut_to_what_teams_takes_and_in_no_character(letter: str) -> None:
    nudge = make_nudge(text="\n".join([letter * 3_000] * 9), reason=letter * 30_000, url=URL)

    assert list(payload_mistakes(_body(nudge))) == []
    assert {character for text in _texts(nudge) for character in text} - set("Why you get this:") <= {letter, "…"}
    assert _texts(nudge)[-1].endswith("…")


def test_what_just_fits_is_not_cut() -> None:
    nudge = make_nudge(text="A" * 16_000)

    assert _texts(nudge)[0] == "A" * 16_000
    assert _texts(make_nudge(text="A" * 16_001))[0] == "A" * 16_000 + "…"
