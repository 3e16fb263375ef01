"""Where the services of a Daymark under test listen. Everybody else asks here."""

from dataclasses import dataclass
from typing import Final

from deploy.local.servers.ports import find_free_ports

SERVICES: Final = ("ingest", "scoring", "nudges")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """They stay the same when Daymark is started again, as a sender and Prometheus expect. `ingest_probes` and
    `nudges_probes` are those of /readyz and /metrics; scoring answers these on its only port."""

    ingest: int
    ingest_probes: int
    scoring: int
    nudges: int
    nudges_probes: int

    @classmethod
    def free(cls) -> "Ports":
        """Ports that no other program listens on now."""
        ingest, ingest_probes, scoring, nudges, nudges_probes = find_free_ports(5)
        return cls(ingest=ingest, ingest_probes=ingest_probes, scoring=scoring, nudges=nudges, nudges_probes=nudges_probes)

    @property
    def configuration(self) -> str:
        """The lines of `daymark.toml`."""
        return (
            f"[ingest]\nport = {self.ingest}\nprobes_port = {self.ingest_probes}\n[scoring]\nport = {self.scoring}\n"
            f"[nudges]\nport = {self.nudges}\nprobes_port = {self.nudges_probes}\n"
        )

    @property
    def webhooks_url(self) -> str:
        return f"http://127.0.0.1:{self.ingest}/webhooks"

    def probe_address(self, service: str) -> str:
        """Host and port of /readyz and /metrics of a service."""
        ports = {"ingest": self.ingest_probes, "scoring": self.scoring, "nudges": self.nudges_probes}
        return f"127.0.0.1:{ports[service]}"
