"""Tests of requests over NATS: asking, and answering."""
