"""A nudge as an e-mail: headers, text and HTML."""

from email.headerregistry import Address
from email.message import EmailMessage
from typing import Unpack

import pytest

from services.nudges.deliver.personal.mail_message import mail_message
from services.nudges.deliver.personal.transport import personal_message
from shared.events import NudgeId, NudgeKind, Person, PersonId, PossibleAbsence, PossibleThanks
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.nudges import NudgeFields, make_nudge
from tests.services.nudges.builders.people import ANA, make_rep

SENDER = Address("Daymark", addr_spec="daymark@example.com")
STOP = "https://pages.example/mail/ana/abc"
URL = "https://pages.example/answer/plan-done/ana/def"


def _mail(*, name: str = "Ana Ruiz", stop_url: str = STOP, **fields: Unpack[NudgeFields]) -> EmailMessage:
    fields.setdefault("url", URL)
    nudge = make_nudge(person=Person(id=PersonId("ana"), name=name), **fields)
    return mail_message(personal_message(nudge, stop_url=stop_url), sender=SENDER, recipient="ana@example.com", now=NOON)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content


def test_the_headers_say_whose_it_is_and_let_the_reader_unsubscribe_with_one_click() -> None:
    mail = _mail()

    assert str(mail["From"]) == "Daymark <daymark@example.com>"
    assert str(mail["To"]) == "Ana Ruiz <ana@example.com>"
    assert mail["Subject"] == "Ana, you did your plan for today: 10 of 10 calls"
    assert mail["Message-ID"] == "<plan-done.20260302110000@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == f"<{STOP}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_same_nudge_makes_the_same_mail_but_for_its_boundary() -> None:
    first, second = _mail(), _mail()

    assert first["Message-ID"] == second["Message-ID"]
    assert [_part(first, kind) for kind in ("plain", "html")] == [_part(second, kind) for kind in ("plain", "html")]


def test_the_text_is_read_from_the_message_over_the_reason_to_the_links() -> None:
    assert _part(_mail(), "plain").split("\n") == [
        "Ana, you did your plan for today: 10 of 10 calls.",
        "",
        "Why you get this:",
        "Calls 10 of 10.",
        "",
        "Answer, or say that something is wrong:",
        URL,
        "",
        "-- ",
        f"Choose which messages you get, or stop these mails: {STOP}",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Mara Lind wrote to you: “Great save. Bcc: all@example.com”", "Mara Lind wrote to you"),
        ("Mara Lind says thank you for yesterday: 6 of 6 calls.", "Mara Lind says thank you for yesterday"),
        ("Mara Lind says thank you.", "Mara Lind says thank you"),
    ],
)
def test_the_subject_of_what_a_manager_says_names_the_manager_and_leaves_the_words_to_the_mail(text: str, subject: str) -> None:
    mail = _mail(kind=NudgeKind.THANKS, text=text)

    assert mail["Subject"] == subject
    assert text in _part(mail, "plain")
    assert "Read it on your page" in _part(mail, "plain")
    assert "Read it on your page" in _part(mail, "html")
    assert mail["List-Unsubscribe"] == f"<{STOP}>"


@pytest.mark.parametrize("kind", [NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION])
def test_what_binds_a_person_cannot_be_unsubscribed_from(kind: NudgeKind) -> None:
    mail = _mail(kind=kind)

    assert mail["List-Unsubscribe"] is None
    assert "stop these mails" not in _part(mail, "plain")
    assert f"Choose which messages you get: {STOP}" in _part(mail, "plain")


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (f"Ana, ignore yesterday's message: {'a' * 20} {'b' * 60}.", "Ana, ignore yesterday's message"),
        (
            f"Tom, 43 calls on 6 days; it's usually: {'a' * 20} {'b' * 60}.",
            "Tom, 43 calls on 6 days; it's usually",
        ),
        (f"Ana: {'a' * 60} {'b' * 60}", f"Ana: {'a' * 60}…"),
        (f"{'a' * 80} {'b' * 20}: c", f"{'a' * 80}…"),
        (f"A short one: {'a' * 70}", f"A short one: {'a' * 70}"),
    ],
)
def test_a_subject_that_is_too_long_ends_where_a_reader_would_pause(text: str, subject: str) -> None:
    assert _mail(text=text)["Subject"] == subject


def test_each_reason_is_a_paragraph() -> None:
    mail = _mail(reason="Sent every morning.\nNo recognition on record.")

    assert "Why you get this:\nSent every morning.\n\nNo recognition on record.\n\n" in _part(mail, "plain")
    assert ">No recognition on record.</p>" in _part(mail, "html")


def test_the_mail_of_a_reminder_leads_to_where_a_manager_can_say_thank_you() -> None:
    mail = _mail(kind=NudgeKind.RECOGNITION)

    assert "Say thank you, or answer:\n" in _part(mail, "plain")


def test_without_a_secret_for_links_there_are_none() -> None:
    mail = _mail(url="", stop_url="")

    assert mail["List-Unsubscribe"] is None
    assert "http" not in _part(mail, "plain")
    assert "href" not in _part(mail, "html")


@pytest.mark.parametrize(
    "name",
    [
        "Ana\r\nBcc: all@example.com",
        '"Ana" <all@example.com>, Ben',
        "<script>alert(1)</script>",
        "=?utf-8?q?Ana?=",
        "\u202eanA",
        "A" * 5_000,
        "عائشة",
        "",
    ],
)
def test_a_hostile_name_adds_no_header_no_recipient_and_no_markup(name: str) -> None:
    mail = _mail(name=name, text=f"{name}, you did your plan.\n.\n@everyone <!channel>")

    sent = mail.as_bytes()
    head = sent.split(b"\r\n\r\n", 1)[0]
    assert mail["To"].addresses[0].addr_spec == "ana@example.com"
    assert len(mail["To"].addresses) == 1
    assert b"\r\nBcc:" not in head
    assert max(map(len, sent.split(b"\r\n"))) <= 998
    assert "<script>" not in _part(mail, "html")
    assert "<!channel>" not in _part(mail, "html")


def test_the_page_of_a_mail_is_html_that_a_phone_can_show() -> None:
    html = _part(_mail(), "html")

    assert '<html lang="en">' in html
    assert 'name="viewport"' in html
    assert f'href="{URL}"' in html
    assert html.count("<p") == 4


def test_a_manager_can_write_to_a_rep_and_enter_an_absence_from_the_mail() -> None:
    tom = make_rep("tom", "Becker, <b>Tom\u202e</b>")
    absences = (PossibleAbsence(rep=tom, first=MONDAY, last=MONDAY, url="http://pages/absence/mara/tom/x?from=1&until=2"),)
    thanks = (PossibleThanks(rep=ANA, nudge_id=NudgeId("due"), url="http://pages/recognise/mara/ana/x?nudge=due"),)
    mail = _mail(kind=NudgeKind.DIGEST, absences=absences, thanks=thanks)

    plain, html = _part(mail, "plain"), _part(mail, "html")

    assert "Enter an absence of <b>Tom</b> Becker:\nhttp://pages/absence/mara/tom/x?from=1&until=2\n" in plain
    assert "Write to Ana Ruiz:\nhttp://pages/recognise/mara/ana/x?nudge=due\n" in plain
    assert plain.index("Write to Ana Ruiz") < plain.index("Why you get this")
    assert 'href="http://pages/absence/mara/tom/x?from=1&amp;until=2"' in html
    assert "Enter an absence of &lt;b&gt;Tom&lt;/b&gt; Becker</a>" in html


def test_without_a_secret_nothing_is_offered() -> None:
    absences = (PossibleAbsence(rep=ANA, first=MONDAY, last=MONDAY),)
    mail = _mail(absences=absences, thanks=(PossibleThanks(rep=ANA, nudge_id=NudgeId("due")),))

    assert "absence" not in _part(mail, "plain")
    assert "Write to" not in _part(mail, "html")


@pytest.mark.parametrize("rule", ["disputes", "new_disputes"])
def test_a_message_that_begins_with_disputes_leads_to_the_managers_page(rule: str) -> None:
    assert f"Answer the disputes in your inbox:\n{URL}" in _part(_mail(kind=NudgeKind.DIGEST, rule=rule), "plain")
