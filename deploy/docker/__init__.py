"""Daymark in containers: one image, its configuration, and what makes its secrets."""
