"""Addresses of pages, each signed for one person, one kind of page, and some days."""

from datetime import UTC, date, datetime

import pytest

from services.nudges.links import (
    Door,
    Links,
    NoLinkSecret,
    Signature,
    inbox_path,
    last_day_of_links,
    own_page_path,
)
from shared.events import ManagerId, NudgeId, PersonId, PossibleAbsence, Rep, RepId
from tests.services.nudges.pages.old_addresses import OldAddresses

LINKS = Links(base_url="http://pages/", secret="signs links")
OLD = OldAddresses(base_url="http://pages/", secret="signs links")
ANA, MARA = RepId(PersonId("ana")), ManagerId(PersonId("mara"))
NUDGE = NudgeId("n1")
ABSENCE = PossibleAbsence(rep=Rep(id=ANA, name="Ana"), first=date(2026, 3, 2), last=date(2026, 3, 6))
LAST_DAY = date(2026, 3, 16)


def _token(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


def test_links_that_were_handed_out_never_change() -> None:
    assert OLD.inbox_url(MARA) == "http://pages/inbox/mara/91723922d13de6c4585f349154843dff"
    assert OLD.own_page_url(ANA) == "http://pages/you/ana/18a3ea6315006a05093dd37d7678a896"
    assert (
        OLD.absence_url(MARA, ABSENCE)
        == "http://pages/absence/mara/ana/547710a50c8746228d9240f9c8001794?from=2026-03-02&until=2026-03-06"
    )
    assert OLD.recognise_url(MARA, ANA) == "http://pages/recognise/mara/ana/77d3fbe0f2ec571812c1a69aa5ef6528"
    assert LINKS.answer_url(NUDGE, ANA) == "http://pages/answer/n1/ana/e61c0bd0afc9ed75387ed495bbafdcd0"


def test_the_old_ones_are_known_and_name_no_last_day() -> None:
    of_rep = {"person": MARA, "rep": ANA}
    for door, parameters, address in (
        (Door.INBOX, {"person": MARA}, OLD.inbox_url(MARA)),
        (Door.OWN_PAGE, {"person": ANA}, OLD.own_page_url(ANA)),
        (Door.ABSENCE, of_rep, OLD.absence_url(MARA, ABSENCE)),
        (Door.RECOGNISE, of_rep, OLD.recognise_url(MARA, ANA)),
        (Door.ANSWER, {"nudge": NUDGE, "person": ANA}, LINKS.answer_url(NUDGE, ANA)),
        (Door.MAIL, {"person": ANA}, LINKS.mail_url(ANA)),
    ):
        assert LINKS.find_signature(door, parameters, _token(address)) == Signature(last_day=None)


def test_addresses_for_whoever_is_signed_in_have_no_signature() -> None:
    assert (inbox_path(MARA), own_page_path(ANA)) == ("/inbox/mara/-", "/you/ana/-")
    assert LINKS.own_page_url(ANA, last_day=LAST_DAY) == "http://pages/you/ana/-"
    assert LINKS.inbox_url(MARA, last_day=LAST_DAY) == "http://pages/inbox/mara/-"
    assert LINKS.mail_path(ANA, is_signed_in=True) == "mail/ana/-"
    assert LINKS.absence_path(MARA, ABSENCE, last_day=None) == "mara/ana/-?from=2026-03-02&until=2026-03-06"
    assert LINKS.recognise_path(MARA, ANA, NUDGE, last_day=None) == "mara/ana/-?nudge=n1"


def test_a_signature_names_its_last_day_which_nobody_can_change() -> None:
    token = _token(LINKS.absence_url(MARA, ABSENCE, last_day=LAST_DAY))
    parameters = {"person": MARA, "rep": ANA}

    assert token.startswith("20260316.")
    assert LINKS.find_signature(Door.ABSENCE, parameters, token) == Signature(last_day=LAST_DAY)
    later, undated = token.replace("20260316", "20270316"), token.removeprefix("20260316.")
    assert LINKS.find_signature(Door.ABSENCE, parameters, later) is None
    assert LINKS.find_signature(Door.ABSENCE, parameters, undated) is None


def test_where_nobody_can_sign_in_messages_lead_to_the_own_page_and_to_the_inbox_with_a_signature() -> None:
    links = Links(base_url="http://pages", secret="signs links", people_can_sign_in=False)

    own_page, inbox = links.own_page_url(ANA, last_day=LAST_DAY), links.inbox_url(MARA, last_day=LAST_DAY)

    assert links.find_signature(Door.OWN_PAGE, {"person": ANA}, _token(own_page)) == Signature(last_day=LAST_DAY)
    assert links.find_signature(Door.INBOX, {"person": MARA}, _token(inbox)) == Signature(last_day=LAST_DAY)
    assert inbox.startswith("http://pages/inbox/mara/20260316.")


@pytest.mark.parametrize("last_day", [None, LAST_DAY])
def test_a_signature_is_for_its_page_and_no_other(last_day: date | None) -> None:
    every = {
        Door.INBOX: {"person": str(MARA)},
        Door.OWN_PAGE: {"person": str(ANA)},
        Door.MAIL: {"person": str(ANA)},
        Door.ANSWER: {"nudge": str(NUDGE), "person": str(ANA)},
        Door.ABSENCE: {"person": str(MARA), "rep": str(ANA)},
        Door.RECOGNISE: {"person": str(MARA), "rep": str(ANA)},
    }
    signed = Links(base_url="", secret="signs links", people_can_sign_in=False)
    tokens = {
        Door.OWN_PAGE: _token(OLD.own_page_url(ANA) if last_day is None else signed.own_page_url(ANA, last_day=last_day)),
        Door.MAIL: _token(LINKS.mail_url(ANA)),
        Door.ANSWER: _token(LINKS.answer_url(NUDGE, ANA)),
        Door.INBOX: _token(OLD.inbox_url(MARA) if last_day is None else signed.inbox_url(MARA, last_day=last_day)),
        Door.ABSENCE: _token(
            OLD.absence_url(MARA, ABSENCE) if last_day is None else LINKS.absence_url(MARA, ABSENCE, last_day=last_day)
        ),
        Door.RECOGNISE: _token(
            OLD.recognise_url(MARA, ANA) if last_day is None else LINKS.recognise_url(MARA, ANA, last_day=last_day)
        ),
    }

    opened = [
        (signed_for, door)
        for signed_for, token in tokens.items()
        for door, parameters in every.items()
        if LINKS.find_signature(door, parameters, token)
    ]
    swapped = {"person": str(ANA), "rep": str(MARA), "nudge": "n2"}

    assert sorted(opened, key=str) == sorted(((door, door) for door in Door), key=str)
    assert not any(LINKS.find_signature(door, swapped, tokens[door]) for door in (Door.INBOX, Door.ANSWER, Door.ABSENCE))
    assert not any(LINKS.find_signature(door, swapped, tokens[door]) for door in (Door.RECOGNISE,))


@pytest.mark.parametrize("token", ["", "wrong", "-", ".", "20260316.", "20261316.00", "\udcff", "\udcff.\udcff"])
def test_anything_else_opens_nothing(token: str) -> None:
    assert LINKS.find_signature(Door.INBOX, {"person": MARA}, token) is None


def test_without_a_secret_no_link_can_be_signed_and_none_opens() -> None:
    unsigned = Links(base_url="http://pages", secret=None)

    with pytest.raises(NoLinkSecret):
        unsigned.answer_url(NUDGE, ANA)
    assert unsigned.find_signature(Door.INBOX, {"person": MARA}, _token(OLD.inbox_url(MARA))) is None
    assert unsigned.own_page_url(ANA, last_day=LAST_DAY) == "http://pages/you/ana/-"


def test_the_links_in_a_message_work_for_fourteen_days() -> None:
    assert last_day_of_links(datetime(2026, 3, 2, 23, 59, tzinfo=UTC)) == LAST_DAY
