"""The requests that scoring answers over NATS, one typed handler per endpoint."""
