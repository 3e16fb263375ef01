"""Tests of services/scoring/domain/playbook."""
