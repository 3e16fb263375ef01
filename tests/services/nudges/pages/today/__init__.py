"""Tests of services/nudges/pages/today."""
