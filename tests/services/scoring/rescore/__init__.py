"""Tests of services/scoring/rescore."""
