"""Play the demonstration against services that run elsewhere: `python -m deploy.demo --ingest URL --nats URL`.

The services must run on stepped time (`DAYMARK_CLOCK__MODE=stepped`) and have the sources `acme` and `globex`. Their
secrets are files of the same names, in the folder that DAYMARK_DEMO_SECRETS names, and so is the password at NATS
(`nats-demo`).
"""

import argparse
import asyncio
import sys
from datetime import datetime, timedelta

from deploy.access.catalogue import DEMO
from deploy.demo.expectations import expected_nudges
from deploy.demo.habits import FIRST_DAY, WEEKS_MAX
from deploy.demo.play import play
from deploy.demo.report import print_nudges, print_responses, print_scores
from deploy.demo.settings import read_nats_password, read_secrets, secrets_folder
from deploy.output import Output
from shared.jetstream.client import connect, disconnect
from shared.requests.client import list_all
from shared.requests.nudges import NUDGE_LIST, NudgeQuery
from shared.requests.scores import SCORE_LIST, ScoreQuery

_STEPS_PER_LINE = 100


async def run(ingest_url: str, nats_url: str, *, seed: int, weeks: int) -> int:
    """Play, show the results, and compare the nudges with those that the habits call for. Returns the exit status."""
    output = Output(width=100)
    password = read_nats_password(secrets_folder())
    connection = await connect(nats_url, name="daymark-demo", user=DEMO if password else None, password=password)

    def on_progress(done: int, total: int, now: datetime) -> None:
        if done % _STEPS_PER_LINE == 0:
            output.line(f"played until {now:%a %d %b %H:%M} ({100 * done // total}%)")

    played = await play(
        connection,
        ingest_url=ingest_url,
        secrets=read_secrets(secrets_folder()),
        seed=seed,
        weeks=weeks,
        on_progress=on_progress,
    )
    query = ScoreQuery(first=FIRST_DAY, last=FIRST_DAY + timedelta(weeks=weeks), silent_days=True)
    scores = [row async for row in list_all(connection, SCORE_LIST, query)]
    nudges = [row async for row in list_all(connection, NUDGE_LIST, NudgeQuery())]
    await disconnect(connection)
    print_scores([row for row in scores if row.score is not None], output)
    print_nudges(nudges, output)
    print_responses(played.responses, output)
    actual = sorted((row.day, row.person, row.rule, row.status) for row in nudges)
    expected = [tuple(nudge) for nudge in expected_nudges(weeks=weeks)]
    if not expected:
        return 0
    is_equal = actual == expected
    output.line()
    output.line(f"These are {'exactly' if is_equal else 'NOT'} the nudges that the habits of the team call for.")
    return 0 if is_equal else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ingest", required=True, help="URL of ingest")
    parser.add_argument("--nats", required=True, help="URL of the broker")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=int, default=WEEKS_MAX)
    arguments = parser.parse_args()
    return asyncio.run(run(arguments.ingest, arguments.nats, seed=arguments.seed, weeks=arguments.weeks))


if __name__ == "__main__":
    sys.exit(main())
