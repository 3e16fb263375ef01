"""Play the demonstration against services that run elsewhere: `python -m deploy.demo --ingest URL --nats URL`.

They must run on stepped time (`DAYMARK_CLOCK__MODE=stepped`) and have the sources `acme` and `globex`, whose secrets are
files of these names in the folder that DAYMARK_DEMO_SECRETS names.
"""

import argparse
import asyncio
import sys
from datetime import datetime, timedelta

from rich.console import Console

from deploy.demo import show
from deploy.demo.expectations import expected_nudges
from deploy.demo.habits import FIRST_DAY, WEEKS_MAX
from deploy.demo.play import play
from deploy.demo.settings import read_secrets, secrets_folder
from shared.jetstream.client import connect, disconnect
from shared.requests.client import ask
from shared.requests.nudges import NUDGE_LIST, NudgePage, NudgeQuery
from shared.requests.scores import SCORE_LIST, ScorePage, ScoreQuery

_EVERY_STEPS = 100


async def run(ingest_url: str, nats_url: str, *, seed: int, weeks: int) -> int:
    """Play, show, and compare with what the habits call for; 0 when it is the same."""
    console = Console(width=100)
    connection = await connect(nats_url, name="daymark-demo")

    def on_progress(done: int, total: int, now: datetime) -> None:
        if done % _EVERY_STEPS == 0:
            console.print(f"played until {now:%a %d %b %H:%M} ({100 * done // total}%)", highlight=False)

    played = await play(
        connection,
        ingest_url=ingest_url,
        secrets=read_secrets(secrets_folder()),
        seed=seed,
        weeks=weeks,
        on_progress=on_progress,
    )
    query = ScoreQuery(first=FIRST_DAY, last=FIRST_DAY + timedelta(weeks=weeks), silent_days=True, limit=10_000)
    scores = ScorePage.model_validate(await ask(connection, SCORE_LIST, query)).rows
    nudges = NudgePage.model_validate(await ask(connection, NUDGE_LIST, NudgeQuery(limit=10_000))).rows
    await disconnect(connection)
    show.print_scores([row for row in scores if row.score is not None], console)
    show.print_nudges(nudges, console)
    show.print_answers(played.answers, console)
    said = sorted((row.day, row.person, row.rule, row.status) for row in nudges)
    expected = [tuple(nudge) for nudge in expected_nudges(weeks=weeks)]
    if not expected:
        return 0
    console.print(f"\nThese are {'exactly' if said == expected else 'NOT'} the nudges that the habits of the team call for.")
    return 0 if said == expected else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ingest", required=True, help="address of the door")
    parser.add_argument("--nats", required=True, help="address of the broker")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=int, default=WEEKS_MAX)
    given = parser.parse_args()
    return asyncio.run(run(given.ingest, given.nats, seed=given.seed, weeks=given.weeks))


if __name__ == "__main__":
    sys.exit(main())
