"""Tests of services/nudges/context."""
