"""Tests of services/ingest/domain/crm."""
