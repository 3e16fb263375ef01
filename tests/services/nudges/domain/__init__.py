"""Tests of services/nudges/domain."""
