"""Tests of services/scoring/domain."""
