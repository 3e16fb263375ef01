"""Tests of services/nudges/deliver."""
