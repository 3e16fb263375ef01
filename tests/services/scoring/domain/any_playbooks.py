"""Every playbook that a file can state, for tests of properties."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from services.scoring.domain.definition_files.fields import read_text_line
from services.scoring.domain.playbook.filters import Filter, make_filter
from services.scoring.domain.playbook.playbook import Behaviour, Goal, Playbook
from services.scoring.domain.playbook.unverified_rules import Bursts, Overlaps, SameContact, UnverifiedRules
from shared.events import BehaviourKey, GoalKey, TeamId

SLUGS = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,9}\Z")
LINES = st.text(st.characters(exclude_categories=("Cc", "Cf", "Co", "Cs", "Zl", "Zp")), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split())
)
LABELS = LINES.filter(bool)
TEXTS = st.text(st.characters(exclude_categories=("Cf", "Co", "Cs")), max_size=40).map(lambda text: str(read_text_line(text)))
NUMBERS = st.decimals(min_value=0, max_value=10_000, allow_nan=False, allow_infinity=False, places=3).map(Fraction)
ABOVE_0 = NUMBERS.filter(lambda number: number > 0)
KINDS = st.frozensets(LABELS, min_size=1, max_size=3)
LIMITS = st.integers(min_value=1, max_value=1_000)
SECONDS = st.integers(min_value=0, max_value=86_400)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    return make_filter(
        {
            "kinds": draw(st.none() | KINDS),
            "outcomes": draw(st.none() | KINDS),
            "stages": draw(st.none() | KINDS),
            "directions": draw(st.none() | st.frozensets(st.sampled_from(["inbound", "outbound"]), min_size=1)),
            "min_duration_s": draw(st.none() | st.floats(min_value=0, allow_infinity=False)),
            "min_amount": draw(st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2).map(Decimal.normalize)),
        }
    )


@st.composite
def behaviours(draw: st.DrawFn) -> Behaviour:
    return Behaviour(
        key=BehaviourKey(draw(SLUGS)),
        label=draw(LABELS),
        counts=draw(filters()),
        targets=tuple(draw(st.lists(NUMBERS, min_size=7, max_size=7) | NUMBERS.map(lambda number: [number] * 7))),
        weight=draw(ABOVE_0),
        cap=draw(ABOVE_0.map(lambda number: number + 1)),
        reason=draw(TEXTS),
    )


@st.composite
def goals(draw: st.DrawFn) -> Goal:
    step = draw(LIMITS)
    bounds = draw(st.none() | st.tuples(st.integers(1, step), st.integers(step, step + 100)))
    step_min, step_max = bounds if bounds is not None else (None, None)
    return Goal(
        key=GoalKey(draw(SLUGS)),
        label=draw(LABELS),
        counts=draw(filters()),
        period=draw(st.sampled_from(["week", "month", "quarter"])),
        step=step,
        step_min=step_min,
        step_max=step_max,
    )


def unverified_rules() -> st.SearchStrategy[UnverifiedRules]:
    kinds = st.none() | st.frozensets(LABELS, max_size=3)
    return st.builds(
        UnverifiedRules,
        counts=st.booleans(),
        bursts=st.none() | st.builds(Bursts, more_than=LIMITS, within_s=SECONDS, kinds=kinds),
        overlaps=st.none() | st.builds(Overlaps, more_than_s=SECONDS, kinds=kinds),
        same_contact=st.none() | st.builds(SameContact, more_than=LIMITS, kinds=kinds),
    )


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    return Playbook(
        team=TeamId(draw(SLUGS)),
        effective_from=draw(st.dates(min_value=date(2000, 1, 1))),
        behaviours=tuple(draw(st.lists(behaviours(), min_size=1, max_size=3, unique_by=lambda behaviour: behaviour.key))),
        goals=tuple(draw(st.lists(goals(), max_size=2))),
        unverified=draw(st.none() | unverified_rules()),
        message=draw(TEXTS),
    )
