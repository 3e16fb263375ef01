"""Entries of a catalogue that a document lacks are breaches."""

import pytest

from tests.house.checks import catalogues
from tests.house.conftest import Plant, lines

ENDPOINTS = "DAY_LIST: Final = Endpoint(subject='day.list.v1', query=DayQuery, reply=DayRows)\n"
HANDLER = "@requests.handles(DAY_LIST)\nasync def list_days(query): ...\n"
TEXT = "Reports that came in. None for an hour: look at the log of scoring."

README = """
| rule | when | limits |
| --- | --- | --- |
| Comeback | the plan is done again | none |
| Weekly brief (to managers) | Monday morning | none |

| sends | kind of source |
| --- | --- |
| [HubSpot](docs/hubspot.md), [Close](docs/close.md) | `hubspot`, `close` |

    .venv/bin/daymark roster apply roster.yaml            # who sells
"""
MESSAGES = "## Comeback\n\n| rule | message |\n| --- | --- |\n| `weekly_brief` | Three names |\n"


def test_an_endpoint_without_a_handler_is_a_breach(plant: Plant) -> None:
    breaches = lines(catalogues.endpoints_without_handler(plant({"shared/requests/days.py": ENDPOINTS})))

    assert breaches == [
        "shared/requests/days.py:1: no service answers DAY_LIST; register a handler with `.handles(DAY_LIST)`, or delete it"
    ]


@pytest.mark.parametrize("handler", [HANDLER, "requests.handles(days.DAY_LIST)(list_days)\n"])
def test_an_endpoint_with_a_handler_is_no_breach(plant: Plant, handler: str) -> None:
    files = {"shared/requests/days.py": ENDPOINTS, "services/scoring/requests/handlers.py": handler}

    assert lines(catalogues.endpoints_without_handler(plant(files))) == []


def test_an_endpoint_with_two_handlers_is_a_breach(plant: Plant) -> None:
    files = {"shared/requests/days.py": ENDPOINTS, "services/scoring/requests/handlers.py": HANDLER + HANDLER}

    breaches = lines(catalogues.endpoints_without_handler(plant(files)))

    assert len(breaches) == 1
    assert "DAY_LIST has a handler already at services/scoring/requests/handlers.py:1" in breaches[0]


@pytest.mark.parametrize(
    ("name", "text", "fact"),
    [
        ("daymark_scoring_reports", TEXT, "`daymark_scoring_reports` ends with no unit"),
        (
            "daymark_scoring_reports_total",
            "Reports that came in.",
            "the text of `daymark_scoring_reports_total` is one sentence",
        ),
        ("daymark_Reports_total", TEXT, "`daymark_Reports_total` is no name of a metric"),
    ],
)
def test_a_metric_without_a_unit_or_without_advice_is_a_breach(plant: Plant, name: str, text: str, fact: str) -> None:
    code = f'reports = Counter(\n    "{name}",\n    "{text}",\n)\n'

    breaches = lines(catalogues.metric_names_and_texts(plant({"services/scoring/metrics.py": code})))

    assert len(breaches) == 1
    assert breaches[0].startswith(f"services/scoring/metrics.py:1: {fact};")


def test_a_metric_whose_name_is_a_constant_is_checked_too(plant: Plant) -> None:
    code = f'REPORTS: Final = "daymark_scoring_reports"\n\nreports = Counter(REPORTS, "{TEXT}")\n'

    breaches = lines(catalogues.metric_names_and_texts(plant({"services/scoring/metrics.py": code})))

    assert len(breaches) == 1
    assert breaches[0].startswith("services/scoring/metrics.py:3: `daymark_scoring_reports` ends with no unit")


def test_a_metric_with_a_unit_and_a_metric_that_is_a_flag_are_no_breaches(plant: Plant) -> None:
    code = (
        f'reports = Counter("daymark_scoring_reports_total", "{TEXT}")\n'
        'paused = Gauge("daymark_nudges_rule_paused", "1 while a rule is paused. See `daymark effects`.")\n'
    )

    assert lines(catalogues.metric_names_and_texts(plant({"services/scoring/metrics.py": code}))) == []


def test_the_runbook_lists_every_metric_and_no_other(plant: Plant) -> None:
    code = f'reports = Counter("daymark_scoring_reports_total", "{TEXT}")\n'
    runbook = "## Metrics\n\n- `daymark_scoring_gone_total`\n\n## ServiceDown\n\ndaymark_scoring_reports_total\n"

    repository = plant({"services/scoring/metrics.py": code, "docs/runbook.md": runbook})

    facts = [line.partition(";")[0] for line in lines(catalogues.metrics_without_runbook_entry(repository))]
    assert facts == [
        "services/scoring/metrics.py:1: `daymark_scoring_reports_total` is not in docs/runbook.md",
        "docs/runbook.md: lists `daymark_scoring_gone_total`, which no service has",
    ]


def test_a_runbook_without_a_list_of_metrics_need_not_name_them(plant: Plant) -> None:
    code = f'reports = Counter("daymark_scoring_reports_total", "{TEXT}")\n'

    repository = plant({"services/scoring/metrics.py": code, "docs/runbook.md": "## ServiceDown\n"})

    assert lines(catalogues.metrics_without_runbook_entry(repository)) == []


def test_a_rule_without_a_row_or_without_messages_is_a_breach(plant: Plant) -> None:
    repository = plant({"README.md": README, "docs/messages.md": MESSAGES})

    documented = {
        "comeback": ("Comeback", "the plan is done again", "none"),
        "weekly_brief": ("Weekly brief (to managers)", "Monday morning", "none"),
    }
    assert lines(catalogues.rules_without_documents(documented, repository)) == []

    assert lines(catalogues.rules_without_documents({"small_win": ("Small win", "a first", "weekly")}, repository)) == [
        "README.md: no row for the rule `Small win`; add `| Small win | a first | weekly |`",
        "docs/messages.md: no entry for the rule `Small win`; show its messages there",
    ]


def test_a_row_that_differs_from_its_rule_is_a_breach(plant: Plant) -> None:
    repository = plant({"README.md": README, "docs/messages.md": MESSAGES})

    assert lines(catalogues.rules_without_documents({"comeback": ("Comeback", "never", "")}, repository)) == [
        "README.md: the row of `Comeback` differs from the rule; say `| Comeback | never |  |`",
    ]


def test_an_adapter_without_a_page_or_without_a_row_is_a_breach(plant: Plant) -> None:
    repository = plant({"README.md": README, "docs/hubspot.md": "# HubSpot", "docs/close.md": "# Close"})

    assert lines(catalogues.adapters_without_documents({"hubspot": "hubspot", "close": "docs/close.md"}, repository)) == []

    assert lines(catalogues.adapters_without_documents({"monday": "monday.md"}, repository)) == [
        "docs/monday.md: the docs page of `monday` does not exist; write it",
        "README.md: no row with docs/monday.md and `monday`; add them to the table of senders",
    ]


def test_a_filter_without_a_row_is_a_breach(plant: Plant) -> None:
    repository = plant({"docs/definitions.md": "| key | counts |\n| --- | --- |\n| `outcomes` | the outcomes that count |\n"})

    assert lines(catalogues.filters_without_documents({"outcomes": "with {texts}"}, repository)) == []
    assert lines(catalogues.filters_without_documents({"outcomes": ""}, repository)) == [
        "shared/facts.py: the filter `outcomes` has no phrase; say what counts, with `{texts}` or `{number}`"
    ]
    assert lines(catalogues.filters_without_documents({"sentiments": "with {texts}"}, repository)) == [
        "docs/definitions.md: no row for the filter `sentiments`; add one that begins with the key"
    ]


def test_a_channel_without_a_section_is_a_breach(plant: Plant) -> None:
    repository = plant({"docs/channels.md": "# How nudges reach people\n\n## The signed webhook\n\nThe inbox is a page.\n"})

    assert lines(catalogues.channels_without_documents(["webhook"], repository)) == []
    assert lines(catalogues.channels_without_documents(["inbox"], repository)) == [
        "docs/channels.md: no heading names the channel `inbox`; add a section about it"
    ]


def test_a_command_without_documentation_is_a_breach(plant: Plant) -> None:
    repository = plant({"README.md": README, "docs/runbook.md": "    daymark dead-letters list\n"})

    assert lines(catalogues.commands_without_documents(["roster apply", "dead-letters list"], repository)) == []
    assert lines(catalogues.commands_without_documents(["roster"], repository)) == []
    assert lines(catalogues.commands_without_documents(["ros"], repository)) == [
        "README.md: `daymark ros` is in no manual; show it in README.md or in docs"
    ]
