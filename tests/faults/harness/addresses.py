"""Where the services of a Daymark under test listen. Everybody else asks here."""

from dataclasses import dataclass
from typing import Final

from deploy.local.servers.ports import find_free_ports

SERVICES: Final = ("ingest", "scoring", "nudges")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """They stay the same when Daymark is started again, as a sender and Prometheus expect."""

    ingest: int
    scoring: int
    nudges: int

    @classmethod
    def free(cls) -> "Ports":
        """Ports that no other program listens on now."""
        ingest, scoring, nudges = find_free_ports(3)
        return cls(ingest=ingest, scoring=scoring, nudges=nudges)

    @property
    def configuration(self) -> str:
        """The lines of `daymark.toml`."""
        return f"[ingest]\nport = {self.ingest}\n[scoring]\nport = {self.scoring}\n[nudges]\nport = {self.nudges}\n"

    @property
    def webhooks_url(self) -> str:
        return f"http://127.0.0.1:{self.ingest}/webhooks"

    def probe_address(self, service: str) -> str:
        """Host and port of /readyz and /metrics of a service."""
        return f"127.0.0.1:{ {'ingest': self.ingest, 'scoring': self.scoring, 'nudges': self.nudges}[service] }"
