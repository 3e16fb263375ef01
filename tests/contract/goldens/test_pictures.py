"""Mails as a phone shows them, if Chromium is installed."""

import struct
from pathlib import Path

import pytest

from tests.contract.goldens.files import mail_html
from tests.contract.goldens.pictures import WIDTH_PX, find_chromium, take_picture
from tests.contract.goldens.samples import SEVERAL, samples

_SIZE_IN_PNG = slice(16, 24)


@pytest.mark.parametrize("text", ["", "word" * 60], ids=["sample", "a word that is wider than the phone"])
def test_a_picture_is_as_wide_as_a_phone_and_as_high_as_its_mail(tmp_path: Path, text: str) -> None:
    program = find_chromium()
    if program is None:
        pytest.skip("Chromium is not installed")
    short, long = tmp_path / "short.png", tmp_path / "long.png"
    nudge = samples()["correction"]

    take_picture(program, mail_html(nudge.model_copy(update={"text": nudge.text + text})), short, theme="light")
    take_picture(program, mail_html(samples()[SEVERAL]), long, theme="dark")

    sizes = [struct.unpack(">II", path.read_bytes()[_SIZE_IN_PNG]) for path in (short, long)]
    assert [width for width, _ in sizes] == [WIDTH_PX, WIDTH_PX]
    assert 200 < sizes[0][1] < sizes[1][1]
