"""Tests of services/nudges/decide/policy."""
