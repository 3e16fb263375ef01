"""Mutated bodies through every adapter. `make fuzz` runs a million, half of them by Hypothesis and half by Atheris.

Whatever arrives, the only outcomes are a declared refusal at the door, a dead letter, or well-formed observations.
"""

import argparse
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.ingest.domain.webhook import BodyUnreadable, RefusedItem, SignatureMismatch
from shared.facts import FACTS_BY_NAME
from shared.observation import UnreadableFact, observation_from, observation_id
from tests.services.ingest.senders import NOW, SENDERS, Sender

SEEDS: Final[dict[str, list[bytes]]] = {
    sender.name: [body for story in sender.stories().values() for body in story] for sender in SENDERS
}
NASTY_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 0.5, -0.0, 1e308, 5e-324, 2**31, 2**53 + 1, 2**63, 2**64, 10**400, "",
    " ", "\u0000", "\ud800", "ä",
    "0", "-1", "NaN", "Infinity", "1e999999", "9" * 5_000, "true", "2026-02-30",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00",
    "2026-01-12", "2026-01-12T09:00:00+99:99", "24:00", "99:99:99", "/Date(-1)/", "/Date(99999999999999999)/", "x" * 100_000,
    [], {}, [[]], [None], {"": None}, {"value": None}, {"value": {"value": []}}, {"id": []}, [{"id": {}}] * 3,
)  # fmt: skip
TEXTS: Final = (
    b"", b"null", b"{}", b"[]", b"[" * 100 + b"]" * 100, b"[" * 200_000, b'{"a":' * 100 + b"1" + b"}" * 100, b"NaN", b"[NaN]",
    b"[1e400]", b"1" * 5_000, b'{"a":1,"a":2}', b"\xff\xfe[\x00]\x00", b"\xef\xbb\xbf[]", b'"\xed\xa0\x80"',
    b"[" + b"0," * 5_000_000 + b"0]",
    b"<a/>", b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 1_000 + b'"><!ENTITY d "' + b"&b;" * 1_000 + b'">]><a>&d;</a>',
    (  # an entity bomb, in text and in an attribute, that can only be recognised after decoding
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b0 "cccccccccc">'
        + "".join(f'<!ENTITY b{level + 1} "{f"&b{level};" * 10}">' for level in range(12)) + ']><a d="&b12;">&b12;</a>'
    ).encode("utf-16"),
    b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', b"<a>" * 20_000 + b"</a>" * 20_000,
)  # fmt: skip


FACT_NAMES = {*FACTS_BY_NAME, "other"}


def find_outcome(sender: Sender, body: bytes) -> str:
    """What happens to a body that the sender has signed, at the door and in translation."""
    try:
        verified = sender.adapter.verify(sender.post(body), sender.source, now=NOW)
    except SignatureMismatch:
        return "refused at the door"
    try:
        items = sender.adapter.items(verified, sender.source)
    except BodyUnreadable:
        return "dead letter of a body"
    outcome = "ignored"
    for index, item in enumerate(items):
        if isinstance(item, dict):
            repr(sender.adapter.identify(item))
        for translated in sender.adapter.translate_item(index, item, sender.source):
            if isinstance(translated, RefusedItem):
                outcome = "dead letter of an item"
            elif isinstance(translated, UnreadableFact):
                assert translated.name in FACT_NAMES
            else:
                assert observation_from(msgspec.to_builtins(translated)) == translated
                observation_id(sender.name, translated)
                msgspec.json.encode(translated)
                outcome = "translated"
    return outcome


def mutate(random: Random, seed: bytes) -> bytes:
    """The seed with some of its bytes or values changed, or something else altogether."""
    choice = random.random()
    if choice < 0.01:
        return random.choice(TEXTS[:15] + TEXTS[16:])
    if choice < 0.35:
        return _with_changed_bytes(random, seed)
    try:
        content = json.loads(seed)
    except (ValueError, RecursionError):
        return _with_changed_element(random, seed)
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        content = _with_changed_value(random, content)
    return json.dumps(content, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _with_changed_bytes(random: Random, seed: bytes) -> bytes:
    body = bytearray(seed)
    for _ in range(random.choice((1, 1, 3, 20))):
        start = random.randrange(len(body) + 1)
        end = min(len(body), start + random.choice((0, 1, 1, 8, 200)))
        body[start:end] = random.choice(
            (b"", random.randbytes(random.choice((1, 4))), bytes(body[start:end]) * 2, b'"', b"}", b"<")
        )
    return bytes(body)


def _with_changed_element(random: Random, seed: bytes) -> bytes:
    """XML with another text in one element."""
    parts = seed.split(b">")
    index = random.randrange(len(parts))
    text, bracket, tag = parts[index].partition(b"<")
    if bracket:
        text = str(random.choice(NASTY_VALUES)).encode("utf-8", "surrogatepass").replace(b"<", b"&lt;")
    parts[index] = text + bracket + tag
    return b">".join(parts)


def _with_changed_value(random: Random, content: Any) -> Any:
    slots = list(_slots(content))
    if not slots:
        return deepcopy(random.choice(NASTY_VALUES))
    container, key = random.choice(slots)
    if random.random() < 0.15:
        del container[key]
    elif random.random() < 0.1 and isinstance(container, list):
        container.extend(deepcopy(container[:50]))
    else:
        container[key] = deepcopy(random.choice(NASTY_VALUES))
    return content


def _slots(content: Any) -> Iterator[tuple[Any, Any]]:
    keys: Iterable[Any] = content if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for key in list(keys):
        yield content, key
        yield from _slots(content[key])


def run_random(random: Random, runs: int, outcomes: Counter[str]) -> None:
    """Count the outcomes of so many mutated bodies, of all senders alike."""
    for _ in range(runs):
        sender = random.choice(SENDERS)
        outcomes[find_outcome(sender, mutate(random, random.choice(SEEDS[sender.name])))] += 1


def run_hypothesis(runs: int, outcomes: Counter[str]) -> None:
    """Hypothesis chooses the seeds of the random numbers, a hundred bodies each, and shrinks what fails."""
    bodies_per_example = 100

    @settings(
        max_examples=runs // bodies_per_example,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**64))
    def run_example(seed: int) -> None:
        run_random(Random(seed), bodies_per_example, outcomes)

    while sum(outcomes.values()) < runs:
        run_example()


def run_atheris(runs: int, outcomes: Counter[str]) -> None:
    """Atheris mutates bytes so as to reach new code. The first byte chooses the sender. Ends the process."""
    import atheris

    def run_input(data: bytes) -> None:
        if data:
            outcomes[find_outcome(SENDERS[data[0] % len(SENDERS)], data[1:])] += 1
            if sum(outcomes.values()) == runs:
                report("atheris", outcomes, time.monotonic() - started_s)

    def mutate_input(data: bytes, size_max: int, seed: int) -> bytes:
        random = Random(seed)
        index = random.randrange(len(SENDERS))
        if random.random() < 0.5 or len(data) < 2:
            data = bytes([index]) + random.choice(SEEDS[SENDERS[index].name])
        return (data[:1] + mutate(random, data[1:]))[:size_max]

    started_s = time.monotonic()
    atheris.instrument_func(find_outcome)
    arguments = [
        sys.argv[0],
        f"-atheris_runs={runs + 1_000}",
        "-max_len=20000",
        "-timeout=20",
        "-rss_limit_mb=1024",
        "-verbosity=0",
    ]
    atheris.Setup(arguments, run_input, custom_mutator=mutate_input)
    atheris.Fuzz()


def report(engine: str, outcomes: Counter[str], seconds: float) -> None:
    """Print the outcomes, and the peak memory of the process."""
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{engine}: {sum(outcomes.values()):,} bodies in {seconds:.0f} s, at most {peak_mb:.0f} MB of memory", flush=True)
    for outcome, count in outcomes.most_common():
        print(f"  {count:>9,} {outcome}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500_000)
    parser.add_argument("--engine", choices=("hypothesis", "atheris"), default="hypothesis")
    arguments = parser.parse_args()
    outcomes: Counter[str] = Counter()
    engines: dict[str, Callable[[int, Counter[str]], None]] = {"hypothesis": run_hypothesis, "atheris": run_atheris}
    started_s = time.monotonic()
    engines[arguments.engine](arguments.runs, outcomes)
    report(arguments.engine, outcomes, time.monotonic() - started_s)


if __name__ == "__main__":
    main()
