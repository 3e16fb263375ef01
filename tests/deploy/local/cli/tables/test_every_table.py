"""Every table that a command prints, with long names and hostile ones, on terminals of 80 columns and of fewer."""

import inspect
import pkgutil
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from io import StringIO
from typing import Any, Final

import pytest
from rich.cells import cell_len

from deploy.demo import report
from deploy.local.cli import tables
from deploy.local.cli.tables.definitions import print_absences, print_announcements, print_playbooks, print_preview
from deploy.local.cli.tables.experiments import print_calibrations, print_effects
from deploy.local.cli.tables.explanation import print_explanation
from deploy.local.cli.tables.nudges import print_channels, print_nudges
from deploy.local.cli.tables.people import print_operators, print_people, print_sessions
from deploy.local.cli.tables.scores import print_scores, print_totals
from deploy.local.cli.tables.sources import print_sources
from deploy.output import Output
from shared.events import BehaviourKey, PersonId, RepId, TeamId
from shared.observation import SourceName
from shared.requests.absences import AbsenceList, AbsenceRow
from shared.requests.access import OperatorRow, SessionRow
from shared.requests.definitions import AnnouncementRow, PlaybookList, PlaybookVersion, Preview, PreviewDay, PreviewRep
from shared.requests.nudges import (
    CalibrationList,
    CalibrationRow,
    ChannelList,
    ChannelRow,
    DisputeList,
    EffectEstimate,
    EffectList,
    EffectRow,
)
from shared.requests.people import WayRow
from shared.requests.roster.person_status import PersonStatus
from shared.requests.scores import ExplainedLine, ScoreRow, TeamTotal
from shared.requests.sources.endpoints import SourceDescription, SourceRow
from tests.deploy.local.cli.tables.test_explanation import make_activity, make_dispute, make_explanation
from tests.deploy.local.cli.tables.test_nudges import FAILED, SENT

DAY, NOON = date(2026, 3, 2), datetime(2026, 3, 2, 12, 34, tzinfo=UTC)
SHORT, LONG, LONGEST = "ana", "maria-jose-de-los-angeles", "r" * 64
HOSTILE = "[/sales] [bold :smile: \x1b[31m"
VISIBLE = HOSTILE.replace("\x1b", "\\x1b")
ESTIMATE = EffectEstimate(points=1.5, low=-10.25, high=12.5, anytime_low=-20, anytime_high=30, sd_points=25)


def rep_of(name: str) -> RepId:
    return RepId(PersonId(name))


def behaviour_of(name: str) -> BehaviourKey:
    return BehaviourKey(name)


def make_preview(name: str, _: str) -> Preview:
    day = PreviewDay(day=DAY, was=Decimal(100), would_be=Decimal(50))
    rep = PreviewRep(
        rep=rep_of(name), name=name, was=Decimal(100), would_be=Decimal(50), done=20, would_be_done=12, days=(day,)
    )
    return Preview(reps=(rep,))


def make_playbooks(name: str, text: str) -> PlaybookList:
    version = PlaybookVersion(
        team=TeamId(name),
        effective_from=DAY,
        announced=1_000,
        delivered=999,
        acknowledged=998,
        state="in force",
        revises=text,
        behaviours=(text, "Conversations of two minutes", "Proposals"),
        goals=(text,),
    )
    return PlaybookList(versions=(version,))


def make_absences(name: str, text: str) -> AbsenceList:
    row = AbsenceRow(rep=rep_of(name), rep_name=text, first=DAY, last=DAY, entered_by=text, entered_at=NOON)
    return AbsenceList(rows=(row, row.model_copy(update={"entered_by": ""})))


def make_announcement(name: str, text: str) -> AnnouncementRow:
    return AnnouncementRow(
        version=7,
        team=TeamId(name),
        effective_from=DAY,
        rep=rep_of(name),
        name=text,
        binds_from=DAY,
        announced_at=NOON,
        delivered_at=NOON,
        acknowledged_at=NOON,
    )


def make_effects(name: str, text: str) -> EffectList:
    row = EffectRow(
        rule=name,
        holdout=0.1,
        people=1_000,
        days=10_000,
        days_withheld=1_000,
        effect=ESTIMATE,
        not_known_because="",
        paused_at=NOON,
        counts_from=NOON,
    )
    return EffectList(rules=(row, row.model_copy(update={"effect": None, "not_known_because": text})))


def make_calibrations(name: str, _: str) -> CalibrationList:
    row = CalibrationRow(team=TeamId(name), rule="gone_silent", reps=1_000, judged_days=60_000, strictness=0.25)
    return CalibrationList(teams=(row,))


def make_channels(name: str, text: str) -> ChannelList:
    row = ChannelRow(
        name=name,
        state="disabled",
        since=NOON,
        paused_until=NOON,
        last_error=text,
        waiting=12_345,
        waiting_since=NOON,
        given_up=12,
    )
    return ChannelList(channels=(row,))


def make_person(name: str, text: str) -> PersonStatus:
    state = WayRow(
        person=PersonId(name), transport="mail", last_delivered_at=NOON, failures=3, failing_since=NOON, last_error=text
    )
    return PersonStatus(
        person=PersonId(name), name=text, role="rep", teams=(TeamId(name),), ways=("mail",), problem=text, states=(state,)
    )


def make_source(name: str, text: str) -> SourceRow:
    return SourceRow(name=SourceName(name), origin="stored", description=SourceDescription(kind="hubspot"), problem=text)


def print_day(name: str, text: str, output: Output) -> None:
    line = ExplainedLine(
        key=behaviour_of(name),
        label=name,
        count=12,
        target=Decimal("7.5"),
        weight=Decimal(35),
        cap=Decimal("1.5"),
        points=Decimal("52.5"),
    )
    explanation = make_explanation(make_activity(text)).model_copy(update={"rep": rep_of(name), "lines": (line,)})
    print_explanation(explanation, DisputeList(rows=(make_dispute(text), make_dispute("c9"))), output)


def print_nudge(name: str, text: str, output: Output) -> None:
    changes = {"person": PersonId(name), "text": text, "reason": f"because {text}", "deliveries": (FAILED,)}
    print_nudges([SENT.model_copy(update=changes)], output)


Printer = Callable[[str, str, Output], None]
PRINTERS: Final[Mapping[Callable[..., None], Printer]] = {
    print_absences: lambda name, text, output: print_absences(make_absences(name, text), output),
    print_announcements: lambda name, text, output: print_announcements([make_announcement(name, text)], output),
    print_calibrations: lambda name, text, output: print_calibrations(make_calibrations(name, text), output),
    print_channels: lambda name, text, output: print_channels(make_channels(name, text), output),
    print_effects: lambda name, text, output: print_effects(make_effects(name, text), output),
    print_explanation: print_day,
    print_nudges: print_nudge,
    print_operators: lambda name, text, output: print_operators([OperatorRow(person=PersonId(name), name=text)], output),
    print_people: lambda name, text, output: print_people([make_person(name, text)], output),
    print_playbooks: lambda name, text, output: print_playbooks(make_playbooks(name, text), output),
    print_preview: lambda name, text, output: print_preview(make_preview(name, text), output),
    print_scores: lambda name, _, output: print_scores(
        [ScoreRow(rep=rep_of(name), day=DAY, score=Decimal(112), counts={behaviour_of(name): 12, behaviour_of("b"): 3})], output
    ),
    print_sessions: lambda name, text, output: print_sessions(
        [
            SessionRow(id=17, person=PersonId(name), origin=text, opened_at=NOON, last_used_at=NOON, ends_at=NOON),
        ],
        output,
    ),
    print_sources: lambda name, text, output: print_sources([make_source(name, text)], output),
    print_totals: lambda name, _, output: print_totals(
        [TeamTotal(team=TeamId(name), month=DAY, counts={behaviour_of(name): 12, behaviour_of("b"): 3})], output
    ),
    report.print_nudges: lambda name, text, output: report.print_nudges(
        [SENT.model_copy(update={"person": PersonId(name), "person_name": text, "text": text})], output
    ),
    report.print_responses: lambda _, __, output: report.print_responses({200: 12_345}, output),
    report.print_scores: lambda name, _, output: report.print_scores(
        [ScoreRow(rep=rep_of(name), day=DAY, score=Decimal(112), counts={})], output
    ),
}
WITH_TEXT: Final = [*(printer for printer in PRINTERS if printer.__name__ not in {"print_scores", "print_totals"})]


def print_to_text(printer: Callable[..., None], name: str, text: str, *, width: int) -> str:
    file = StringIO()
    PRINTERS[printer](name, text, Output(file, width=width))
    return file.getvalue()


def tokens_of(text: str) -> set[str]:
    """Dates, times, ids and numbers, each as it is. Headings end with a colon below a row and with nothing above it."""
    return {token.strip(",:;()") for token in text.split()}


def test_every_table_is_tested_here() -> None:
    modules: list[Any] = [import_module(f"{tables.__name__}.{module.name}") for module in pkgutil.iter_modules(tables.__path__)]
    functions = {
        function
        for module in [*modules, report]
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("print_")
    }

    assert functions == PRINTERS.keys()


@pytest.mark.parametrize("width", [80, 40])
@pytest.mark.parametrize("name", [SHORT, LONG, LONGEST], ids=["short", "long", "longest"])
@pytest.mark.parametrize("printer", PRINTERS, ids=lambda printer: f"{printer.__module__}-{printer.__name__}")
def test_no_table_cuts_or_breaks_a_date_an_id_or_a_number(printer: Callable[..., None], name: str, width: int) -> None:
    text = "the receiver has not answered since 2026-03-02 12:34 and is tried again"

    narrow = print_to_text(printer, name, text, width=width)

    assert tokens_of(print_to_text(printer, name, text, width=10_000)) <= tokens_of(narrow)
    assert "…" not in narrow


@pytest.mark.parametrize("printer", PRINTERS, ids=lambda printer: f"{printer.__module__}-{printer.__name__}")
def test_a_table_with_names_of_common_length_fits_into_80_columns(printer: Callable[..., None]) -> None:
    if printer in {print_explanation, print_calibrations, report.print_nudges, report.print_responses}:
        return  # these have whole sentences beside the table, which are not wrapped

    lines = print_to_text(printer, LONG, "Ana Ruiz, of the team in the north, whose name is long", width=80).splitlines()

    assert max(cell_len(line) for line in lines) <= 80
    assert any(LONG in line for line in lines)


@pytest.mark.parametrize(
    "printer", [printer for printer in WITH_TEXT if printer not in {print_preview, print_calibrations, report.print_responses}]
)
@pytest.mark.parametrize("width", [200, 30])
def test_names_with_markup_or_control_characters_are_printed_as_they_are(printer: Callable[..., None], width: int) -> None:
    text = print_to_text(printer, SHORT, HOSTILE, width=width)

    assert VISIBLE in " ".join(text.split())
    assert "\x1b" not in text
