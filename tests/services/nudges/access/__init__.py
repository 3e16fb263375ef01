"""Tests of services/nudges/access."""
