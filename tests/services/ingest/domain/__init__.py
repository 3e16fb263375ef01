"""Tests of services/ingest/domain."""
