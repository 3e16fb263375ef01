"""`daymark import`: history from a file is scored, once."""

import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.import_history import LINE_BYTES_MAX, FileUnreadable, count_lines, read_lines
from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER, observe_call
from tests.running_daymark import RunningDaymark, run_command, running_daymark


@pytest.fixture(scope="module")
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    folder = tmp_path_factory.mktemp("import")
    (folder / "roster.yaml").write_text(ROSTER)
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    async with running_daymark(folder / "d", FREE_PORTS) as running:
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        await running.command("playbook", "apply", str(folder / "playbook.yaml"))
        yield running


async def test_an_import_is_scored_and_repeating_it_changes_nothing(daymark: RunningDaymark, tmp_path: Path) -> None:
    file = tmp_path / "history.ndjson.gz"
    lines = [json.dumps(observe_call(f"a{number}", "2026-03-02T09:00:00Z")) for number in range(3)]
    file.write_bytes(gzip.compress("\n".join(lines).encode()))

    first = await daymark.command("import", str(file), "--source", "acme")
    second = await daymark.command("import", str(file), "--source", "acme")

    assert first == "3 lines, 0 refused\n"
    assert second == "3 lines, 3 of them imported before, 0 refused\n"
    csv = await daymark.command("scores", "--csv", "--day", "2026-03-02")
    assert csv == "rep,day,score,counts\nana,2026-03-02,150.00,calls=3\n"
    assert "0 differences" in await daymark.command("audit")
    assert "100 x (1 x min(3/2, 1.5)) / (1) = 150.00" in await daymark.command("explain", "ana", "2026-03-02")


async def test_invalid_lines_are_named_and_the_others_are_imported(daymark: RunningDaymark, tmp_path: Path) -> None:
    file = tmp_path / "mixed.ndjson"
    valid = observe_call("b1", "2026-03-03T09:00:00Z")
    file.write_text(f"{json.dumps(valid)}\n{{not json\n{json.dumps(valid | {'observed_at': 'soon'})}\n")

    output = await daymark.command("import", str(file), "--source", "acme", expect=1)

    assert output == "3 lines, 2 refused\n"
    assert "ana,2026-03-03,50.00,calls=1" in await daymark.command("scores", "--csv", "--day", "2026-03-03")


async def test_facts_that_make_no_sense_are_left_out_and_reported_with_their_first_lines(
    daymark: RunningDaymark, tmp_path: Path
) -> None:
    """What the CRM exported of amounts, currencies, durations and directions cannot be read; the calls count all the same."""
    file = tmp_path / "facts.ndjson"
    unreadable = [
        {"amount": "lots", "currency": "dollars"},
        {"duration_s": "long"},
        *[{"direction": "up"}] * 5,
        {"amount": "x"},
    ]
    lines = [observe_call(f"f{number}", "2026-03-05T09:00:00Z") for number in range(len(unreadable))]
    for line, facts in zip(lines, unreadable, strict=True):
        assert isinstance(line["facts"], dict)
        line["facts"] |= facts
    file.write_text("\ufeff" + "\n".join(json.dumps(line) for line in lines))

    code, output, errors = await run_command(
        "import", str(file), "--source", "acme", folder=daymark.folder, config=daymark.config
    )

    assert (code, output) == (0, "8 lines, 0 refused, 9 facts left out\n")
    left_out = [line.partition(": ")[2] for line in errors.splitlines() if " left out " in line]
    assert [line.rpartition(": ")[0] for line in left_out] == [
        "amount left out 2 times, in lines 1, 8",
        "currency left out 1 time, in line 1",
        "direction left out 5 times, in lines 3, 4, 5 and more",
        "duration_s left out 1 time, in line 2",
    ]
    assert "ana,2026-03-05,150.00,calls=8" in await daymark.command("scores", "--csv", "--day", "2026-03-05")


async def test_a_line_of_gigabytes_in_a_small_file_is_refused_with_its_number(daymark: RunningDaymark, tmp_path: Path) -> None:
    """Here of twenty megabytes."""
    file = tmp_path / "bomb.ndjson.gz"
    before, after = (json.dumps(observe_call(f"z{number}", "2026-03-06T09:00:00Z")).encode() for number in range(2))
    file.write_bytes(gzip.compress(b"\n".join([before, b"0" * 20_000_000, after])))

    code, output, errors = await run_command(
        "import", str(file), "--source", "acme", folder=daymark.folder, config=daymark.config
    )

    assert (code, output) == (1, "3 lines, 1 refused\n")
    assert f"{file}:2: longer than 1048576 bytes; a line holds one observation" in errors
    assert "ana,2026-03-06,100.00,calls=2" in await daymark.command("scores", "--csv", "--day", "2026-03-06")


def test_no_line_takes_more_memory_than_a_line_may(tmp_path: Path) -> None:
    file = tmp_path / "bomb.ndjson.gz"
    with gzip.open(file, "wb") as opened:
        for _ in range(64):
            opened.write(b"0" * LINE_BYTES_MAX)
    tracemalloc.start()

    lines = count_lines(file)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (lines, peak < 8 * LINE_BYTES_MAX) == (1, True), peak


@pytest.mark.parametrize(
    ("excess", "ending", "is_read"), [(0, b"\n", True), (0, b"", True), (1, b"\n", False), (1, b"", False)]
)
def test_a_line_may_be_a_mebibyte_long(tmp_path: Path, excess: int, ending: bytes, *, is_read: bool) -> None:
    file = tmp_path / "long.ndjson"
    file.write_bytes(b"0" * (LINE_BYTES_MAX + excess) + ending)

    (line,) = read_lines(file)

    assert (line is not None) is is_read


def test_damaged_compression_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "damaged.gz"
    whole = gzip.compress(b"0123456789" * 1_000)
    file.write_bytes(whole[:12] + b"\xff\xff\xff" + whole[15:])

    with pytest.raises(FileUnreadable, match=r"damaged\.gz"):
        count_lines(file)
