"""Tests of services/scoring/requests."""
