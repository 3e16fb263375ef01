"""Tests of services/nudges/pages/slack."""
