"""Bodies that nobody meant, through every adapter: `make fuzz` runs a million, half by Hypothesis and half by Atheris.

Whatever comes, the only outcomes are a declared refusal at the door, a dead letter, or observations that are well formed.
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

from services.ingest.domain.webhook import BodyUnreadable, Refused, SignatureMismatch
from shared.observation import observation_from, observation_id
from tests.services.ingest.senders import NOW, SENDERS, Sender

SEEDS: Final[dict[str, list[bytes]]] = {
    sender.name: [piece for story in sender.stories().values() for piece in story] for sender in SENDERS
}
NASTY: Final[tuple[Any, ...]] = (
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
    (  # an entity bomb that does not look like one before it is decoded, in text and in an attribute
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b0 "cccccccccc">'
        + "".join(f'<!ENTITY b{n + 1} "{f"&b{n};" * 10}">' for n in range(12)) + ']><a d="&b12;">&b12;</a>'
    ).encode("utf-16"),
    b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', b"<a>" * 20_000 + b"</a>" * 20_000,
)  # fmt: skip


def outcome(sender: Sender, body: bytes) -> str:
    """What becomes of a body that the sender has signed: the door, the translation, and the identity of what it found."""
    try:
        verified = sender.adapter.verify(sender.post(body), sender.source, now=NOW)
    except SignatureMismatch:
        return "refused at the door"
    try:
        items = sender.adapter.items(verified, sender.source)
    except BodyUnreadable:
        return "dead letter of a body"
    found = "passed over"
    for number, item in enumerate(items):
        if isinstance(item, dict):
            repr(sender.adapter.identity(item))
        for one in sender.adapter.translate_item(number, item, sender.source):
            if isinstance(one, Refused):
                found = "dead letter of an item"
            else:
                assert observation_from(msgspec.to_builtins(one)), one
                observation_id(sender.name, one)
                msgspec.json.encode(one)
                found = "understood"
    return found


def mutated(random: Random, seed: bytes) -> bytes:
    """The seed with its bytes or its values changed somewhere, or something else altogether."""
    kind = random.random()
    if kind < 0.01:
        return random.choice(TEXTS[:15] + TEXTS[16:])
    if kind < 0.35:
        return _with_changed_bytes(random, seed)
    try:
        content = json.loads(seed)
    except (ValueError, RecursionError):
        return _with_changed_words(random, seed)
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


def _with_changed_words(random: Random, seed: bytes) -> bytes:
    """For XML: the text of one element."""
    parts = seed.split(b">")
    at = random.randrange(len(parts))
    nasty = str(random.choice(NASTY)).encode("utf-8", "surrogatepass")
    parts[at] = nasty.replace(b"<", b"&lt;") + parts[at][parts[at].find(b"<") :] if b"<" in parts[at] else parts[at]
    return b">".join(parts)


def _with_changed_value(random: Random, content: Any) -> Any:
    places = list(_places(content))
    if not places:
        return deepcopy(random.choice(NASTY))
    container, key = random.choice(places)
    if random.random() < 0.15:
        del container[key]
    elif random.random() < 0.1 and isinstance(container, list):
        container.extend(deepcopy(container[:50]))
    else:
        container[key] = deepcopy(random.choice(NASTY))
    return content


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    keys: Iterable[Any] = content if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for key in list(keys):
        yield content, key
        yield from _places(content[key])


def run_random(random: Random, runs: int, count: Counter[str]) -> None:
    """So many bodies, over all senders alike."""
    for _ in range(runs):
        sender = random.choice(SENDERS)
        count[outcome(sender, mutated(random, random.choice(SEEDS[sender.name])))] += 1


def by_hypothesis(runs: int, count: Counter[str]) -> None:
    """Hypothesis draws the source of chance, a hundred bodies an example, and shrinks what fails."""
    a_batch = 100

    @settings(
        max_examples=runs // a_batch,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**64))
    def bodies(seed: int) -> None:
        run_random(Random(seed), a_batch, count)

    while sum(count.values()) < runs:
        bodies()


def by_atheris(runs: int, count: Counter[str]) -> None:
    """Atheris changes bytes where that reaches new code. The first byte chooses the sender. Ends the process."""
    import atheris

    def one(data: bytes) -> None:
        if data:
            count[outcome(SENDERS[data[0] % len(SENDERS)], data[1:])] += 1
            if sum(count.values()) == runs:
                report("atheris", count, time.monotonic() - started_s)

    def custom(data: bytes, size_max: int, seed: int) -> bytes:
        random = Random(seed)
        number = random.randrange(len(SENDERS))
        if random.random() < 0.5 or len(data) < 2:
            data = bytes([number]) + random.choice(SEEDS[SENDERS[number].name])
        return (data[:1] + mutated(random, data[1:]))[:size_max]

    started_s = time.monotonic()
    atheris.instrument_func(outcome)
    arguments = [
        sys.argv[0],
        f"-atheris_runs={runs + 1_000}",
        "-max_len=20000",
        "-timeout=20",
        "-rss_limit_mb=1024",
        "-verbosity=0",
    ]
    atheris.Setup(arguments, one, custom_mutator=custom)
    atheris.Fuzz()


def report(engine: str, count: Counter[str], seconds: float) -> None:
    """What came of it, and the most memory that the process has held."""
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{engine}: {sum(count.values()):,} bodies in {seconds:.0f} s, at most {peak_mb:.0f} MB of memory", flush=True)
    for name, number in count.most_common():
        print(f"  {number:>9,} {name}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500_000)
    parser.add_argument("--engine", choices=("hypothesis", "atheris"), default="hypothesis")
    given_here = parser.parse_args()
    count: Counter[str] = Counter()
    engines: dict[str, Callable[[int, Counter[str]], None]] = {"hypothesis": by_hypothesis, "atheris": by_atheris}
    started_s = time.monotonic()
    engines[given_here.engine](given_here.runs, count)
    report(given_here.engine, count, time.monotonic() - started_s)


if __name__ == "__main__":
    main()
