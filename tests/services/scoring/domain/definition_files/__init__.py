"""Tests of services/scoring/domain/definition_files."""
