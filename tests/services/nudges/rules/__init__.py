"""Tests of services/nudges/rules."""
