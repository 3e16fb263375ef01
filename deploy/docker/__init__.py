"""Daymark in containers: one image, its configuration, and the commands that create its roles and secrets."""
