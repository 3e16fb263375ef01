"""What a deal in one state is said to be: its stage, its result, and since when."""

from typing import NotRequired, TypedDict, Unpack

import pytest

from services.ingest.domain.deal_facts import RESULTS, DealState, read_deal
from services.ingest.domain.webhook import Source
from shared.fact_values import FactValue
from shared.facts import DEAL_IN_PROGRESS, DEAL_KINDS, DEAL_LOST, DEAL_WON
from tests.services.ingest.senders.sender import make_source

ENTERED, CLOSED = "2026-01-12T09:00:00Z", "2026-01-13T09:00:00Z"
ENTERED_AT, CLOSED_AT = "2026-01-12T09:00:00+00:00", "2026-01-13T09:00:00+00:00"
SOURCE = make_source("close")
MAPPED = make_source("close", kinds={"Offer": "proposal_sent", "Signed": "deal_won", "Dead": "deal_lost", "won": "demo"})
BY_STAGE = {"won": "deal_won", "lost": "deal_lost"}


class _State(TypedDict):
    """The fields of `DealState`."""

    stage: str | None
    stage_labels: NotRequired[tuple[str, ...]]
    result: NotRequired[str | None]
    entered_at: NotRequired[object]
    closed_at: NotRequired[object]
    closed_on: NotRequired[object]


def _read(source: Source = SOURCE, **state: Unpack[_State]) -> dict[str, FactValue]:
    return read_deal(DealState(**state), source, results_by_stage=BY_STAGE)


def test_there_are_three_kinds_of_deals() -> None:
    assert (DEAL_IN_PROGRESS, DEAL_WON, DEAL_LOST) == ("deal_stage_changed", "deal_won", "deal_lost")
    assert {"deal_won", "deal_lost"} == RESULTS
    assert {"deal_stage_changed", "deal_won", "deal_lost"} == DEAL_KINDS


@pytest.mark.parametrize("stage", [None, ""])
def test_a_deal_of_which_neither_stage_nor_result_is_known_states_nothing(stage: str | None) -> None:
    assert _read(stage=stage, entered_at=ENTERED, closed_at=CLOSED, closed_on="2026-01-13") == {}


@pytest.mark.parametrize(
    ("entered_at", "start"),
    [
        (ENTERED, {"started_at": ENTERED_AT}),
        ("2026-01-12", {"started_at": None, "started_on": "2026-01-12"}),
        (None, {}),
        ("", {}),
    ],
)
def test_an_open_deal_is_in_its_stage_since_it_entered_it(entered_at: object, start: dict[str, FactValue]) -> None:
    facts = _read(stage="Talks", entered_at=entered_at, closed_at=CLOSED, closed_on="2026-01-31")

    assert facts == {"stage": "Talks", "kind": "deal_stage_changed", "stage_kind": "deal_stage_changed"} | start


@pytest.mark.parametrize(
    ("stage", "labels"), [("Offer", ()), ("7", ("Offer",)), ("7", ("", "Offer")), ("7", ("8", "Offer", "Signed"))]
)
def test_entering_a_stage_is_of_the_kind_to_which_the_source_maps_one_of_its_names(stage: str, labels: tuple[str, ...]) -> None:
    facts = _read(MAPPED, stage=stage, stage_labels=labels, entered_at=ENTERED)

    assert facts == {
        "stage": stage,
        "kind": "deal_stage_changed",
        "stage_kind": "proposal_sent",
        "started_at": ENTERED_AT,
    }


@pytest.mark.parametrize(
    ("stage", "labels", "kind"),
    [
        ("Signed", (), "deal_won"),
        ("Dead", (), "deal_lost"),
        ("7", ("Signed",), "deal_won"),
        ("Signed", ("Dead",), "deal_won"),
        ("lost", (), "deal_lost"),
        ("Lost", (), "deal_lost"),
        ("LOST", ("Won",), "deal_lost"),
        ("7", ("Won",), "deal_won"),
        ("Won", (), "deal_won"),
        ("lost", ("Signed",), "deal_won"),
    ],
)
def test_a_stage_is_the_result_if_the_source_or_else_the_sender_says_so(stage: str, labels: tuple[str, ...], kind: str) -> None:
    facts = _read(MAPPED, stage=stage, stage_labels=labels, entered_at=ENTERED, closed_at=CLOSED)

    assert facts == {"stage": stage, "kind": kind, "started_at": CLOSED_AT}


def test_a_stage_that_the_source_maps_is_no_result_of_the_sender() -> None:
    assert _read(MAPPED, stage="won", entered_at=ENTERED, closed_at=CLOSED) == {
        "stage": "won",
        "kind": "deal_stage_changed",
        "stage_kind": "demo",
        "started_at": ENTERED_AT,
    }


def test_no_stage_is_a_result_unless_the_sender_has_such_stages() -> None:
    assert read_deal(DealState(stage="won"), SOURCE)["kind"] == "deal_stage_changed"


@pytest.mark.parametrize("result", ["deal_won", "deal_lost"])
def test_what_the_sender_says_besides_the_stage_is_the_result(result: str) -> None:
    assert _read(MAPPED, stage=None, result=result, entered_at=ENTERED) == {"kind": result}
    assert _read(MAPPED, stage="Dead", result=result, entered_at=ENTERED) == {"stage": "Dead", "kind": result}
    assert _read(stage="lost", result=result, entered_at=ENTERED) == {"stage": "lost", "kind": result}


@pytest.mark.parametrize(
    ("source", "stage", "stage_kind"), [(SOURCE, "Offer", "deal_stage_changed"), (MAPPED, "Offer", "proposal_sent")]
)
def test_a_closed_deal_says_when_it_entered_the_stage_in_which_it_stays(source: Source, stage: str, stage_kind: str) -> None:
    facts = _read(source, stage=stage, result="deal_won", entered_at=ENTERED, closed_at=CLOSED)

    assert facts == {
        "stage": stage,
        "kind": "deal_won",
        "started_at": CLOSED_AT,
        "stage_entered_at": ENTERED_AT,
        "stage_kind": stage_kind,
    }
    assert _read(source, stage=stage, result="deal_won", closed_at=CLOSED).keys() == {"stage", "kind", "started_at"}


@pytest.mark.parametrize(
    ("closed_on", "typed"),
    [
        ("2026-01-11", {"closed_on": "2026-01-11"}),
        ("2026-01-11T10:00:00Z", {"closed_at": "2026-01-11T10:00:00+00:00"}),
        ("soon", {"closed_at": "soon"}),
        (None, {}),
        ("", {}),
    ],
)
def test_what_somebody_typed_as_the_close_of_a_closed_deal_is_a_date_or_a_time(
    closed_on: object, typed: dict[str, FactValue]
) -> None:
    facts = _read(stage="Won", closed_at=CLOSED, closed_on=closed_on)

    assert facts == {"stage": "Won", "kind": "deal_won", "started_at": CLOSED_AT} | typed


def test_a_deal_may_be_closed_on_a_date_without_a_time() -> None:
    assert _read(stage="Won", closed_at="2026-01-13") == {
        "stage": "Won",
        "kind": "deal_won",
        "started_at": None,
        "started_on": "2026-01-13",
    }
