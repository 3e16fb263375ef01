"""Plan done: the score of the day has reached 100."""

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import are_targets_met, is_plan_done
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import (
    below_target,
    breakdown,
    day_noun,
    day_phrase,
    first_name,
    met_targets,
    score_text,
)
from services.nudges.rules.rule import Proposal, possible_if, rep_rule
from shared.events import NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked


@possible_if(lambda report, _: is_plan_done(report))
@rep_rule(
    name="plan_done",
    title=marked("Plan done"),
    when=marked(
        "The score has reached 100. If more of one behaviour made up for less of another, the message says which targets are "
        "not reached."
    ),
    limits=marked(
        "Not for a day that has had any of the praise above. If the rep's message of the day was about something else, such "
        "as praise for the day before, this praise comes the next working morning."
    ),
    kind=NudgeKind.CELEBRATION,
    moment=Moment.DAY_CHANGED,
    priority=160,
    is_everyday=True,
    requires_done_plan=True,
    is_reevaluated=True,
)
def plan_done(context: RuleContext) -> Proposal | None:
    """Proposed once the score of the day is 100. A plan that was done late is celebrated for the day on which it was due."""
    report = context.report
    if report.silent or not is_plan_done(report):
        return None
    name, is_today = first_name(report.rep.name), report.day == context.today
    day, scored_day = day_phrase(report.day, today=context.today), day_noun(report.day, today=context.today)
    score = score_text(report)
    if not are_targets_met(report):
        met = met_targets(report)
        return Proposal(
            wordings=_wordings_below_target(name, day, met, score=score, remainder=below_target(report, is_today=is_today)),
            reason=filled(
                gettext("Your score for {day} is {score}: more of one thing made up for less of another ({done})."),
                day=scored_day,
                score=score,
                done=breakdown(report),
            ),
        )
    return Proposal(
        wordings=_wordings(name, day, breakdown(report), is_today=is_today),
        reason=filled(
            gettext("Your score for {day} is {score}, and all of your targets are met."), day=scored_day, score=score
        ),
    )


def _wordings(name: str, day: str, done: str, *, is_today: bool) -> tuple[str, ...]:
    """One for each of fourteen days, so that a rep who is on plan every day never gets the same one twice in two weeks."""
    return worded(
        gettext("Plan done {day}, {name}: {done}. Great work."),
        gettext("You finished your plan {day}, {name}: {done}. Thanks for seeing it through."),
        gettext("{name}, you met your plan {day}: {done}. Really good work."),
        gettext("You got your plan done {day}, {name}: {done}. Good work."),
        gettext("{name}, you reached your plan {day}: {done}."),
        gettext("Your plan, done {day}, {name}: {done}. Good going."),
        gettext("{name}, that was {done} {day}. Plan done."),
        gettext("You're on plan today, {name}: {done}. Well done.")
        if is_today
        else gettext("You were on plan {day}, {name}: {done}. Well done."),
        gettext("{name}, you hit your plan {day}: {done}. Great job."),
        gettext("Done {day}, {name}: {done}. Days like this add up."),
        gettext("You kept to your plan {day}, {name}: {done}. Keep it up."),
        gettext("{name}, you did what you set out to do {day}: {done}."),
        gettext("You completed your plan {day}, {name}: {done}. Solid work."),
        gettext("Nice work {day}, {name}: {done}. That's your plan done."),
        name=name,
        day=day,
        done=done,
    )


def _wordings_below_target(name: str, day: str, met: str, *, score: str, remainder: str) -> tuple[str, ...]:
    """As many, for days on which more of one behaviour made up for less of another."""
    return worded(
        gettext("{name}, your score reached {score} {day}: {met}. {remainder}"),
        gettext("A score of {score} {day}, {name}, thanks to {met}. {remainder}"),
        gettext("You scored {score} {day}, {name}: {met}. {remainder}"),
        gettext("Good work {day}, {name}: {met}, and a score of {score}. {remainder}"),
        gettext("{name}, {met} {day} took you to a score of {score}. {remainder}"),
        gettext("You got to a score of {score} {day}, {name}, with {met}. {remainder}"),
        gettext("Well done {day}, {name}: {met}, for a score of {score}. {remainder}"),
        gettext("{name}, that was {met} {day}, for a score of {score}. {remainder}"),
        gettext("Your score {day}, {name}: {score}, with {met}. {remainder}"),
        gettext("{name}, you scored {score} {day}, with {met}. {remainder}"),
        gettext("Nice work {day}, {name}: you scored {score}, with {met}. {remainder}"),
        gettext("You earned a score of {score} {day}, {name}: {met}. {remainder}"),
        gettext("That's a score of {score} {day}, {name}, with {met}. {remainder}"),
        gettext("Strong work {day}, {name}: {met}. That put your score at {score}. {remainder}"),
        name=name,
        day=day,
        met=met,
        score=score,
        remainder=remainder,
    )
