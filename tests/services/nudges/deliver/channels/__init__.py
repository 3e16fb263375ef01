"""Tests of services/nudges/deliver/channels."""
