"""Tests of services/nudges/channels."""
