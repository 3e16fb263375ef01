"""Tests of services/nudges/intake."""
