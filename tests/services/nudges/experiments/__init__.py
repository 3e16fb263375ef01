"""Tests of services/nudges/experiments."""
