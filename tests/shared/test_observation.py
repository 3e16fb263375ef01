"""Which observations are well formed, and which are refused."""

import json
import re
from collections.abc import Callable, Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.observation import (
    Observation,
    ObservationRefused,
    UnreadableFact,
    decode_checked,
    normalize_fact,
    observation_from,
    observation_id,
    observation_without_unreadable,
    read_observation,
)

FACTS: Mapping[str, object] = {
    "actor": "10912",
    "started_at": "2011-10-01T10:08:36.700+02:00",
    "duration_s": 109.059,
    "outcome": "connected",
    "direction": "outbound",
    "amount": "20000.00",
    "currency": "EUR",
    "stage": None,
    "something_new": "is kept",
}
GOOD: dict[str, object] = {
    "activity_id": "173712-3",
    "kind": "call",
    "observed_at": "2011-10-01T10:10:25.759+02:00",
    "deleted": False,
    "facts": FACTS,
}
UNCHANGED: Mapping[str, object] = {}


def _read(changes: Mapping[str, object] = UNCHANGED) -> Observation:
    """The good observation with other values under some keys."""
    return read_observation(json.dumps({**GOOD, **changes}).encode())


def test_a_good_observation_is_read_with_times_in_utc_and_unknown_facts_kept() -> None:
    observation = _read()

    assert observation.facts["started_at"] == "2011-10-01T08:08:36.700000+00:00"
    assert (observation.facts["stage"], observation.facts["something_new"]) == (None, "is kept")
    assert observation.deleted is False


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"activity_id": ""}, "activity_id"),
        ({"activity_id": 7}, "activity_id"),
        ({"activity_id": "a\x00b"}, "activity_id"),
        ({"activity_id": "x" * 1_025}, "activity_id"),
        ({"kind": "A call"}, "kind"),
        ({"observed_at": "2011-10-01T10:10:25"}, "observed_at"),
        ({"observed_at": "2011-02-30T10:10:25Z"}, "observed_at"),
        ({"observed_at": "0001-01-01T00:00:00+14:00"}, "observed_at"),
        ({"observed_at": "9999-12-31T23:59:59-12:00"}, "observed_at"),
        ({"observed_at": 1_700_000_000}, "observed_at"),
        ({"deleted": "yes"}, "deleted"),
        ({"facts": []}, "facts"),
        ({"facts": {"duration_s": -1}}, "facts.duration_s"),
        ({"facts": {"duration_s": True}}, "facts.duration_s"),
        ({"facts": {"duration_s": 1e9}}, "facts.duration_s"),
        ({"facts": {"amount": 20000}}, "facts.amount"),
        ({"facts": {"amount": "1e5"}}, "facts.amount"),
        ({"facts": {"currency": "euro"}}, "facts.currency"),
        ({"facts": {"direction": "sideways"}}, "facts.direction"),
        ({"facts": {"x": {"nested": 1}}}, "facts.x"),
        ({"facts": {"x": 2**60}}, "facts.x"),
        ({"facts": {"Ada Lovelace": 2**60}}, "facts"),
        ({"facts": {str(number): 1 for number in range(65)}}, "facts"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_under_its_key(changes: Mapping[str, object], key: str) -> None:
    with pytest.raises(ObservationRefused) as refused:
        _read(changes)

    assert refused.value.key == key
    assert "Lovelace" not in str(refused.value)


@pytest.mark.parametrize("read", [lambda document: read_observation(json.dumps(document).encode()), observation_from])
def test_an_observation_has_at_most_64_facts(read: Callable[[Mapping[str, object]], Observation]) -> None:
    facts = {f"fact_{number}": number for number in range(64)}

    assert read(GOOD | {"facts": facts}).facts == facts
    with pytest.raises(ObservationRefused, match="facts: more than 64 of them"):
        read(GOOD | {"facts": facts | {"one_more": 1}})


@pytest.mark.parametrize(
    ("name", "value", "problem", "stated_name"),
    [
        ("duration_s", -1, "must be a number of seconds from 0 to 2678400", "duration_s"),
        ("started_at", "soon", "not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00", "started_at"),
        ("actor", "x" * 1_025, "longer than 1024 characters", "actor"),
        ("outcome_raw", {}, "must be text, a finite number of at most 2^53, true, false or null", "outcome_raw"),
        ("heard_at:Ada Lovelace", "soon", "not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00", "other"),
        ("Ada Lovelace", [], "must be text, a finite number of at most 2^53, true, false or null", "other"),
        ("", "x", "a name is empty, too long or holds a NUL", "other"),
        ("n" * 65, "x", "a name is empty, too long or holds a NUL", "other"),
    ],
)
def test_a_fact_that_makes_no_sense_is_left_out_and_returned_under_a_known_name(
    name: str, value: object, problem: str, stated_name: str
) -> None:
    observation, unreadable = observation_without_unreadable(GOOD | {"facts": {"direction": "outbound", name: value}})

    assert observation == observation_from(GOOD | {"facts": {"direction": "outbound"}})
    assert unreadable == [UnreadableFact(name=stated_name, problem=problem)]


@pytest.mark.parametrize("name", ["actor", "started_at", "amount", "outcome_raw", "something_new"])
def test_a_fact_that_is_empty_text_is_withdrawn(name: str) -> None:
    observation, unreadable = observation_without_unreadable(GOOD | {"facts": {name: ""}})

    assert (observation.facts, unreadable) == ({name: None}, [])


@pytest.mark.parametrize(("length", "kept_length"), [(1_024, 1_024), (1_025, 1_024), (5_000, 1_024)])
def test_of_a_long_phrase_for_an_outcome_the_beginning_is_kept(length: int, kept_length: int) -> None:
    observation, unreadable = observation_without_unreadable(GOOD | {"facts": {"outcome_raw": "x" * length}})

    assert (observation.facts, unreadable) == ({"outcome_raw": "x" * kept_length}, [])


def test_the_raw_outcome_may_be_a_number() -> None:
    assert observation_without_unreadable(GOOD | {"facts": {"outcome_raw": 3}})[0].facts == {"outcome_raw": 3}


def test_an_observation_that_makes_sense_loses_nothing() -> None:
    assert observation_without_unreadable(GOOD) == (observation_from(GOOD), [])


@pytest.mark.parametrize("facts", [{}, None])
def test_an_observation_may_state_nothing(facts: object) -> None:
    assert observation_without_unreadable(GOOD | {"facts": facts}) == (observation_from(GOOD | {"facts": {}}), [])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"activity_id": ""}, "activity_id: must be text and not empty"),
        ({"kind": "A call"}, "kind: must be a slug such as call or proposal_sent"),
        ({"observed_at": "soon"}, "observed_at: not a time in RFC 3339"),
        ({"deleted": "yes"}, "deleted: must be true or false"),
        ({"facts": []}, "facts: must be an object"),
        ({"facts": {f"fact_{number}": "" for number in range(65)}}, "facts: more than 64 of them"),
    ],
)
def test_what_is_no_fact_is_refused_even_if_facts_are_left_out(changes: Mapping[str, object], problem: str) -> None:
    with pytest.raises(ObservationRefused, match=f"^{problem}"):
        observation_without_unreadable({**GOOD, "facts": {"duration_s": -1}, **changes})


def test_an_observation_has_up_to_64_facts_before_any_is_left_out() -> None:
    facts = {f"fact_{number}": number for number in range(63)}

    observation, unreadable = observation_without_unreadable(GOOD | {"facts": facts | {"duration_s": -1}})

    assert (observation.facts, len(unreadable)) == (facts, 1)


@pytest.mark.parametrize("name", ["", "n" * 65, "a\x00b", "n" * 65 + "\x00"])
def test_the_name_of_a_fact_has_1_to_64_characters_without_nul(name: str) -> None:
    assert normalize_fact("n" * 64, "x") == "x"
    with pytest.raises(ObservationRefused, match="facts: a name is empty, too long or holds a NUL"):
        normalize_fact(name, "x")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'{"a":' * 5_000, b'{"activity_id": NaN}'])
def test_text_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(ObservationRefused):
        read_observation(body)


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(lambda value: json.dumps(value).encode())
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        read_observation(body)
    except ObservationRefused:
        return


_TIMES = [
    "2011-10-01T10:10:25.759+02:00",
    "2011-10-01 10:10:25Z",
    "2011-10-01T10:10:25",
    "1989-12-31T23:59:59Z",
    "2011-02-30T00:00:00Z",
]
_TEXTS = ["", "a", "call", "A call", "x" * 1_024, "\U0001f600" * 1_024, "x" * 1_025, "a\x00b", 'say "a"', "\ud800"]
_VALUES: list[object] = [
    *_TIMES,
    *_TEXTS,
    None,
    True,
    False,
    0,
    -1,
    12.5,
    2**53,
    2**60,
    2**70,
    1e300,
    [],
    {},
    {str(number): number for number in range(65)},
]
_NAMES = [*FACTS, "heard_at", "heard_at:offer", "other", "", "n" * 64, "n" * 65, "a\x00b"]
_ABSENT = object()


@pytest.mark.parametrize("key", [*GOOD, "account", "more"])
def test_the_fast_path_reads_what_the_slow_path_reads(key: str) -> None:
    for value in [*_VALUES, _ABSENT]:
        document = GOOD | {key: value}
        if value is _ABSENT:
            del document[key]
        _assert_paths_agree(document)


@pytest.mark.parametrize("name", _NAMES)
def test_the_fast_path_reads_a_fact_as_the_slow_path_does(name: str) -> None:
    for value in _VALUES:
        _assert_paths_agree(GOOD | {"facts": {"actor": "10912", name: value}})


@pytest.mark.parametrize(
    "broken",
    [
        b'"x":1e999',
        b'"x":"\xff"',
        b'"\xff":1',
        b'"x":{"\xff":1}',
        b'"kind":"call","kind":"A call"',
        b'"facts":{"x":1e999}',
        b'"x":[',
    ],
)
def test_the_fast_path_leaves_broken_json_to_the_slow_path(broken: bytes) -> None:
    _assert_paths_agree_on(json.dumps(GOOD).encode().removesuffix(b"}") + b"," + broken + b"}")


@pytest.mark.parametrize(
    "changes",
    [{}, {"account": "eu"}, {"deleted": None}, {"facts": {}}, {"activity_id": "\U0001f600"}, {"facts": {"heard_at": None}}],
)
def test_well_formed_observations_take_the_fast_path(changes: Mapping[str, object]) -> None:
    body = json.dumps({**GOOD, **changes}, ensure_ascii=False).encode()

    assert decode_checked(body, msgspec.json.Decoder(Observation)) == observation_from({**GOOD, **changes})


def _assert_paths_agree(document: Mapping[str, object]) -> None:
    for ascii_only in (True, False):
        _assert_paths_agree_on(json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))


def _assert_paths_agree_on(body: bytes) -> None:
    try:
        document = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        document = {}
    try:
        observation = decode_checked(body, msgspec.json.Decoder(Observation))
    except ObservationRefused as refused:
        with pytest.raises(ObservationRefused, match=re.escape(str(refused))):
            observation_from(document)
    else:
        assert observation is None or observation == observation_from(document)


def test_equal_observations_have_the_same_id_however_they_are_written() -> None:
    in_utc = _read({"observed_at": "2011-10-01T08:10:25.759Z"})

    assert observation_id("bank", in_utc) == observation_id("bank", _read())
    assert re.fullmatch("[0-9a-f]{32}", observation_id("bank", in_utc))
    assert observation_id("bank", _read({"deleted": True})) != observation_id("bank", _read())
    assert observation_id("acme", _read()) != observation_id("bank", _read())
