"""Two replicas of nudges at work, each of which is killed at random moments again and again.

`python -m tests.faults.nudges.nudges_under_kills` kills 200 times and prints what became of the nudges; `test_kills.py` runs a
slice. The receiver records every request. It may get a nudge twice only if the sender was killed between the receiver's
response and its own record of it.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Final

from deploy.local.servers.ports import find_free_ports
from shared.clock import monotonic_s
from tests.backends import running_servers
from tests.faults.nudges.ledger import Ledger, Outcome, evaluate, wait_until_settled
from tests.faults.nudges.replicas import Replica, kill_repeatedly, provisioned, publish_reports, servers_settings
from tests.receiver import SECRET, Received, answer, receiving

_REPLICAS: Final = 2
_WITHOUT_KILLS_S: Final = 15.0
_CHANNEL: Final = """\
[channels.webhook]
url = "{receiver}"
secrets = ["file:{folder}/secret"]
allow_networks = ["127.0.0.0/8"]
"""


async def run(folder: Path, *, kills: int, seed: int, reports_per_s: int) -> Outcome:
    """Run everything in an empty folder."""
    rng, ledger, started_s = random.Random(seed), Ledger(), monotonic_s()

    def receive(request: Received) -> bytes:
        ledger.receive(request.id, request.body)
        return answer(204)

    async with running_servers() as servers, receiving() as receiver, provisioned(servers) as connection:
        receiver.behave = receive
        channel = _CHANNEL.format(receiver=receiver.url, folder=folder)
        (folder / "daymark.toml").write_text(servers_settings(servers) + channel)
        (folder / "secret").write_text(SECRET)
        replicas = [Replica(folder / f"nudges-{number}.log", find_free_ports(2)) for number in range(_REPLICAS)]
        try:
            await asyncio.gather(*[replica.start(folder) for replica in replicas])
            publishing = asyncio.create_task(publish_reports(connection, ledger, reports_per_s=reports_per_s))
            await asyncio.gather(
                *[
                    kill_repeatedly(replica, folder, ledger, kills=kills // _REPLICAS, rng=random.Random(rng.random()))
                    for replica in replicas
                ]
            )
            await asyncio.sleep(_WITHOUT_KILLS_S)  # so that repetitions without a kill would show
            publishing.cancel()
            await asyncio.wait({publishing})
            deliveries, decided = await wait_until_settled(servers, connection, channel="webhook")
        finally:
            await asyncio.gather(*[replica.stop() for replica in replicas])
    return evaluate(ledger, deliveries, decided, seconds=monotonic_s() - started_s)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=int, default=20, help="day reports per second")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daymark-") as folder:
        work = run(Path(folder), kills=arguments.kills, seed=arguments.seed, reports_per_s=arguments.rate)
        outcome = asyncio.run(work)
    sys.stdout.write(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, seed {arguments.seed}, {_REPLICAS} replicas: "
        f"{outcome.sentences}\n"
    )
    return 0 if outcome.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
