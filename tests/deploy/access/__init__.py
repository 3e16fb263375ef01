"""Who may do what at NATS, tried against real servers."""
