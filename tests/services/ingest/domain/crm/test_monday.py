"""monday.com: the challenge, the two ways to authenticate, and what a change on a board means."""

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from services.ingest.domain.adapter import HttpResponse, RetryPolicy
from services.ingest.domain.crm.monday import ADAPTER, OUTCOMES, check_source
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, SignatureMismatch
from services.scoring.domain.activities.parts import WHOLE
from shared.fact_values import FactValue
from tests.services.ingest.conftest import Ingest, to_json
from tests.services.ingest.merged_activities import merge_activity
from tests.services.ingest.senders import BY_NAME, NOW, SECRET
from tests.services.ingest.senders.monday import LIFETIME_S, PUBLIC_URL, make_token
from tests.services.ingest.senders.sender import observe, translate_json

SENDER: Final = BY_NAME["monday"]
SOURCE: Final = SENDER.source
CLAIMS: Final = {"aud": PUBLIC_URL, "exp": int(NOW.timestamp()) + LIFETIME_S}
PUBLISHED_TOKEN: Final = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ"
    ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)
"""The example of https://jwt.io."""

CHALLENGE: Final = {"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}
EXPECTED_OUTCOMES: Final = {"Done": "completed", "Working on it": "open", "Stuck": "open", "Waiting": "other"}
DEALS, CALLS = 4101, 4102


def _with_token(token: str) -> RawWebhook:
    return RawWebhook(headers={"authorization": token}, body=b"{}")


def _is_accepted(token: str, *, now: datetime = NOW, public_url: str = PUBLIC_URL) -> bool:
    try:
        ADAPTER.verify(_with_token(token), replace(SOURCE, public_url=public_url), now=now)
    except SignatureMismatch:
        return False
    return True


def test_the_tokens_of_these_tests_are_made_as_published() -> None:
    claims = {"sub": "1234567890", "name": "John Doe", "iat": 1516239022}

    assert make_token("your-256-bit-secret", claims) == PUBLISHED_TOKEN


@pytest.mark.parametrize(("off_s", "is_accepted"), [(-3_600, True), (0, True), (LIFETIME_S - 1, True), (LIFETIME_S, False)])
def test_a_token_is_accepted_until_it_expires(off_s: int, is_accepted: bool) -> None:
    assert _is_accepted(make_token(SECRET, CLAIMS), now=NOW + timedelta(seconds=off_s)) is is_accepted


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_a_time_from_which_a_token_is_valid_is_not_compared_with_the_clock_of_the_machine(name: str) -> None:
    assert _is_accepted(make_token(SECRET, CLAIMS | {name: 10**11}))


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": CLAIMS["exp"]},
        CLAIMS | {"aud": f"{PUBLIC_URL}/"},
        CLAIMS | {"aud": ["https://other.example"]},
        {"aud": PUBLIC_URL},
        CLAIMS | {"exp": str(CLAIMS["exp"])},
        CLAIMS | {"exp": True},
        [],
        "claims",
    ],
)
def test_a_token_without_the_right_audience_and_expiry_is_refused(claims: object) -> None:
    assert not _is_accepted(make_token(SECRET, claims))


@pytest.mark.parametrize("algorithm", ["none", "HS512", "RS256", ""])
def test_a_token_of_another_algorithm_is_refused(algorithm: str) -> None:
    assert not _is_accepted(make_token(SECRET, CLAIMS, algorithm=algorithm))


def test_a_token_with_a_changed_or_missing_part_is_refused() -> None:
    header, claims, signature = make_token(SECRET, CLAIMS).split(".")
    _, other_claims, _ = make_token(SECRET, CLAIMS | {"exp": 10**11}).split(".")

    assert _is_accepted(f"{header}.{claims}.{signature}")
    for token in (
        f"{header}.{other_claims}.{signature}",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        f"{header}.{claims}.{signature}!!!!",
        f".{header}.{claims}.{signature}",
        f"Bearer {header}.{claims}.{signature}",
        f"{claims}.{signature}",
        "..",
    ):
        assert not _is_accepted(token), token


def test_a_token_that_is_signed_but_is_not_json_is_refused() -> None:
    token = make_token(SECRET, "x" * 10)

    assert not _is_accepted(token.replace(token.partition(".")[0], "e30", 1))
    assert not _is_accepted(make_token(SECRET, "[" * 100))


def test_a_header_that_is_nested_too_deeply_is_refused() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":' + b"[" * 20_000).decode().rstrip("=")

    assert not _is_accepted(f"{header}.e30.AA")


def test_a_source_with_a_public_url_takes_no_secret_in_the_url_and_one_without_takes_no_token() -> None:
    in_url = RawWebhook(headers={}, query={"key": SECRET}, body=b"{}")
    by_hand = BY_NAME["monday-board"].source

    assert ADAPTER.verify(in_url, by_hand, now=NOW).source == "monday-board"
    for webhook, source in ((in_url, SOURCE), (_with_token(make_token(SECRET, CLAIMS)), by_hand)):
        with pytest.raises(SignatureMismatch):
            ADAPTER.verify(webhook, source, now=NOW)


def test_a_challenge_is_repeated_and_nothing_else() -> None:
    response = ADAPTER.respond_to_handshake(RawWebhook(headers={}, body=json.dumps(CHALLENGE, indent=1).encode()))

    assert response == HttpResponse(
        status=200, media_type="application/json", body=json.dumps(CHALLENGE, separators=(",", ":")).encode()
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'"challenge"',
        b'{"challenge": 7}',
        b'{"challenge": null}',
        b'{"challenge": "a", "event": {}}',
        b'{"challenge": "%s"}' % (b"x" * 513),
        b'{"challenge": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_no_other_body_is_a_challenge(body: bytes) -> None:
    assert ADAPTER.respond_to_handshake(RawWebhook(headers={}, body=body)) is None


def test_a_challenge_of_the_largest_size_is_repeated() -> None:
    assert ADAPTER.respond_to_handshake(RawWebhook(headers={}, body=b'{"challenge": "%s"}' % (b"x" * 512))) is not None


def test_an_options_request_is_not_a_challenge() -> None:
    assert ADAPTER.respond_to_handshake(RawWebhook(method="OPTIONS", headers={}, body=to_json(CHALLENGE))) is None


async def test_the_door_repeats_a_challenge_without_storing_it(ingest: Ingest) -> None:
    response = await ingest.client.post("/webhooks/monday", content=to_json(CHALLENGE))

    assert (response.status_code, response.json()) == (200, CHALLENGE)
    assert await ingest.count_stored("WEBHOOKS") == 0
    assert 'webhooks_total{result="handshake",source="monday"} 1.0' in await ingest.read_metrics()


async def test_the_door_repeats_no_challenge_of_another_sender(ingest: Ingest) -> None:
    assert (await ingest.client.post("/webhooks/acme", content=to_json(CHALLENGE))).status_code == 401


@pytest.mark.parametrize("name", ["triggerUuid", "type", "columnId"])
def test_an_event_is_another_one_if_its_trigger_type_or_column_differs(name: str) -> None:
    event = {"triggerUuid": "1", "type": "update_column_value", "columnId": "status"}

    assert ADAPTER.identify(event) == ADAPTER.identify(event | {"isRetry": True}) != ADAPTER.identify(event | {name: "other"})


def test_a_source_must_map_its_boards() -> None:
    assert check_source(SOURCE) is None
    assert check_source(replace(SOURCE, kinds={})) == "kinds must map the id of each board to a kind of activity"


def _change(column_type: str, value: object, *, board: int = CALLS, **changes: object) -> dict[str, Any]:
    event = {
        "type": "update_column_value",
        "triggerTime": "2026-01-12T09:00:03Z",
        "userId": 7,
        "boardId": board,
        "pulseId": 1,
        "columnId": "column_1",
        "columnType": column_type,
        "value": value,
        "changedAt": 1768208402.6,
        "triggerUuid": "uuid-1",
    }
    return {"event": event | changes}


def _label(text: str | None) -> dict[str, object]:
    return {"label": {"index": 1, "text": text}, "post_id": None}


def _facts(body: dict[str, Any]) -> dict[str, FactValue]:
    return observe(SOURCE, body).facts


@pytest.mark.parametrize(("label", "outcome"), EXPECTED_OUTCOMES.items())
def test_a_label_is_the_outcome_of_an_activity(label: str, outcome: str) -> None:
    source = replace(SOURCE, kinds={str(CALLS): "task"})

    facts = observe(source, _change("color", _label(label))).facts

    assert (facts["outcome"], facts["outcome_raw"]) == (outcome, label)
    assert "stage" not in facts


def test_every_outcome_is_expected() -> None:
    assert EXPECTED_OUTCOMES.keys() - {"Waiting"} == OUTCOMES.keys()


@pytest.mark.parametrize(("label", "kind"), [("Won", "deal_won"), ("Lost", "deal_lost"), ("Negotiation", "deal_stage_changed")])
def test_a_label_is_the_stage_of_a_deal(label: str, kind: str) -> None:
    facts = _facts(_change("color", _label(label), board=DEALS))

    assert (facts["stage"], facts["kind"]) == (label, kind)
    assert "outcome" not in facts


def test_a_person_who_is_assigned_is_the_actor_and_dates_nothing() -> None:
    assigned = {"personsAndTeams": [{"id": 11, "kind": "team"}, {"id": 12, "kind": "person"}, {"id": 13, "kind": "person"}]}

    assert _facts(_change("multiple-person", assigned)) == {"actor": "12"}


@pytest.mark.parametrize(("column_type", "value"), [("text", {"value": "x"}), ("numeric", {"value": 7}), ("color", None)])
def test_a_change_of_another_column_states_no_outcome(column_type: str, value: object) -> None:
    assert "outcome" not in _facts(_change(column_type, value))


def test_further_columns_are_mapped_by_the_source() -> None:
    fields = {"amount": "(columnId == 'deal_value' && value.value) || `null`"}
    source = replace(SOURCE, fields=fields)

    amount, other = [
        observe(source, _change("numeric", {"value": 1250.5}, board=DEALS, columnId=column)).facts
        for column in ("deal_value", "headcount")
    ]

    assert (amount, other) == ({"amount": "1250.5"}, {})


@pytest.mark.parametrize("event_type", ["archive_pulse", "create_update", "update_name"])
def test_only_a_deletion_deletes(event_type: str) -> None:
    event = _change("text", None, type=event_type)

    assert observe(SOURCE, event).deleted is False
    assert observe(SOURCE, _change("text", None, type="delete_pulse", pulseId=None, itemId=1)).deleted is True


def test_a_change_on_a_board_that_is_not_mapped_is_ignored() -> None:
    assert translate_json(SOURCE, _change("color", _label("Done"), board=4_999)) == []


def test_the_webhooks_about_a_call_and_about_a_deal_come_to_one_activity_each() -> None:
    call, deal, won = [
        merge_activity(SOURCE.name, [item for body in SENDER.stories()[story] for item in SENDER.translate(body)], part)
        for story, part in (("call", WHOLE), ("deal", WHOLE), ("deal", "won"))
    ]

    assert (call.kind, call.outcome, call.actor) == ("call", "connected", "107870718")
    assert (deal.kind, deal.stage, deal.actor) == ("deal_stage_changed", "Won", "107870718")
    assert (won.kind, won.started_at) == ("deal_won", datetime.fromisoformat("2026-01-12T15:00:00.750+00:00"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event": null}'])
def test_a_body_without_an_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        translate_json(SOURCE, body)


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(window_s=1_800)
