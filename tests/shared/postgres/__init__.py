"""Tests of what the services share for Postgres, on a real server."""
