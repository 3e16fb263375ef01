"""Questions over NATS."""
