"""What nudges answers over NATS: typed handlers for the endpoints in `shared.requests`."""
