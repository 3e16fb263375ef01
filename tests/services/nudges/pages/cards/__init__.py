"""Tests of services/nudges/pages/cards."""
