"""Tests of services/nudges/pages/answers."""
