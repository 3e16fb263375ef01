"""Links to pages, each signed for one person and one kind of page."""

from datetime import date

import pytest

from services.nudges.links import Links, NoLinkSecret
from shared.events import ManagerId, NudgeId, PersonId, PossibleAbsence, Rep, RepId

LINKS = Links(base_url="http://pages/", secret="signs links")
ANA, MARA = RepId(PersonId("ana")), ManagerId(PersonId("mara"))
NUDGE = NudgeId("n1")


def test_links_that_were_handed_out_never_change() -> None:
    assert LINKS.inbox_url(MARA) == "http://pages/inbox/mara/91723922d13de6c4585f349154843dff"
    assert LINKS.own_page_url(ANA) == "http://pages/you/ana/18a3ea6315006a05093dd37d7678a896"
    absence = PossibleAbsence(rep=Rep(id=ANA, name="Ana"), first=date(2026, 3, 2), last=date(2026, 3, 6))
    assert (
        LINKS.absence_url(MARA, absence)
        == "http://pages/absence/mara/ana/547710a50c8746228d9240f9c8001794?from=2026-03-02&until=2026-03-06"
    )
    assert LINKS.recognise_url(MARA, ANA) == "http://pages/recognise/mara/ana/77d3fbe0f2ec571812c1a69aa5ef6528"
    assert LINKS.recognise_path(MARA, ANA, NUDGE) == "mara/ana/77d3fbe0f2ec571812c1a69aa5ef6528?nudge=n1"
    assert LINKS.answer_url(NUDGE, ANA) == "http://pages/answer/n1/ana/e61c0bd0afc9ed75387ed495bbafdcd0"


def test_a_token_opens_the_page_for_which_it_was_signed_and_no_other() -> None:
    possible = PossibleAbsence(rep=Rep(id=ANA, name="Ana"), first=date(2026, 3, 2), last=date(2026, 3, 6))
    absence = LINKS.absence_url(MARA, possible).partition("?")[0].rpartition("/")[2]
    inbox, own, answer = (
        url.rpartition("/")[2] for url in (LINKS.inbox_url(MARA), LINKS.own_page_url(ANA), LINKS.answer_url(NUDGE, ANA))
    )

    assert LINKS.can_open_inbox(MARA, inbox)
    assert LINKS.can_open_own_page(ANA, own)
    assert LINKS.can_open_answer(NUDGE, ANA, answer)
    assert LINKS.can_open_absence(MARA, ANA, absence)
    assert not LINKS.can_open_absence(ManagerId(ANA), RepId(MARA), absence)
    assert not LINKS.can_open_absence(MARA, RepId(MARA), absence)
    assert not LINKS.can_open_absence(MARA, ANA, inbox)
    recognise = LINKS.recognise_url(MARA, ANA).rpartition("/")[2]
    assert LINKS.can_recognise(MARA, ANA, recognise)
    assert not LINKS.can_recognise(ManagerId(ANA), RepId(MARA), recognise)
    assert not LINKS.can_recognise(MARA, ANA, absence)
    assert not LINKS.can_open_absence(MARA, ANA, recognise)
    assert not LINKS.can_open_inbox(ManagerId(ANA), own)
    assert not LINKS.can_open_own_page(RepId(MARA), inbox)
    assert not LINKS.can_open_answer(NudgeId("n2"), ANA, answer)
    assert not LINKS.can_open_answer(NUDGE, MARA, answer)


@pytest.mark.parametrize("token", ["", "wrong", "\udcff"])
def test_anything_else_opens_nothing(token: str) -> None:
    assert not LINKS.can_open_inbox(MARA, token)


def test_without_a_secret_no_link_can_be_made_and_none_opens() -> None:
    unsigned = Links(base_url="http://pages", secret=None)

    with pytest.raises(NoLinkSecret):
        unsigned.inbox_url(MARA)
    assert not unsigned.can_open_inbox(MARA, LINKS.inbox_url(MARA).rpartition("/")[2])
