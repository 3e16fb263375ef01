"""Tests of services/scoring/erase."""
